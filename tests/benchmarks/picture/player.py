"""A low-latency player without a picture: blocking playlists on one line, parts on another."""

import asyncio
import gzip
import re
import struct
import time

STAMP = struct.Struct(">d")  # what each part begins with: when the origin had it
LAST = re.compile(rb'#EXT-X-PART:[^\n]*URI="(/hls/[^"]+)"')
SEGMENT = re.compile(rb"^/media/takes/[^\n]+\.m4s$", re.MULTILINE)
FIRST = re.compile(rb"#EXT-X-MEDIA-SEQUENCE:(\d+)")
SKIPPED = re.compile(rb"SKIPPED-SEGMENTS=(\d+)")


class Line(asyncio.Protocol):
    """One connection, one request at a time; keeps of an answer's body what is asked for."""

    def __init__(self):
        self.answer: asyncio.Future | None = None
        self.got, self.need, self.seen, self.kept = bytearray(), None, 0, 0

    def connection_made(self, transport):
        self.transport = transport

    async def get(self, host: str, path: str, *, keep: int = 1 << 20) -> tuple[int, bytes, int]:
        """Status, the first `keep` bytes of the body, and its length."""
        self.got.clear()
        self.need, self.seen, self.kept = None, 0, keep
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        return await self.answer

    def data_received(self, data):
        if self.need is None:
            self.got += data
            head, found, body = bytes(self.got).partition(b"\r\n\r\n")
            if not found:
                return
            self.status = int(head[9:12])
            self.head = head.lower()
            self.need = int(re.search(rb"content-length: (\d+)", self.head)[1])
            self.got, data = bytearray(), body
        self.seen += len(data)
        if len(self.got) < self.kept:
            self.got += data[: self.kept - len(self.got)]
        if self.seen >= self.need and not self.answer.done():
            body = bytes(self.got)
            if b"content-encoding: gzip" in self.head:
                body = gzip.decompress(body)
            self.answer.set_result((self.status, body, self.seen))

    def connection_lost(self, error):
        if self.answer and not self.answer.done():
            self.answer.set_exception(ConnectionError("the server hung up"))


async def watch(port: int, host: str, slug: str, found: "Found", until: float) -> None:
    """Play to the end, noting how late each part is."""
    loop = asyncio.get_running_loop()
    _, lists = await loop.create_connection(Line, "127.0.0.1", port)
    _, parts = await loop.create_connection(Line, "127.0.0.1", port)
    path = f"/hls/{slug}/live.m3u8"
    status, text, size = await lists.get(host, path)
    if status != 200:
        raise ConnectionError(f"the first playlist is answered {status}")
    sequence, index = place(text)
    seen = ""
    fetching = None
    while time.monotonic() < until:
        asked = f"{path}?_HLS_msn={sequence}&_HLS_part={index}&_HLS_skip=YES"
        status, text, size = await lists.get(host, asked)
        found.playlists += 1
        found.bytes += size
        if status != 200:
            found.errors += 1
            continue
        sequence, index = place(text)
        newest = LAST.findall(text)[-1].decode()
        if newest != seen and (fetching is None or fetching.done()):
            seen = newest
            fetching = asyncio.create_task(fetch(parts, host, newest, found))
        elif newest != seen:
            found.skipped += 1
    if fetching:
        await fetching
    lists.transport.close()
    parts.transport.close()


async def fetch(line: Line, host: str, path: str, found: "Found") -> None:
    status, head, size = await line.get(host, path, keep=STAMP.size)
    now = time.monotonic()
    found.bytes += size
    if status == 200:
        found.delays.append(now - STAMP.unpack(head)[0])
    else:
        found.errors += 1


def place(text: bytes) -> tuple[int, int]:
    """What to ask for next: the number of the open segment, and how many parts it has."""
    skipped = SKIPPED.search(text)
    closed = len(SEGMENT.findall(text)) + (int(skipped[1]) if skipped else 0)
    tail = text[text.rfind(b"#EXTINF") :]
    return int(FIRST.search(text)[1]) + closed, len(LAST.findall(tail))


class Found:
    """What all players of one process saw."""

    def __init__(self):
        self.delays: list[float] = []
        self.playlists = self.errors = self.skipped = self.bytes = 0
