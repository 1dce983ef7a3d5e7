import asyncio
import signal
from contextlib import contextmanager

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from livecommerce import embedded
from livecommerce.asgi import application
from livecommerce.servers.uvicorn import RoomSocket
from streams.video.ingest.rtmp import server as rtmp

DRAIN = 5  # seconds for requests and sockets to end; what the pictures need comes beside it


class Command(BaseCommand):
    help = "Where pictures come in and go out: the studio's socket, RTMP, playlists and parts."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8200)
        parser.add_argument("--rtmp-port", type=int, default=settings.RTMP_PORT)
        parser.add_argument("--rtmp-host", default="", help="where RTMP listens, if elsewhere")

    def handle(self, *args, host, port, rtmp_port, rtmp_host, **options):
        for number in filter(None, (port, rtmp_port)):
            if not embedded.is_free(host, number):
                raise CommandError(f"Port {number} is taken. Does another process serve pictures?")
        config = uvicorn.Config(
            application,
            host=host,
            port=port,
            backlog=4096,
            ws=RoomSocket,
            ws_max_size=2 * 1024 * 1024,  # the studio sends up to 1 MiB of picture at once
            ws_per_message_deflate=False,
            ws_ping_interval=8,
            ws_ping_timeout=12,
            timeout_graceful_shutdown=DRAIN,
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            access_log=False,
            log_config=None,
        )
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(serve(Server(config), rtmp_host or host, rtmp_port))


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self):
        """Signals are heard below: uvicorn would raise them once more before RTMP has ended."""
        yield


async def serve(server: Server, rtmp_host: str, rtmp_port: int) -> None:
    """Until SIGINT or SIGTERM; then publishers are told to come back, and both doors close."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    pictures = await rtmp.serve(rtmp_host, rtmp_port) if rtmp_port else None
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    if pictures:
        pictures.close()
        await pictures.wait_closed()
    await serving
