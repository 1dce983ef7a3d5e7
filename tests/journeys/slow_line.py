"""A line that carries only so much, between one browser and everything that it asks for."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE = 4096  # bytes
BUFFER = 16 * 1024  # bytes
GRANTED = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"  # RFC 1928 §6


class SlowLine:
    """A SOCKS5 server for one context of a browser (RFC 1928). `up`, `down`: bytes a second, all
    connections together; None: as fast as it goes."""

    def __init__(self, port: int):
        self.proxy = {"server": f"socks5://127.0.0.1:{port}", "bypass": "<-loopback>"}
        self.up: int | None = None
        self.down: int | None = None
        self._free_at = {"up": 0.0, "down": 0.0}

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ours = None
        with suppress(OSError, asyncio.IncompleteReadError):
            host, port = await _asked(reader, writer)
            there, ours = await asyncio.open_connection(host, port, limit=BUFFER)
            writer.write(GRANTED)
            await asyncio.gather(
                self._pass_on("up", reader, ours), self._pass_on("down", there, writer)
            )
        for each in (writer, ours):
            if each:
                each.close()

    async def _pass_on(self, way: str, source, target) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(OSError):
            while data := await source.read(PIECE):
                if rate := getattr(self, way):
                    begins = max(self._free_at[way], clock())
                    self._free_at[way] = begins + len(data) / rate
                    await asyncio.sleep(begins - clock())
                target.write(data)
                await target.drain()
            target.write_eof()


async def _asked(reader, writer) -> tuple[str, int]:
    """The address of the other end."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    *_, kind = await reader.readexactly(4)
    if kind == 1:
        host = socket.inet_ntoa(await reader.readexactly(4))
    else:
        (length,) = await reader.readexactly(1)
        host = (await reader.readexactly(length)).decode()
    return host, int.from_bytes(await reader.readexactly(2))


@contextmanager
def opened() -> Iterator[SlowLine]:
    """It runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    door = socket.socket()
    # As on a real line, where little is under way: both are settled in the handshake of TCP.
    door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    door.bind(("127.0.0.1", 0))
    line = SlowLine(door.getsockname()[1])
    serving = asyncio.start_server(line.carry, sock=door, limit=BUFFER)
    server = asyncio.run_coroutine_threadsafe(serving, loop).result(10)
    try:
        yield line
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _end(server: asyncio.Server) -> None:
    server.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
