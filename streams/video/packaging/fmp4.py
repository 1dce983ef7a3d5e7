"""Reads what fragmented MP4 says of its tracks and times (ISO/IEC 14496-12)."""

from dataclasses import dataclass
from fractions import Fraction

from streams.video.errors import BadBox

from .boxes import Box, children, only, text, unpack, version

MAX_TRACKS = 16
MAX_HEADER = 1024 * 1024  # of a moov or moof: to read one takes time
NON_SYNC = 0x00010000  # sample_is_non_sync_sample, §8.8.3.1
KINDS = {"vide": "video", "soun": "audio"}


@dataclass(frozen=True, slots=True)
class Track:
    kind: str  # "video" or "audio"
    timescale: int
    codec: str  # as in RFC 6381: "avc1.4d401f", "mp4a.40.2"
    width: int = 0
    height: int = 0
    default_duration: int = 0
    default_flags: int = 0


@dataclass(frozen=True, slots=True)
class Init:
    tracks: dict[int, Track]

    def first(self, kind: str) -> Track | None:
        return next((track for track in self.tracks.values() if track.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Run:
    """What one track has in one fragment; times in seconds, in order of decoding."""

    kind: str
    start: Fraction
    duration: Fraction
    starts_with_key: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    runs: dict[int, Run]

    @property
    def leading(self) -> Run:
        """The run that tells the time: the video's, or the sound's where there is no video."""
        return max(self.runs.values(), key=lambda run: run.kind == "video")

    @property
    def has_video(self) -> bool:
        return any(run.kind == "video" for run in self.runs.values())

    @property
    def has_audio(self) -> bool:
        return any(run.kind == "audio" for run in self.runs.values())

    @property
    def starts_with_key(self) -> bool:
        return self.has_video and self.leading.starts_with_key

    @property
    def start(self) -> Fraction:
        return self.leading.start

    @property
    def duration(self) -> Fraction:
        return self.leading.duration

    @property
    def end(self) -> Fraction:
        return self.start + self.duration


def parse_init(moov: Box) -> Init:
    """The tracks that a `moov` announces (§8.2.1), with the defaults of its `trex` (§8.8.3)."""
    _bounded(moov)
    movie = list(children(moov.payload))
    extends = [box for box in movie if box.type == "mvex"]
    if not extends:
        raise BadBox("This MP4 is not fragmented.")
    defaults = {}
    for box in children(extends[0].payload):
        if box.type == "trex":
            number, _, duration, _, flags = unpack(">IIIII", box.payload, 4)
            defaults[number] = duration, flags
    tracks = {}
    for box in movie:
        if box.type == "trak":
            tracks |= _track(box, defaults)
    if not 1 <= len(tracks) <= MAX_TRACKS:
        raise BadBox("The MP4 has no picture and no sound, or too many.")
    return Init(tracks)


def parse_fragment(moof: Box, init: Init) -> Fragment:
    """When the samples of a `moof` begin, how long they last, and if a viewer can begin there."""
    _bounded(moof)
    runs = {}
    for box in children(moof.payload):
        if box.type == "traf":
            runs |= _run(list(children(box.payload)), init)
    if not runs:
        raise BadBox("A fragment has no samples.")
    return Fragment(runs)


def _bounded(box: Box) -> None:
    if len(box.data) > MAX_HEADER:
        raise BadBox(f"A “{box.type}” of {len(box.data)} bytes is too large.")


def _track(trak: Box, defaults: dict) -> dict[int, Track]:
    header = only(trak, "tkhd").payload
    number = unpack(">I", header, 20 if version(header) else 12)[0]
    media = only(trak, "mdia")
    kind = KINDS.get(text(only(media, "hdlr").payload, 8))
    if kind is None:
        return {}
    clock = only(media, "mdhd").payload
    timescale = unpack(">I", clock, 20 if version(clock) else 12)[0]
    if not timescale:
        raise BadBox("A track has no clock.")
    table = only(only(only(media, "minf"), "stbl"), "stsd").payload
    entry = next(children(table[8:]), None)
    if entry is None:
        raise BadBox("A track does not say what it is.")
    width, height = unpack(">HH", entry.payload, 24) if kind == "video" else (0, 0)
    return {
        number: Track(kind, timescale, _codec(entry), width, height, *defaults.get(number, (0, 0)))
    }


def _codec(entry: Box) -> str:
    """RFC 6381 §3.3; a codec that we do not write ourselves goes by its four letters."""
    if entry.type in ("avc1", "avc3"):
        for box in children(entry.payload[78:]):
            if box.type == "avcC":
                return f"{entry.type}.{unpack('>4s', box.payload, 0)[0][1:].hex()}"
        raise BadBox("The video has no configuration.")
    if entry.type == "mp4a":
        for box in children(entry.payload[28:]):
            if box.type == "esds":
                return _aac(box.payload)
        raise BadBox("The sound has no configuration.")
    return entry.type


def _aac(esds: bytes) -> str:
    """The descriptors of ISO/IEC 14496-1 §7.2.6: ES (3) holds DecoderConfig (4) holds Info (5)."""
    at = _descriptor(esds, 4, 3)
    at = _descriptor(esds, at + 3, 4)
    object_type = unpack(">B", esds, at)[0]
    if object_type != 0x40:
        return f"mp4a.{object_type:02x}"
    at = _descriptor(esds, at + 13, 5)
    return f"mp4a.40.{unpack('>B', esds, at)[0] >> 3}"


def _descriptor(data: bytes, at: int, tag: int) -> int:
    if unpack(">B", data, at)[0] != tag:
        raise BadBox("The configuration of the sound is damaged.")
    for place in range(at + 1, at + 5):
        if not unpack(">B", data, place)[0] & 0x80:
            return place + 1
    raise BadBox("The configuration of the sound is damaged.")


def _run(traf: list[Box], init: Init) -> dict[int, Run]:
    boxes = {box.type: box.payload for box in traf}
    if "tfhd" not in boxes or "tfdt" not in boxes:
        raise BadBox("A fragment does not say when it begins.")
    number, duration, flags = _fragment_header(boxes["tfhd"], init)
    track = init.tracks.get(number)
    if track is None:
        return {}
    clock = boxes["tfdt"]
    start = unpack(">Q" if version(clock) else ">I", clock, 4)[0]
    total, key = 0, None
    for box in traf:
        if box.type == "trun":
            ticks, first = _samples(box.payload, duration, flags)
            total += ticks
            key = first if key is None else key
    if key is None:
        return {}
    seconds = Fraction(1, track.timescale)
    return {number: Run(track.kind, start * seconds, total * seconds, not key & NON_SYNC)}


def _fragment_header(tfhd: bytes, init: Init) -> tuple[int, int, int]:
    """§8.8.7: track, duration and flags of a sample that does not bring its own."""
    flags, number = unpack(">II", tfhd, 0)
    if flags & 0x01:  # a segment of its own would point outside of itself
        raise BadBox("A fragment counts its places from the start of the file.")
    track = init.tracks.get(number)
    duration, sample_flags = (track.default_duration, track.default_flags) if track else (0, 0)
    at = 8 + (4 if flags & 0x02 else 0)
    if flags & 0x08:
        duration, at = unpack(">I", tfhd, at)[0], at + 4
    if flags & 0x10:
        at += 4
    if flags & 0x20:
        sample_flags = unpack(">I", tfhd, at)[0]
    return number, duration, sample_flags


def _samples(trun: bytes, duration: int, flags: int) -> tuple[int, int | None]:
    """§8.8.8: how many ticks the samples last, and the flags of the first, None without any."""
    present, count = unpack(">II", trun, 0)
    at = 8 + (4 if present & 0x01 else 0)
    first = None
    if present & 0x04:
        first, at = unpack(">I", trun, at)[0], at + 4
    if not count:
        return 0, None
    each = 4 * (present >> 8 & 0xF).bit_count()
    if at + each * count > len(trun):
        raise BadBox("A fragment ends before its samples do.")
    if present & 0x400 and first is None:
        before = 4 * (present >> 8 & 0x3).bit_count()
        first = unpack(">I", trun, at + before)[0]
    total = duration * count
    if present & 0x100:
        total = sum(unpack(">I", trun, at + each * place)[0] for place in range(count))
    return total, flags if first is None else first
