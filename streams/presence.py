"""How many pages are open in a room: one row per process, its life short.

A process that died stops counting by itself after LIFE.
"""

import os
import secrets
from datetime import timedelta

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from streams import log
from streams.models import Presence

LIFE = timedelta(seconds=45)
PROCESS = f"{os.getpid()}-{secrets.token_hex(4)}"


def report(show_id: int, pages: int) -> None:
    """So many different pages are open in this process; a sign of life when nothing changed."""
    now = timezone.now()
    mine = Presence.objects.filter(show=show_id, process=PROCESS)
    if not mine.update(viewers=pages, seen_at=now):
        Presence.objects.filter(show=show_id, seen_at__lte=now - 10 * LIFE).delete()
        Presence.objects.create(show_id=show_id, process=PROCESS, viewers=pages, seen_at=now)
    log.ring(show_id)


def counted() -> Coalesce:
    """An annotation for shows: how many pages are open in each."""
    fresh = Presence.objects.filter(show=OuterRef("pk"), seen_at__gt=timezone.now() - LIFE)
    total = fresh.order_by().values("show").values(total=Sum("viewers"))
    return Coalesce(Subquery(total), 0)


def viewers(show_ids) -> dict[int, int]:
    """{show id: open pages in all processes}, in one query."""
    fresh = Presence.objects.filter(show__in=show_ids, seen_at__gt=timezone.now() - LIFE)
    return dict(fresh.values_list("show_id").annotate(Sum("viewers")))
