"""RTMP's chunk stream (specification 1.0 §5.3): messages, cut small and mixed, put together again.

Nothing here waits or opens anything: bytes in, messages out. What a stranger can make it keep is
bounded by `limit` for one message, and by twice as much for all that are not complete.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

SET_CHUNK_SIZE, ABORT, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW, BANDWIDTH = 1, 2, 3, 4, 5, 6
AUDIO, VIDEO, DATA, COMMAND = 8, 9, 18, 20

CHUNK = 128  # bytes, until somebody says otherwise
MAX_CHUNK = 1024 * 1024
MAX_STREAMS = 16  # that one connection may mix; encoders use two to five
EXTENDED = 0xFFFFFF  # this timestamp says: see the four bytes behind the header
HEADERS = (11, 7, 3, 0)  # bytes, by format
AROUND = 1 << 32  # milliseconds, after which timestamps begin again


class BadChunk(ValueError):
    """The bytes are no chunks, or too large."""


@dataclass(slots=True)
class Message:
    kind: int
    stream: int
    timestamp: int  # milliseconds
    body: bytes


@dataclass(slots=True)
class _Lane:
    """What the last header of one chunk stream said, and the message that is under way."""

    kind: int = 0
    stream: int = 0
    length: int = -1  # no header yet
    stamp: int = 0  # as it was written: a time, or what to add to the last
    is_extended: bool = False
    timestamp: int = 0
    body: bytearray = field(default_factory=bytearray)


class Reader:
    def __init__(self, limit: int):
        self.limit = limit  # bytes of one message
        self._chunk = CHUNK
        self._lanes: dict[int, _Lane] = {}
        self._buffer = bytearray()
        self._under_way = 0  # bytes of all messages that are not complete

    def feed(self, data: bytes) -> Iterator[Message]:
        """Every message that is complete now. Raises BadChunk; after that it is of no use."""
        self._buffer += data
        at = 0
        try:
            while (chunk := self._next(at)) is not None:
                at, message = chunk
                if message:
                    yield message
        finally:
            del self._buffer[:at]

    def _next(self, at: int) -> tuple[int, Message | None] | None:
        """The chunk that begins there: where it ends, and the message it completes."""
        buffer, end = self._buffer, len(self._buffer)
        if at >= end:
            return None
        shape, number = buffer[at] >> 6, buffer[at] & 63
        at += 1
        if number < 2:  # §5.3.1.1: numbers from 64 on are in the next byte, or two
            width = number + 1
            if at + width > end:
                return None
            number = 64 + int.from_bytes(buffer[at : at + width], "little")
            at += width
        start, at = at, at + HEADERS[shape]
        if at > end:
            return None
        lane = self._lane(number, shape)
        kind, stream, length, stamp = lane.kind, lane.stream, lane.length, lane.stamp
        is_extended = lane.is_extended
        if shape < 3:
            stamp = int.from_bytes(buffer[start : start + 3])
            is_extended = stamp == EXTENDED
        if shape < 2:
            length, kind = int.from_bytes(buffer[start + 3 : start + 6]), buffer[start + 6]
        if shape == 0:
            stream = int.from_bytes(buffer[start + 7 : start + 11], "little")
        if is_extended:
            if at + 4 > end:
                return None
            stamp = int.from_bytes(buffer[at : at + 4])
            at += 4
        if length > self.limit:
            raise BadChunk("a message is too large")
        if lane.body and (shape != 3 or length != lane.length):
            raise BadChunk("a message begins before the last one ended")
        size = min(self._chunk, length - len(lane.body))
        if at + size > end:
            return None
        if self._under_way + size > 2 * self.limit:
            raise BadChunk("too many messages are under way")
        # Only now is it sure that the chunk is here as a whole: what it says counts.
        if not lane.body:
            lane.timestamp = stamp if shape == 0 else (lane.timestamp + stamp) % AROUND
        lane.kind, lane.stream, lane.length, lane.stamp = kind, stream, length, stamp
        lane.is_extended = is_extended
        self._lanes[number] = lane
        if size == length:  # one chunk is all of it
            return at + size, self._told(lane, bytes(buffer[at : at + size]))
        lane.body += buffer[at : at + size]
        self._under_way += size
        if len(lane.body) < length:
            return at + size, None
        body, lane.body = bytes(lane.body), bytearray()
        self._under_way -= length
        return at + size, self._told(lane, body)

    def _lane(self, number: int, shape: int) -> _Lane:
        lane = self._lanes.get(number)
        if lane is None:
            if shape != 0 and not (shape == 1 and number == 2):
                raise BadChunk("a chunk refers to a header that never came")
            if len(self._lanes) >= MAX_STREAMS:
                raise BadChunk("too many chunk streams")
            lane = _Lane()
        return lane

    def _told(self, lane: _Lane, body: bytes) -> Message | None:
        """The message, unless it is about the chunks themselves (§5.4)."""
        if lane.kind == SET_CHUNK_SIZE:
            size = int.from_bytes(body[:4])
            if len(body) != 4 or not 1 <= size <= MAX_CHUNK:
                raise BadChunk("no size for a chunk")
            self._chunk = size
            return None
        if lane.kind == ABORT:
            given_up = self._lanes.get(int.from_bytes(body[:4]))
            if given_up:
                self._under_way -= len(given_up.body)
                given_up.body = bytearray()
            return None
        return Message(lane.kind, lane.stream, lane.timestamp, body)


def write(kind: int, body: bytes, *, lane: int = 3, stream: int = 0, chunk: int = CHUNK) -> bytes:
    """One message as chunks; the lane is a number from 2 to 63."""
    head = bytes((lane, 0, 0, 0)) + len(body).to_bytes(3) + bytes((kind,))
    head += stream.to_bytes(4, "little")
    pieces = [body[at : at + chunk] for at in range(0, len(body), chunk)]
    return head + bytes((0xC0 | lane,)).join(pieces)


def control(kind: int, number: int) -> bytes:
    """One of the messages about the connection itself, which are a number each."""
    return write(kind, number.to_bytes(4), lane=2)
