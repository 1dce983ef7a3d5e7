"""Picture and sound as RTMP carries them: the bodies of FLV's tags (FLV file format, version 10).

Enhanced RTMP (version 2) writes four letters in place of the codec's number.
"""

from dataclasses import dataclass

from streams.video.errors import MediaError

AUDIO, VIDEO, SCRIPT = 8, 9, 18
AVC, AAC, MP3 = 7, 10, 2
KEY = 1
ENHANCED, ENHANCED_SOUND = 0x80, 9
ENCODABLE = {b"hvc1": "HEVC", b"av01": "AV1", b"vp09": "VP9"}  # ffmpeg reads these from FLV
SEQUENCE_START, MULTITRACK = 0, 6
LOW = 0xFFFFFF  # what a timestamp has beyond these bits is in a byte of its own


class Unsupported(MediaError):
    """What the encoder sends cannot be shown; the text says what to change there."""

    code = "unsupported"


@dataclass(frozen=True, slots=True)
class Look:
    """What one body says about itself."""

    is_header: bool = False  # decoders need it first
    is_key: bool = False
    wants: str = "copy"  # or "encode"


def video(body: bytes) -> Look:
    """Raises Unsupported for a codec that no viewer can play and we cannot change."""
    if body[0] & ENHANCED:
        codec, packet = bytes(body[1:5]), body[0] & 15
        if packet == MULTITRACK or codec not in ENCODABLE:
            raise Unsupported("The video is neither H.264 nor HEVC, AV1 or VP9. Choose H.264.")
        is_header = packet == SEQUENCE_START
        return Look(is_header, not is_header and body[0] >> 4 & 7 == KEY, "encode")
    if body[0] & 15 != AVC:
        raise Unsupported("The video is of a codec that is not taken. Choose H.264.")
    if len(body) < 2:
        raise Unsupported("The video is damaged.")
    return Look(body[1] == 0, body[0] >> 4 == KEY and body[1] == 1)


def audio(body: bytes) -> Look:
    codec = body[0] >> 4
    if codec == ENHANCED_SOUND or codec not in (AAC, MP3):
        raise Unsupported("The sound is of a codec that is not taken. Choose AAC.")
    return Look(is_header=codec == AAC and body[1:2] == b"\0")


def header(*, has_audio: bool) -> bytes:
    """The beginning of an FLV file."""
    return b"FLV\x01" + bytes((5 if has_audio else 1,)) + b"\0\0\0\x09\0\0\0\0"


def tag(kind: int, timestamp: int, body: bytes) -> bytes:
    stamp = (timestamp & LOW).to_bytes(3) + bytes((timestamp >> 24 & 255,))
    size = len(body)
    return b"".join(
        (bytes((kind,)), size.to_bytes(3), stamp, b"\0\0\0", body, (size + 11).to_bytes(4))
    )
