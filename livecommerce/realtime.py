"""News goes up: publish to a channel-layer group once the transaction commits; listen to groups."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable
from functools import cache, partial

from asgiref.sync import SyncToAsync
from channels.layers import get_channel_layer
from django.db import transaction

PATIENCE = 2  # seconds for the layer to take a message
DEAF = 1  # seconds until a layer that failed is tried again
logger = logging.getLogger(__name__)


def publish(group: str, message: dict) -> None:
    """Send one message ({"type": …, …}) to everyone who listens to the group, on commit.

    Best effort: a dead channel layer must not fail a sale that is already stored.
    Who misses a message finds the truth in the database.
    """
    transaction.on_commit(partial(_send, group, message), robust=True)


def _send(group: str, message: dict) -> None:
    send = get_channel_layer().group_send
    home = getattr(SyncToAsync.threadlocal, "main_event_loop", None)  # whose worker we are
    try:
        loop = home if home and home.is_running() else _own_loop(os.getpid())
        # A loop that stops meanwhile answers nobody, and its process would wait for us.
        sending = asyncio.run_coroutine_threadsafe(send(group, message), loop)
        try:
            sending.result(PATIENCE)
        finally:
            sending.cancel()
    except Exception:
        if home is None or home.is_running():  # else this process is about to end
            logger.warning("news for %s was lost", group, exc_info=True)


@cache
def _own_loop(process: int) -> asyncio.AbstractEventLoop:
    """Where a process without sockets sends from: one connection to Redis, not one a message."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="news", daemon=True).start()
    return loop


async def listen(groups: Iterable[str], take: Callable[[dict], None]) -> None:
    """Hand over every message of these groups until cancelled. While the layer is down, none."""
    layer = get_channel_layer()
    while True:
        channel = None
        try:
            channel = await layer.new_channel()
            for group in groups:
                await layer.group_add(group, channel)
            while True:
                take(await layer.receive(channel))
        except Exception:
            logger.warning("nothing is heard of %s", ", ".join(groups), exc_info=True)
            await asyncio.sleep(DEAF)
        finally:
            if channel:
                await _forget(layer, groups, channel)


async def put_away(*tasks: asyncio.Task) -> None:
    """Cancel tasks until they are over.

    More than once: what one waits in may swallow it (wait_for of Python 3.11 does).
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=0.1)


async def _forget(layer, groups: Iterable[str], channel: str) -> None:
    try:
        for group in groups:
            await layer.group_discard(group, channel)
    except Exception:
        logger.warning("%s are not left", ", ".join(groups), exc_info=True)


def ring(task, *args) -> None:
    """Have a Celery task run soon, once the transaction commits.

    Best effort: the work is a row already, and a sweeper finds it when the bell was lost.
    """
    transaction.on_commit(partial(_ring, task, args), robust=True)


def _ring(task, args) -> None:
    try:
        task.delay(*args)
    except Exception:
        logger.warning("the bell for %s was lost", task.name, exc_info=True)
