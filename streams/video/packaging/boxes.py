"""Cuts bytes into the boxes of ISO/IEC 14496-12 §4.2, whole ones only and none too large."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from streams.video.errors import BadBox

MAX_BOX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its header, as it came; `at` is its place in the stream."""

    type: str
    data: bytes
    header: int = 8
    at: int = 0

    @property
    def payload(self) -> bytes:
        return self.data[self.header :]


class Boxes:
    """Cuts a stream of bytes into its top-level boxes and never keeps more than one of them."""

    def __init__(self, limit: int = MAX_BOX):
        self.limit = limit
        self._bytes = bytearray()
        self._passed = 0

    @property
    def pending(self) -> int:
        """How many bytes wait for the rest of their box."""
        return len(self._bytes)

    def feed(self, data: bytes) -> list[Box]:
        self._bytes += data
        at, boxes = 0, []
        while head := _head(self._bytes, at):
            kind, header, size = head
            if size > self.limit:
                raise BadBox(f"A box of {size} bytes is too large.")
            if at + size > len(self._bytes):
                break
            boxes.append(Box(kind, bytes(self._bytes[at : at + size]), header, self._passed + at))
            at += size
        del self._bytes[:at]
        self._passed += at
        return boxes


def children(data: bytes) -> Iterator[Box]:
    at = 0
    while head := _head(data, at):
        kind, header, size = head
        if at + size > len(data):
            raise BadBox(f"The box “{kind}” is cut off.")
        yield Box(kind, data[at : at + size], header)
        at += size


def _head(data: bytes | bytearray, at: int) -> tuple[str, int, int] | None:
    """§4.2: type, length of the header and size of the box here; None if it has yet to come."""
    if len(data) - at < 8:
        return None
    size, kind = struct.unpack_from(">I4s", data, at)
    header = 8
    if size == 1:
        if len(data) - at < 16:
            return None
        size, header = struct.unpack_from(">Q", data, at + 8)[0], 16
    if size < header:  # 0 would mean "until the end", and a stream has none
        raise BadBox(f"A box of {size} bytes is too small.")
    return kind.decode("latin-1"), header, size


def only(parent: Box, kind: str) -> Box:
    for box in children(parent.payload):
        if box.type == kind:
            return box
    raise BadBox(f"The box “{parent.type}” has no “{kind}”.")


def version(full_box: bytes) -> int:
    return unpack(">B", full_box, 0)[0]


def text(data: bytes, at: int) -> str:
    return unpack(">4s", data, at)[0].decode("latin-1")


def unpack(form: str, data: bytes, at: int) -> tuple:
    try:
        return struct.unpack_from(form, data, at)
    except struct.error:
        raise BadBox("A box ends too early.") from None
