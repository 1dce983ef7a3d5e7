"""How many pages are open in a room: one row per process, its life short.

A process that died stops counting by itself after LIFE.
"""

import asyncio
import logging
import os
import secrets
from collections import Counter
from datetime import timedelta

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from streams import log
from streams.models import Presence

LIFE = timedelta(seconds=45)
BEAT = 15  # seconds between two signs of life
TICK = 1  # second: the count is told at most so often
PROCESS = f"{os.getpid()}-{secrets.token_hex(4)}"
logger = logging.getLogger(__name__)

_here: Counter[int] = Counter()  # show id → open pages of this process
_counting: dict[int, asyncio.Task] = {}


def enter(show_id: int) -> None:
    """One page more. The first starts the room's count in this process."""
    _here[show_id] += 1
    if show_id not in _counting:
        _counting[show_id] = asyncio.create_task(_count(show_id))


def leave(show_id: int) -> None:
    _here[show_id] -= 1


def counted() -> Coalesce:
    """An annotation for shows: how many pages are open in each."""
    fresh = Presence.objects.filter(show=OuterRef("pk"), seen_at__gt=timezone.now() - LIFE)
    total = fresh.order_by().values("show").values(total=Sum("viewers"))
    return Coalesce(Subquery(total), 0)


def viewers(show_ids) -> dict[int, int]:
    """{show id: open pages in all processes}, in one query."""
    fresh = Presence.objects.filter(show__in=show_ids, seen_at__gt=timezone.now() - LIFE)
    return dict(fresh.values_list("show_id").annotate(Sum("viewers")))


async def _count(show_id: int) -> None:
    """While anyone is here: tell the room how many, on change and as a sign of life."""
    told, quiet = None, 0
    while True:
        pages = _here[show_id]
        if pages != told or quiet >= BEAT:
            try:
                total = await database_sync_to_async(_report)(show_id, pages)
                await get_channel_layer().group_send(
                    log.group(show_id), {"type": "room.viewers", "viewers": total}
                )
            except Exception:
                logger.warning("room %s was not counted", show_id, exc_info=True)
            told, quiet = pages, 0
        if pages == 0 and _here[show_id] == 0:
            del _here[show_id], _counting[show_id]
            return
        await asyncio.sleep(TICK)
        quiet += TICK


def _report(show_id: int, pages: int) -> int:
    now = timezone.now()
    Presence.objects.filter(show=show_id, seen_at__lte=now - 10 * LIFE).delete()
    Presence.objects.update_or_create(
        show_id=show_id, process=PROCESS, defaults={"viewers": pages, "seen_at": now}
    )
    return viewers([show_id]).get(show_id, 0)
