"""One RTMP connection without its socket: bytes in, events and bytes out (RTMP 1.0).

It asks nobody whether a key is right: it says Asked, and is told accept() or refuse().
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from streams.video.ingest.rtmp import amf, chunks
from streams.video.ingest.rtmp.amf import BadAmf
from streams.video.ingest.rtmp.chunks import Message

APP = "live"
VERSION = 3
HELLO = 1536  # bytes of each part of the handshake
STRANGERS_LIMIT = 16 * 1024  # bytes of a message, before the key was shown
STRANGERS_BYTES = 64 * 1024  # in all, before the key: empty chunks cost us more than them
LIMIT = 4 * 1024 * 1024  # of a message, after
COMMANDS = 64  # in the life of one connection
WINDOW = 2_500_000  # bytes after which the other side is told how far we are
LEAST_WINDOW = 64 * 1024  # or as few as it wants, down to this
OUT = 65536  # bytes of our chunks; ffmpeg then sends such, too
STREAM = 1  # the one that createStream gives
STREAM_BEGIN, PING, PONG = 0, 6, 7


class BadSession(ValueError):
    """This is not RTMP, or not as a publisher speaks it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody wants to publish. The key is kept out of what is printed."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """The body of an FLV tag: a picture, a sound, or what the encoder says about them."""

    kind: int
    timestamp: int  # milliseconds
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Left:
    """The publisher said that it is done."""


Event = Asked | Media | Left


class Session:
    """feed() what was read; send what take() gives."""

    def __init__(self):
        self._hello = bytearray()
        self._greeted = self._is_open = False
        self._reader = chunks.Reader(STRANGERS_LIMIT)
        self._out = bytearray()
        self._chunk = chunks.CHUNK  # bytes, of ours
        self._stage = "connect"
        self._commands = 0
        self._heard = self._told = 0  # bytes in all, and when we last said so
        self._window = WINDOW

    def take(self) -> bytes:
        """What has to be sent now."""
        data, self._out = bytes(self._out), bytearray()
        return data

    def feed(self, data: bytes) -> Iterator[Event]:
        """Raises BadSession for anything that is no RTMP; after that it is of no use."""
        self._heard += len(data)
        if self._stage in ("connect", "connected") and self._heard > STRANGERS_BYTES:
            raise BadSession("too much, and no key")
        if not self._is_open:
            data = self._greet(data)
        try:
            for message in self._reader.feed(data):
                yield from self._hear(message)
        except (chunks.BadChunk, BadAmf) as error:
            raise BadSession(str(error)) from error
        if self._heard - self._told >= self._window:
            self._told = self._heard
            self._out += chunks.control(chunks.ACKNOWLEDGEMENT, self._heard % chunks.AROUND)

    def accept(self) -> None:
        """Pictures may come, and may be large."""
        self._stage = "publishing"
        self._reader.limit = LIMIT
        begin = STREAM_BEGIN.to_bytes(2) + STREAM.to_bytes(4)
        self._out += chunks.write(chunks.USER_CONTROL, begin, lane=2)
        self._status("NetStream.Publish.Start", "Your picture is coming in.", level="status")

    def refuse(self, code: str, words: str) -> None:
        """Say why; the connection is of no use any more."""
        self._stage = "over"
        self._status(code, words)

    def _greet(self, data: bytes) -> bytes:
        """The plain handshake (§5.2); answers what came behind it."""
        self._hello += data
        if self._hello and self._hello[0] != VERSION:
            raise BadSession("another version, or another protocol")
        if not self._greeted and len(self._hello) > HELLO:
            self._greeted = True
            theirs = self._hello[1 : 1 + HELLO]
            # Zeros where others put their version: no digests are to be expected of us.
            self._out += bytes((VERSION,)) + bytes(HELLO) + theirs
        if len(self._hello) < 1 + 2 * HELLO:
            return b""
        self._is_open = True
        rest, self._hello = bytes(self._hello[1 + 2 * HELLO :]), bytearray()
        return rest

    def _hear(self, message: Message) -> Iterator[Event]:
        body = message.body
        match message.kind:
            case chunks.AUDIO | chunks.VIDEO:
                if self._stage == "publishing" and body:
                    yield Media(message.kind, message.timestamp, body)
            case chunks.DATA:
                if self._stage == "publishing":
                    yield from self._described(message)
            case chunks.COMMAND:
                yield from self._command(amf.read(body))
            case chunks.WINDOW if len(body) == 4:
                self._window = max(LEAST_WINDOW, min(int.from_bytes(body), WINDOW))
            case chunks.USER_CONTROL if len(body) == 6 and int.from_bytes(body[:2]) == PING:
                self._count()
                pong = PONG.to_bytes(2) + body[2:]
                self._out += chunks.write(chunks.USER_CONTROL, pong, lane=2)

    def _described(self, message: Message) -> Iterator[Event]:
        """@setDataFrame is for servers; what stands behind it is for the file."""
        prefix = amf.write("@setDataFrame")
        if len(message.body) > STRANGERS_LIMIT:
            raise BadSession("a description is too large")
        body = message.body.removeprefix(prefix)
        values = amf.read(body)
        if values[:1] == ["onMetaData"]:
            yield Media(message.kind, message.timestamp, body)

    def _command(self, values: list) -> Iterator[Event]:
        self._count()
        match self._stage, values:
            case "connect", ["connect", float(number), dict(wishes), *_]:
                self._connect(number, wishes)
            case "connected", ["releaseStream" | "FCPublish" as name, float(number), *_]:
                self._answer("_result", number, None, None)
                if name == "FCPublish":
                    self._answer("onFCPublish", 0, None, {"code": "NetStream.Publish.Start"})
            case "connected", ["createStream", float(number), *_]:
                self._answer("_result", number, None, float(STREAM))
            case "connected", ["publish", float(), None, str(key), *_]:
                self._stage = "asked"
                yield Asked(key)
            case "publishing", ["FCUnpublish" | "deleteStream" | "closeStream", *_]:
                self._stage = "over"
                yield Left()
            case "connect", _:
                raise BadSession("a command before connect")
            case _, [str(), float(number), *_] if number:
                problem = {"level": "error", "code": "NetConnection.Call.Failed"}
                self._answer("_error", number, None, problem)

    def _connect(self, number: float, wishes: dict) -> None:
        app = wishes.get("app")
        if not isinstance(app, str) or app.partition("?")[0].strip("/") != APP:
            self._stage = "over"
            words = f"There is no such application here: the server's address ends in /{APP}."
            problem = {"level": "error", "code": "NetConnection.Connect.Rejected"}
            self._answer("_error", number, None, problem | {"description": words})
            return
        self._stage = "connected"
        self._out += chunks.control(chunks.WINDOW, WINDOW)
        self._out += chunks.write(chunks.BANDWIDTH, WINDOW.to_bytes(4) + b"\2", lane=2)
        self._out += chunks.control(chunks.SET_CHUNK_SIZE, OUT)
        self._chunk = OUT
        self._answer(
            "_result",
            number,
            {"fmsVer": "FMS/3,0,1,123", "capabilities": 31},
            {
                "level": "status",
                "code": "NetConnection.Connect.Success",
                "description": "Welcome.",
                "objectEncoding": 0,
            },
        )

    def _count(self) -> None:
        """Each of these is answered: who does not stop asking would be answered for ever."""
        self._commands += 1
        if self._commands > COMMANDS:
            raise BadSession("too many commands")

    def _status(self, code: str, words: str, *, level: str = "error") -> None:
        told = {"level": level, "code": code, "description": words}
        self._answer("onStatus", 0, None, told, stream=STREAM)

    def _answer(self, *values, stream: int = 0) -> None:
        body = amf.write(*values)
        self._out += chunks.write(chunks.COMMAND, body, stream=stream, chunk=self._chunk)

    @property
    def is_over(self) -> bool:
        """Nothing more will be heard."""
        return self._stage == "over"
