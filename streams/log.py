"""The room log: the only writer of RoomEvent and of the counter that numbers it.

Every view of a room (live, reconnect, replay, figures) is a read of these rows.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from livecommerce.realtime import publish
from streams.models import Room, RoomEvent, Show

CATCH_UP_LIMIT = 300  # facts; who is further behind starts anew from a snapshot
PAGE_LIMIT = 500
# Facts of those who moderate: everyone else sees their number and nothing of what they say.
STAFF_ONLY = {"chat.held", "chat.refused", "question.held", "report.made", "mod.acted"}
WITHHELD = {"hidden": True}


@dataclass(frozen=True)
class Entry:
    """A fact that has no number yet; `at` is the moment it is written unless it is given."""

    type: str
    data: dict
    author: str = ""
    at: datetime | None = None


def group(show_id: int) -> str:
    """The channel-layer group that hears a room's facts, and that its levels have changed."""
    return f"room.{show_id}"


def lock(show: Show) -> Room:
    """The room's row, kept until the end of the transaction: who changes a room takes turns.

    Taken before any other row of the room, so that nobody waits crosswise. Read what else counts
    after it: PostgreSQL shows a row that was joined to it as it was before the wait.
    """
    rows = Room.objects.select_for_update().filter(show=show)
    room = rows.first()
    if room is None:
        Room.objects.get_or_create(show=show)
        room = rows.get()
    room.show = show
    return room


@transaction.atomic(savepoint=False)
def append_all(
    show: Show, entries: Sequence[Entry], *, room: Room | None = None
) -> list[RoomEvent]:
    """Write the next facts. Numbers are given in this transaction, so none is ever missing.

    The counter row stays locked until the commit: keep that transaction short, and append last.
    Who has locked the `room` already need not ask for its number again.
    """
    if not entries:
        return []
    last = _count_on(show, len(entries), room)
    now = timezone.now()  # read under the lock: such times rise with the numbers
    events = RoomEvent.objects.bulk_create(
        RoomEvent(
            show=show,
            seq=last - len(entries) + place,
            type=entry.type,
            at=entry.at or now,
            author=entry.author,
            data=entry.data,
        )
        for place, entry in enumerate(entries, start=1)
    )
    facts = [fact(event, for_staff=True) for event in events]
    publish(group(show.pk), {"type": "room.facts", "facts": facts})
    return events


def _count_on(show: Show, steps: int, room: Room | None) -> int:
    rows = Room.objects.filter(show=show)
    if room:
        room.last_seq += steps
        rows.update(last_seq=room.last_seq)
        return room.last_seq
    if not rows.update(last_seq=F("last_seq") + steps):
        Room.objects.get_or_create(show=show)
        rows.update(last_seq=F("last_seq") + steps)
    return rows.values_list("last_seq", flat=True).get()


def append(
    show: Show, type: str, data: dict, *, author: str = "", at: datetime | None = None
) -> RoomEvent:
    """Write the next fact."""
    return append_all(show, [Entry(type, data, author, at)])[0]


def ring(show_id: int) -> None:
    """Levels of this room have changed: whoever shows them reads them anew. On commit."""
    publish(group(show_id), {"type": "room.levels"})


@transaction.atomic
def withhold(show: Show, *seqs: int) -> set[int]:
    """Hide facts, and what repeats their words, from every later read; their numbers stay.

    Those are returned that were not hidden before.
    """
    rows = RoomEvent.objects.filter(show=show, seq__in=seqs, is_hidden=False)
    fresh = set(rows.values_list("seq", flat=True))
    if not fresh:
        return fresh
    rows.update(is_hidden=True)
    later = RoomEvent.objects.filter(show=show, is_hidden=False, seq__gt=min(fresh))
    later.filter(type="chat.pinned", data__seq__in=fresh).update(is_hidden=True)
    replies = later.filter(type__in=("chat.posted", "chat.held"), data__reply__seq__in=fresh)
    for reply in replies:
        reply.data = without(fact(reply, for_staff=True), fresh)["data"]
    RoomEvent.objects.bulk_update(replies, ["data"])
    return fresh


def fact(event: RoomEvent, *, for_staff: bool = False) -> dict:
    """The fact as it travels: {type, seq, at, data}; withheld ones carry {"hidden": true}."""
    return public(
        {
            "type": event.type,
            "seq": event.seq,
            "at": stamp(event.at),
            "data": WITHHELD if event.is_hidden else event.data,
        },
        for_staff=for_staff,
    )


def public(fact: dict, *, for_staff: bool = False) -> dict:
    """The fact as this audience may read it."""
    is_secret = fact["type"] in STAFF_ONLY and not for_staff
    return fact | {"data": WITHHELD} if is_secret else fact


def without(fact: dict, hidden: Set[int]) -> dict:
    """The fact when these were hidden: neither they nor what repeats them says their words."""
    data = fact["data"]
    if fact["seq"] in hidden or (fact["type"] == "chat.pinned" and data.get("seq") in hidden):
        return fact | {"data": WITHHELD}
    if (seq := data.get("reply", {}).get("seq")) in hidden:
        return fact | {"data": data | {"reply": {"seq": seq, "name": "", "text": ""}}}
    return fact


def stamp(at: datetime | None) -> str | None:
    """2026-11-22T18:00:00.123Z: UTC with milliseconds, as the playlist writes it (RFC 3339)."""
    return at and at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def last_seq(show: Show) -> int:
    return Room.objects.filter(show=show).values_list("last_seq", flat=True).first() or 0


def after(show: Show, seq: int, *, limit: int = PAGE_LIMIT, for_staff: bool = False) -> list[dict]:
    """The facts that follow number `seq`, in order, at most `limit`."""
    events = RoomEvent.objects.filter(show=show, seq__gt=seq)[:limit]
    return [fact(event, for_staff=for_staff) for event in events]


def has(show: Show, type: str, **data) -> bool:
    """Whether such a fact was written."""
    named = {f"data__{name}": value for name, value in data.items()}
    return RoomEvent.objects.filter(show=show, type=type, **named).exists()


def latest(show: Show, *types: str, limit: int, for_staff: bool = False) -> list[dict]:
    """The newest facts of these types that were not withheld, oldest first."""
    events = RoomEvent.objects.filter(show=show, type__in=types, is_hidden=False)
    newest = reversed(events.order_by("-seq")[:limit])
    return [fact(event, for_staff=for_staff) for event in newest]
