"""An encoder in a few lines: what OBS and ffmpeg say to an RTMP server, without their picture."""

import asyncio
from contextlib import asynccontextmanager

from streams.video.ingest.rtmp import amf, chunks
from streams.video.ingest.rtmp.session import HELLO

GREETING = b"\x03" + bytes(HELLO)
AVC_HEADER = b"\x17\x00\x00\x00\x00" + bytes(20)
AVC_KEY = b"\x17\x01\x00\x00\x00" + b"k" * 500
AVC_FRAME = b"\x27\x01\x00\x00\x00" + b"f" * 100
AAC_HEADER = b"\xaf\x00\x12\x10"
AAC_FRAME = b"\xaf\x01" + b"s" * 60
HEVC_HEADER = b"\x90hvc1" + bytes(20)
HEVC_KEY = b"\x91hvc1" + bytes(60)
PATIENCE = 5  # seconds


def command(*values, stream: int = 0) -> bytes:
    return chunks.write(chunks.COMMAND, amf.write(*values), stream=stream)


def connect(app: str = "live") -> bytes:
    return command("connect", 1, {"app": app, "tcUrl": f"rtmp://127.0.0.1/{app}"})


def publish(key) -> bytes:
    return command("publish", 5, None, key, "live", stream=1)


def opening(key, app: str = "live") -> bytes:
    """Everything up to the key, as if all answers were known."""
    return b"".join(
        (
            GREETING,
            bytes(HELLO),
            connect(app),
            command("releaseStream", 2, None, key),
            command("FCPublish", 3, None, key),
            command("createStream", 4, None),
            publish(key),
        )
    )


def picture(body: bytes, at: int = 0) -> bytes:
    return media(chunks.VIDEO, body, at, lane=6)


def sound(body: bytes, at: int = 0) -> bytes:
    return media(chunks.AUDIO, body, at, lane=4)


def media(kind: int, body: bytes, at: int, lane: int) -> bytes:
    """As chunks.write, with a time, as a type 0 chunk has it."""
    at %= chunks.AROUND
    head = bytes((lane,)) + min(at, chunks.EXTENDED).to_bytes(3) + len(body).to_bytes(3)
    head += bytes((kind, 1, 0, 0, 0))
    extended = at.to_bytes(4) if at >= chunks.EXTENDED else b""
    pieces = [body[n : n + chunks.CHUNK] for n in range(0, len(body), chunks.CHUNK)]
    return head + extended + (bytes((0xC0 | lane,)) + extended).join(pieces)


class Answers:
    """What a server sent, as commands: [name, number, None, {…}]."""

    def __init__(self):
        self._hello = len(GREETING) + HELLO
        self._reader = chunks.Reader(65536)

    def read(self, data: bytes) -> list[list]:
        skipped = min(self._hello, len(data))
        self._hello -= skipped
        messages = self._reader.feed(data[skipped:])
        return [amf.read(each.body) for each in messages if each.kind == chunks.COMMAND]


class Encoder:
    """One connection."""

    def __init__(self, reader, writer):
        self._reader, self.writer = reader, writer
        self._answers = Answers()
        self.heard: list[list] = []

    def send(self, *data: bytes) -> None:
        self.writer.write(b"".join(data))

    async def status(self) -> tuple[str, str]:
        """The next code and the words that come with it; ("closed", "") at the end."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for place, (name, *rest) in enumerate(self.heard):
                    if name == "onStatus":
                        del self.heard[: place + 1]
                        return rest[2]["code"], rest[2]["description"]
                if not (data := await self._read()):
                    return "closed", ""
                self.heard += self._answers.read(data)

    async def closed(self) -> bool:
        """Wait until the other side has closed the line."""
        async with asyncio.timeout(PATIENCE):
            while await self._read():
                pass
        return True

    async def _read(self) -> bytes:
        try:
            return await self._reader.read(65536)
        except ConnectionError:
            return b""


@asynccontextmanager
async def encoder(port: int):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Encoder(reader, writer)
    finally:
        writer.close()


@asynccontextmanager
async def publishing(port: int, key: str):
    """An encoder whose key was taken, in the middle of its stream."""
    async with encoder(port) as obs:
        obs.send(opening(key))
        assert (await obs.status())[0] == "NetStream.Publish.Start"
        yield obs
