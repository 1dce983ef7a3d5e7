"""Tells the video codec of a WebM or Matroska stream from its first bytes (RFC 9559, RFC 8794)."""

from collections.abc import Iterator

from streams.video.errors import NotVideo

LIMIT = 65536  # bytes looked at; a header that is longer is refused

EBML = 0x1A45DFA3
SEGMENT = 0x18538067
CLUSTER = 0x1F43B675
TRACKS = 0x1654AE6B
TRACK_ENTRY = 0xAE
TRACK_TYPE = 0x83
CODEC_ID = 0x86

MAGIC = EBML.to_bytes(4, "big")
VIDEO = 1
H264 = "V_MPEG4/ISO/AVC"


def video_codec(head: bytes) -> str | None:
    """Say "h264" or "other", or None when more bytes are needed; raise NotVideo for anything else.

    `head` is everything received so far; only its first 64 KiB are read.
    """
    head = head[:LIMIT]
    if head[:4] != MAGIC[: len(head)]:
        raise NotVideo("This is not a WebM or Matroska stream.")
    codec = _codec(head)
    if codec is None:
        if len(head) == LIMIT:
            raise NotVideo("The stream does not say what its video is.")
        return None
    return "h264" if codec == H264 else "other"


def _codec(head: bytes) -> str | None:
    for element, start, end in _elements(head, 0, len(head)):
        if element != SEGMENT:
            continue
        for part, first, last in _elements(head, start, end):
            if part == CLUSTER:
                raise NotVideo("The stream has pictures before it says what they are.")
            if part == TRACKS:
                return _video_track(head, first, last)
    return None


def _video_track(head: bytes, start: int, end: int) -> str | None:
    if end > len(head):
        return None
    for element, first, last in _elements(head, start, end):
        if element != TRACK_ENTRY or last > end:
            continue
        entry = {part: head[begin:stop] for part, begin, stop in _elements(head, first, last)}
        if int.from_bytes(entry.get(TRACK_TYPE, b"")) == VIDEO:
            return entry.get(CODEC_ID, b"").rstrip(b"\0").decode("ascii", "replace")
    raise NotVideo("The stream has no video in it.")


def _elements(head: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The elements between two places as (id, start, end); one still arriving ends past `head`."""
    end = min(end, len(head))
    while at < end:
        width = _width(head[at], longest=4)
        element = int.from_bytes(head[at : at + width])
        at += width
        if at >= end:
            return
        width = _width(head[at], longest=8)
        marker = 1 << 7 * width
        size = int.from_bytes(head[at : at + width]) - marker
        at += width
        if at > end:
            return
        if size == marker - 1:  # unknown: it lasts as long as the stream
            size = LIMIT
        yield element, at, at + size
        at += size


def _width(first: int, *, longest: int) -> int:
    width = 9 - first.bit_length()
    if width > longest:
        raise NotVideo("The stream is damaged.")
    return width
