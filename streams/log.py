"""The room log: the only writer of RoomEvent and of the counter that numbers it.

Every view of a room (live, reconnect, replay, figures) is a read of these rows.
"""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from livecommerce.realtime import publish
from streams.models import Room, RoomEvent, Show

CATCH_UP_LIMIT = 300  # facts; who is further behind starts anew from a snapshot
PAGE_LIMIT = 500


def group(show_id: int) -> str:
    """The channel-layer group that hears a room's facts and levels."""
    return f"room.{show_id}"


@transaction.atomic
def append(
    show: Show, type: str, data: dict, *, author: str = "", at: datetime | None = None
) -> RoomEvent:
    """Write the next fact. Its number is given in this transaction, so no number is ever missing.

    The counter row stays locked until the commit: keep that transaction short, and append last.
    """
    if not Room.objects.filter(show=show).update(last_seq=F("last_seq") + 1):
        Room.objects.get_or_create(show=show)
        Room.objects.filter(show=show).update(last_seq=F("last_seq") + 1)
    seq = Room.objects.values_list("last_seq", flat=True).get(show=show)
    event = RoomEvent.objects.create(
        show=show, seq=seq, type=type, at=at or timezone.now(), author=author, data=data
    )
    publish(group(show.pk), {"type": "room.fact", "fact": fact(event)})
    return event


@transaction.atomic
def withhold(show: Show, seq: int) -> bool:
    """Hide a fact's data from every later read; its number stays. False if there was none."""
    return bool(
        RoomEvent.objects.filter(show=show, seq=seq, is_hidden=False).update(is_hidden=True)
    )


def fact(event: RoomEvent) -> dict:
    """The fact as it travels: {type, seq, at, data}; withheld ones carry {"hidden": true}."""
    return {
        "type": event.type,
        "seq": event.seq,
        "at": stamp(event.at),
        "data": {"hidden": True} if event.is_hidden else event.data,
    }


def stamp(at: datetime | None) -> str | None:
    """2026-11-22T18:00:00.123Z: UTC with milliseconds, as the playlist writes it (RFC 3339)."""
    return at and at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def last_seq(show: Show) -> int:
    return Room.objects.filter(show=show).values_list("last_seq", flat=True).first() or 0


def after(show: Show, seq: int, *, limit: int = PAGE_LIMIT) -> list[dict]:
    """The facts that follow number `seq`, in order, at most `limit`."""
    events = RoomEvent.objects.filter(show=show, seq__gt=seq)[:limit]
    return [fact(event) for event in events]


def latest(show: Show, *types: str, limit: int) -> list[dict]:
    """The newest visible facts of these types, oldest first."""
    events = RoomEvent.objects.filter(show=show, type__in=types, is_hidden=False)
    return [fact(event) for event in reversed(events.order_by("-seq")[:limit])]
