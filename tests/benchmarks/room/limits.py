"""Two limits that are always there: `websockets` broadcasting, and bare sockets in a loop.

python -m tests.benchmarks.room.limits broadcast|bare PORT
"""

import asyncio
import base64
import hashlib
import sys
from contextlib import suppress

from websockets.asyncio.server import broadcast, serve

BACKLOG = 4096
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3


async def broadcasting(port: int) -> None:
    """Whatever one says, all are sent by the library's own broadcast."""
    everyone = set()

    async def handle(socket):
        everyone.add(socket)
        try:
            async for text in socket:
                broadcast(everyone, text)
        finally:
            everyone.discard(socket)

    options = {"compression": None, "ping_interval": None, "backlog": BACKLOG}
    async with serve(handle, "127.0.0.1", port, **options) as server:
        await server.serve_forever()


class Bare(asyncio.Protocol):
    """No library: the frame is made once, then one write per socket; nothing is checked."""

    everyone: set = set()

    def connection_made(self, transport):
        self.transport, self.data, self.is_open = transport, b"", False

    def connection_lost(self, error):
        self.everyone.discard(self.transport)

    def data_received(self, data):
        self.data += data
        if not self.is_open:
            if b"\r\n\r\n" not in self.data:
                return
            head, _, self.data = self.data.partition(b"\r\n\r\n")
            self._open(head)
        while (frame := self._next()) is not None:
            for transport in self.everyone:
                transport.write(frame)

    def _open(self, head: bytes) -> None:
        key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self.is_open = True
        self.everyone.add(self.transport)

    def _next(self) -> bytes | None:
        """The next frame of the one who talks, as it is to go out: without the zero mask."""
        if len(self.data) < 4:
            return None
        size, begins = self.data[1] & 0x7F, 6
        if size == 126:
            size, begins = int.from_bytes(self.data[2:4], "big"), 8
        if len(self.data) < begins + size:
            return None
        frame = self.data[:1] + bytes((self.data[1] & 0x7F,)) + self.data[2 : begins - 4]
        frame += self.data[begins : begins + size]
        self.data = self.data[begins + size :]
        return frame


async def bare(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Bare, "127.0.0.1", port, backlog=BACKLOG)
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run({"broadcast": broadcasting, "bare": bare}[sys.argv[1]](int(sys.argv[2])))
