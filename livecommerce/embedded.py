"""Everything in one process: Daphne in the main thread, Celery's worker and beat in others.

Pictures over RTMP come in on Daphne's loop. Started by commands only, never on import, so that no
second worker can appear by reloading. Stopped in this order: beat, pictures, worker, server. A
worker that waits for a server's loop which has already stopped would hang.
"""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

import celery.worker.state
from celery.beat import EmbeddedService
from celery.worker import WorkController
from channels.routing import get_default_application
from daphne.endpoints import build_endpoint_description_strings
from daphne.server import Server
from twisted.internet import reactor

from livecommerce.celery import app
from streams.video.ingest.rtmp import server as rtmp
from streams.video.replay import running

THREADS = 3
BACKLOG = 4096
PING, PONG = 8, 12  # seconds: who answers none of it is gone within half a minute


class Worker:
    """A Celery worker in a thread, for both queues."""

    def __init__(self):
        self.controller = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=THREADS,
            queues=["default", "media"],
            without_heartbeat=True,
            without_gossip=True,
            without_mingle=True,
        )
        self.thread = threading.Thread(target=self.controller.start, name="worker", daemon=True)

    def start(self) -> None:
        celery.worker.state.should_stop = None
        self.thread.start()

    def stop(self, patience: float = 3) -> None:
        """What is cut off in the middle is a row still, and made again at the next start."""
        celery.worker.state.should_stop = 0
        self.thread.join(patience)


class Clock:
    """Celery's beat in a thread. Its schedule is static: nothing of it is kept on disk."""

    def __init__(self):
        self.service = EmbeddedService(app, thread=True, scheduler_cls="celery.beat.Scheduler")

    def start(self) -> None:
        self.service.start()

    def stop(self) -> None:
        self.service.stop()


class Pictures:
    """The RTMP server, on a loop that runs in another thread than those who call this."""

    PATIENCE = 8  # seconds

    def __init__(self, host: str, port: int):
        self.host, self.port = host, port
        self.server = self.loop = None

    async def start(self) -> None:
        if self.port:
            self.loop = asyncio.get_running_loop()
            self.server = await rtmp.serve(self.host, self.port)

    def stop(self) -> None:
        if self.server:
            with suppress(TimeoutError):  # the rest of us stops, whoever hangs there
                asyncio.run_coroutine_threadsafe(self._close(), self.loop).result(self.PATIENCE)

    async def _close(self) -> None:
        self.server.close()
        await self.server.wait_closed()


def is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def free_from(host: str, port: int, count: int = 20) -> int | None:
    """This port, or the next that is free; None if so many are taken."""
    return next((each for each in range(port, port + count) if is_free(host, each)), None)


def serve(
    host: str,
    port: int,
    *,
    rtmp_port: int = 0,
    up: Callable = lambda: None,
    down: Callable = lambda: None,
):
    """Serve until SIGINT or SIGTERM. `up` runs once the server listens, `down` before it stops."""
    worker, clock, pictures = Worker(), Clock(), Pictures(host, rtmp_port)
    stopping = threading.Event()

    def begin():
        worker.start()
        clock.start()
        up()

    beginning = threading.Thread(target=begin, name="begin")

    def wind_up():
        try:
            if beginning.ident:  # a stop in the first second would leave behind what `up` starts
                beginning.join()
            down()
            clock.stop()
            pictures.stop()
            running.stop()
            worker.stop()
        finally:
            reactor.callFromThread(reactor.stop)

    def signalled(*_):
        if not stopping.is_set():
            stopping.set()
            threading.Thread(target=wind_up, name="wind-up").start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signalled)
    (endpoint,) = build_endpoint_description_strings(host=host, port=port)
    reactor.callLater(0, beginning.start)
    reactor.callLater(0, lambda: asyncio.ensure_future(pictures.start()))
    Server(
        application=get_default_application(),  # only now: it looks at the static files there are
        endpoints=[f"{endpoint}:backlog={BACKLOG}"],
        signal_handlers=False,
        server_name="livecommerce",
        ping_interval=PING,
        ping_timeout=PONG,
        application_close_timeout=3,
    ).run()
