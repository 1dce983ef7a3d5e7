"""Turns fragmented MP4, as it arrives, into segments that a viewer can begin with.

It thinks in fragments (a `moof` and its `mdat`); a segment is a run of them that begins with a
key frame. What it keeps in memory is bounded, whatever is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from streams.video.errors import BadBox, EmptyMedia, NoKeyFrames

from . import fmp4
from .boxes import Box, Boxes

MAX_SECONDS = 20  # a segment that would last longer is refused, be it for a gap
MAX_BYTES = 16 * 1024 * 1024
EARLY = 0.25  # seconds: cameras are not regular, and a missed cut would double a segment


@dataclass(frozen=True, slots=True)
class Init:
    """What every segment of the take needs in front of it (EXT-X-MAP)."""

    data: bytes
    codecs: str  # as in the master playlist: "avc1.4d401f,mp4a.40.2"
    width: int  # 0 without video
    height: int


@dataclass(frozen=True, slots=True)
class Segment:
    """Media that plays from its first frame; times in seconds since the take's first sample."""

    number: int
    start: float
    duration: float
    data: bytes
    independent: bool = True


@dataclass(frozen=True, slots=True)
class _Held:
    fragment: fmp4.Fragment
    data: bytes


class Packager:
    """One take. After an error only `close` is of use."""

    def __init__(self, target: float = 1.0):
        self.target = target
        self._boxes = Boxes(limit=MAX_BYTES)
        self._ftyp = b""
        self._init: fmp4.Init | None = None
        self._moof: Box | None = None
        self._held: list[_Held] = []
        self._began: Fraction | None = None  # the take's first sample
        self._clocks: dict[str, Fraction] = {}  # where picture and sound are
        self._has_key = False
        self._number = 0

    @property
    def buffered(self) -> int:
        """How many bytes are kept until a segment is whole."""
        moof = len(self._moof.data) if self._moof else 0
        return self._boxes.pending + moof + sum(len(held.data) for held in self._held)

    def feed(self, data: bytes) -> Iterator[Init | Segment]:
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
                    yield from self._take(self._close_fragment(box))
                case kind if self._init is None and kind != "free":
                    raise BadBox("This is not an MP4.")
        if self.buffered > MAX_BYTES:
            raise NoKeyFrames(f"No key frame in {MAX_BYTES} bytes.")

    def close(self) -> Iterator[Segment]:
        """Yield the last segment; a fragment that was cut off is left out."""
        if not self._held and not self._number:
            raise EmptyMedia("The media ended before its first picture or sound.")
        if self._held:
            yield self._cut(self._end())

    def _announce(self, moov: Box) -> Init:
        if self._init:
            raise BadBox("The tracks are announced twice.")
        self._init = fmp4.parse_init(moov)
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

    def _close_fragment(self, mdat: Box) -> _Held:
        if self._moof is None:
            raise BadBox("There is media outside of any fragment.")
        moof, self._moof = self._moof, None
        return _Held(fmp4.parse_fragment(moof, self._init), moof.data + mdat.data)

    def _take(self, new: _Held) -> Iterator[Segment]:
        fragment = new.fragment
        self._follow_time(fragment)
        start = self._waiting_since(fragment)
        self._bound(fragment.start - start)
        if self._can_cut(fragment):
            yield self._cut(fragment.start)
            start = fragment.start
        self._bound(fragment.end - start)
        self._has_key |= fragment.starts_with_key
        if self._has_key or not fragment.has_video:  # nobody can begin with pictures before a key
            self._held.append(new)

    def _follow_time(self, fragment: fmp4.Fragment) -> None:
        if self._began is None:
            self._began = min(run.start for run in fragment.runs.values())
        for run in fragment.runs.values():
            if run.start < self._clocks.get(run.kind, self._began):
                raise BadBox("Time runs backwards.")
            self._clocks[run.kind] = run.start

    def _can_cut(self, fragment: fmp4.Fragment) -> bool:
        if not self._held:
            return False
        elapsed = fragment.start - self._held[0].fragment.start
        can_begin = fragment.starts_with_key or not self._init.first("video")
        return can_begin and elapsed >= self.target - EARLY

    def _waiting_since(self, fragment: fmp4.Fragment) -> Fraction:
        if self._held:
            return self._held[0].fragment.start
        return fragment.start if self._number else self._began

    def _bound(self, seconds: Fraction) -> None:
        if seconds > MAX_SECONDS:
            raise NoKeyFrames(f"No key frame in {MAX_SECONDS} seconds.")

    def _end(self) -> Fraction:
        pictures = [held.fragment.end for held in self._held if held.fragment.has_video]
        return max(pictures or [held.fragment.end for held in self._held])

    def _cut(self, end: Fraction) -> Segment:
        start = self._held[0].fragment.start
        segment = Segment(
            number=self._number,
            start=float(start - self._began),
            duration=float(max(end - start, 0)),
            data=b"".join(held.data for held in self._held),
        )
        self._held = []
        self._number += 1
        return segment
