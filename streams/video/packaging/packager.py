"""Turns fragmented MP4, as it arrives, into parts and segments (RFC 8216bis §3.2).

However the media was fragmented, its samples are grouped anew: every part is a fragment of our
own, and a segment is its parts. What is kept in memory is bounded, whatever is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from streams.video.errors import BadBox, EmptyMedia, NoKeyFrames

from . import fmp4, fragments, samples
from .boxes import Box, Boxes
from .timeline import MAX_SECONDS, Cut, Timeline

__all__ = ["MAX_BYTES", "MAX_SECONDS", "Init", "Packager", "Part", "Segment"]

MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Init:
    """What every segment of the take needs in front of it (EXT-X-MAP)."""

    data: bytes
    codecs: str  # as in the master playlist: "avc1.4d401f,mp4a.40.2"
    width: int  # 0 without video
    height: int


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a segment, as soon as it is whole; times in seconds since the first sample."""

    segment: int
    index: int
    start: float
    duration: float
    data: bytes
    independent: bool  # has a frame with which a viewer can begin


@dataclass(frozen=True, slots=True)
class Segment:
    """Media that plays from its first frame: the parts before it, put together."""

    number: int
    start: float
    duration: float
    data: bytes
    parts: int = 0
    independent: bool = True


class Packager:
    """One take. After an error only `close` is of use.

    A segment ends at the first key frame that comes `target` seconds after its beginning, or a
    little earlier. A part lasts `part` seconds at most, unless a single frame lasts longer and
    there is no sound.
    """

    def __init__(self, target: float = 2.0, part: float = 0.334):
        self._target, self._part = target, part
        self._boxes = Boxes(limit=MAX_BYTES)
        self._ftyp = b""
        self._init: fmp4.Init | None = None
        self._timeline: Timeline | None = None
        self._moof: Box | None = None
        self._parts: list[Part] = []  # of the open segment
        self._sequence = 0
        self._number = 0

    @property
    def buffered(self) -> int:
        """How many bytes are kept until a segment is whole."""
        moof = len(self._moof.data) if self._moof else 0
        held = self._timeline.held if self._timeline else 0
        return self._boxes.pending + moof + held + sum(len(part.data) for part in self._parts)

    def feed(self, data: bytes) -> Iterator[Init | Part | Segment]:
        """Take what arrived; yield what became whole. Iterate to the end; raises MediaError."""
        for box in self._boxes.feed(data):
            match box.type:
                case "ftyp":
                    self._ftyp = box.data
                case "moov":
                    yield self._announce(box)
                case "moof":
                    self._open_fragment(box)
                case "mdat":
                    for cut in self._timeline_of(box):
                        yield from self._keep(cut)
                case kind if self._init is None and kind != "free":
                    raise BadBox("This is not an MP4.")
        if self.buffered > MAX_BYTES:
            raise NoKeyFrames(f"No key frame in {MAX_BYTES} bytes.")

    def close(self) -> Iterator[Part | Segment]:
        """Yield the last segment; a fragment that was cut off is left out."""
        for cut in self._timeline.close() if self._timeline else ():
            yield from self._keep(cut)
        if not self._number:
            raise EmptyMedia("The media ended before its first picture or sound.")

    def _announce(self, moov: Box) -> Init:
        if self._init:
            raise BadBox("The tracks are announced twice.")
        self._init = fmp4.parse_init(moov)
        self._timeline = Timeline(self._init, target=self._target, part=self._part)
        video, audio = self._init.first("video"), self._init.first("audio")
        return Init(
            data=self._ftyp + moov.data,
            codecs=",".join(track.codec for track in (video, audio) if track),
            width=video.width if video else 0,
            height=video.height if video else 0,
        )

    def _open_fragment(self, moof: Box) -> None:
        if self._init is None or self._moof:
            raise BadBox("A fragment begins where none can.")
        self._moof = moof

    def _timeline_of(self, mdat: Box) -> Iterator[Cut]:
        if self._moof is None:
            raise BadBox("There is media outside of any fragment.")
        moof, self._moof = self._moof, None
        return self._timeline.add(samples.read(moof, mdat, self._init))

    def _keep(self, cut: Cut) -> Iterator[Part | Segment]:
        if cut.runs:
            yield self._part_of(cut)
        if cut.ends_segment:
            yield self._segment_of(cut)

    def _part_of(self, cut: Cut) -> Part:
        self._sequence += 1
        part = Part(
            segment=self._number,
            index=len(self._parts),
            start=self._timeline.seconds(cut.start),
            duration=self._timeline.seconds(cut.end) - self._timeline.seconds(cut.start),
            data=fragments.write(self._sequence, cut.runs),
            independent=cut.has_key,
        )
        self._parts.append(part)
        return part

    def _segment_of(self, cut: Cut) -> Segment:
        parts, self._parts = self._parts, []
        segment = Segment(
            number=self._number,
            start=parts[0].start,
            duration=self._timeline.seconds(cut.end) - parts[0].start,
            data=b"".join(part.data for part in parts),
            parts=len(parts),
        )
        self._number += 1
        return segment
