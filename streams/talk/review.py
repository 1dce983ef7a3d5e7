"""What those who moderate look at: words that wait, and what somebody said and was done to."""

from collections.abc import Iterable

from django.db import transaction

from livecommerce.errors import Invalid
from livecommerce.states import StaleState
from shops.models import User
from streams import log
from streams.log import Entry
from streams.models import RoomEvent, Show
from streams.talk import chat
from streams.talk.moderation import acted_on, standing_of

NEWEST = 100  # messages and actions of somebody's history
LATEST = 50  # actions in a room
SAYINGS = ("chat.posted", "chat.held", "question.asked", "question.held")


@transaction.atomic
def approve(show: Show, seq: int, by: User) -> None:
    """Let everyone read what waited for review. For them it is said now."""
    log.lock(show)
    event = chat.find(show, seq, "chat.held")
    chat.refuse_unless_on(show)
    if log.withhold(show, seq):
        posted = Entry("chat.posted", event.data, event.author)
        log.append_all(show, [posted, acted_on(event, "approve", by)])
    elif _was_refused(show, seq):
        raise StaleState("This message was refused.")


@transaction.atomic
def refuse(show: Show, seq: int, by: User) -> None:
    """Nobody gets to read what waited for review."""
    log.lock(show)
    event = chat.find(show, seq, "chat.held")
    if entries := refused(show, [event]):
        log.append_all(show, [*entries, acted_on(event, "refuse", by)])
    elif not _was_refused(show, seq):
        raise StaleState("This message was approved.")


def refused(show: Show, events: Iterable[RoomEvent]) -> list[Entry]:
    """Withhold what waits; for callers who hold the lock of the room."""
    gone = log.withhold(show, *(event.seq for event in events))
    return [Entry("chat.refused", {"seq": seq}) for seq in sorted(gone)]


def held(show: Show) -> list[dict]:
    """What waits for review, oldest first."""
    waiting = RoomEvent.objects.filter(show=show, type="chat.held", is_hidden=False)
    return [log.fact(event, for_staff=True) for event in waiting]


def actions(show: Show) -> list[dict]:
    """What was last done in this room, oldest first."""
    return log.latest(show, "mod.acted", limit=LATEST, for_staff=True)


def history(show: Show, author: str) -> dict:
    """What somebody said in the rooms of this shop, hidden or not, and what was done about it.

    {"names", "standing", "messages", "actions"}; both lists hold the newest, oldest first.
    """
    if not author:
        raise Invalid("Nobody said this.", field="seq")
    theirs = RoomEvent.objects.filter(show__shop=show.shop_id, author=author)
    theirs = theirs.select_related("show").order_by("-at", "-seq")
    done = list(theirs.filter(type="mod.acted")[:NEWEST])
    said = list(theirs.filter(type__in=SAYINGS)[:NEWEST])
    approved = {
        (event.show_id, event.data.get("seq"))
        for event in done
        if event.data["action"] == "approve"
    }
    messages = [event for event in said if (event.show_id, event.seq) not in approved]
    return {
        "names": list(dict.fromkeys(event.data["name"] for event in said)),
        "standing": standing_of(show.shop_id, author),
        "messages": [_whole(event) for event in reversed(messages)],
        "actions": [_whole(event) for event in reversed(done)],
    }


def _was_refused(show: Show, seq: int) -> bool:
    return RoomEvent.objects.filter(show=show, type="chat.refused", data__seq=seq).exists()


def _whole(event: RoomEvent) -> dict:
    """A fact with its words, also when they are withheld, and the show it belongs to."""
    return {
        "type": event.type,
        "seq": event.seq,
        "at": log.stamp(event.at),
        "data": event.data,
        "is_hidden": event.is_hidden,
        "show": event.show.slug,
    }
