"""The RTMP server: OBS and its like send their picture to rtmp://…/live, with the stream key."""

import asyncio
import contextlib
import logging

from streams.video.ingest.door import Door, Full, household
from streams.video.ingest.rtmp.connection import Connection

BACKLOG = 128
FAREWELL = 5  # seconds for those who are connected, at the end
logger = logging.getLogger(__name__)


class Server:
    """Made by `serve`. `close` tells everyone to come back later; `wait_closed` waits for them."""

    def __init__(self):
        self._door = Door()
        self._inside: dict[Connection, asyncio.Task] = {}
        self._listening: asyncio.Server | None = None

    @property
    def port(self) -> int:
        return self._listening.sockets[0].getsockname()[1]

    async def listen(self, host: str, port: int) -> None:
        self._listening = await asyncio.start_server(
            self._receive, host, port, backlog=BACKLOG, start_serving=True
        )

    def close(self) -> None:
        self._listening.close()
        for connection in list(self._inside):
            connection.cut("restart", "The server is restarted. Connect again.")

    async def wait_closed(self) -> None:
        if tasks := set(self._inside.values()):
            _, late = await asyncio.wait(tasks, timeout=FAREWELL)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        address = household(peer[0]) if peer else "nowhere"
        try:
            with self._door.passed(address):
                connection = Connection(reader, writer, self._door)
                self._inside[connection] = asyncio.current_task()
                try:
                    await connection.run(address)
                finally:
                    del self._inside[connection]
        except Full:
            logger.info("rtmp: %s has too many connections", address)
            writer.transport.abort()
        except asyncio.CancelledError:  # the end of the process; the streams would complain
            writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def serve(host: str, port: int) -> Server:
    """Listen from now on. Port 0 is any that is free."""
    server = Server()
    await server.listen(host, port)
    return server
