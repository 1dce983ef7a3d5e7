"""Reads what fragmented MP4 says of its tracks before it begins (ISO/IEC 14496-12)."""

from dataclasses import dataclass

from streams.video.errors import BadBox

from .boxes import Box, children, only, text, unpack, version

MAX_TRACKS = 16
MAX_HEADER = 1024 * 1024  # of a moov or moof: to read one takes time
KINDS = {"vide": "video", "soun": "audio"}


@dataclass(frozen=True, slots=True)
class Track:
    kind: str  # "video" or "audio"
    timescale: int
    codec: str  # as in RFC 6381: "avc1.4d401f", "mp4a.40.2"
    width: int = 0
    height: int = 0
    default_duration: int = 0
    default_size: int = 0
    default_flags: int = 0


@dataclass(frozen=True, slots=True)
class Init:
    tracks: dict[int, Track]

    def first(self, kind: str) -> Track | None:
        return next((track for track in self.tracks.values() if track.kind == kind), None)


def parse_init(moov: Box) -> Init:
    """The tracks that a `moov` announces (§8.2.1), with the defaults of its `trex` (§8.8.3)."""
    bounded(moov)
    movie = list(children(moov.payload))
    extends = [box for box in movie if box.type == "mvex"]
    if not extends:
        raise BadBox("This MP4 is not fragmented.")
    defaults = {}
    for box in children(extends[0].payload):
        if box.type == "trex":
            number, _, *usual = unpack(">IIIII", box.payload, 4)
            defaults[number] = usual
    tracks = {}
    for box in movie:
        if box.type == "trak":
            tracks |= _track(box, defaults)
    if not 1 <= len(tracks) <= MAX_TRACKS:
        raise BadBox("The MP4 has no picture and no sound, or too many.")
    return Init(tracks)


def bounded(box: Box) -> None:
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
    return {number: Track(kind, timescale, _codec(entry), width, height, *defaults.get(number, ()))}


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
