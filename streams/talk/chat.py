"""What people say in a room."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from shops.models import User
from streams import log
from streams.log import Entry
from streams.models import Report, Room, RoomEvent, Show
from streams.talk import letters, moderation, names, pace
from streams.talk.names import Speaker
from streams.talk.pace import TooFast

__all__ = ["ChatClosed", "Said", "Saying", "Speaker", "TooFast"]

MAX_TEXT = 300  # characters
MAX_QUOTE = 80
BURST, PER_SECONDS = 5, 10  # so many messages in so many seconds, per author
TALKING = (Show.Status.SCHEDULED, Show.Status.LIVE)


class ChatClosed(DomainError):
    code = "chat_closed"


@dataclass(frozen=True)
class Saying:
    """What somebody wants to say; `reply_to` is the number of the message it answers."""

    speaker: Speaker
    text: str
    name: str = ""
    reply_to: int | None = None


@dataclass(frozen=True)
class Said:
    """It is in the log under this number; held, only those who moderate can read it."""

    seq: int
    is_held: bool = False


@dataclass(frozen=True)
class _Draft:
    """A saying whose words are fit to be shown."""

    speaker: Speaker
    name: str
    text: str
    reply_to: int | None


def say(
    show: Show, speaker: Speaker, text: str, name: str = "", reply_to: int | None = None
) -> Said:
    """Post a message. Guests choose a name, staff speak under their own."""
    [outcome] = say_all(show, [Saying(speaker, text, name, reply_to)])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def say_all(show: Show, sayings: Sequence[Saying]) -> list[Said | DomainError]:
    """Post many messages in their order, in one transaction and a fixed number of queries.

    A refusal stands in the place of what was refused, and changes nothing for the others.
    """
    guests = any(not saying.speaker.is_staff for saying in sayings)
    taken = names.reserved(show) if guests else frozenset()
    slow = _slow_seconds(show) if guests else 0
    # What is counted in the cache is counted before the room is locked: nobody waits for it there.
    drafts = [_try(_draft, show, saying, taken, slow) for saying in sayings]
    posted = iter(_post(show, [draft for draft in drafts if isinstance(draft, _Draft)]))
    outcomes = [next(posted) if isinstance(draft, _Draft) else draft for draft in drafts]
    for draft, outcome in zip(drafts, outcomes, strict=True):
        if isinstance(draft, _Draft) and isinstance(outcome, DomainError):
            pace.give_back(_turn(show, draft.speaker))
    return outcomes


@transaction.atomic
def hide(show: Show, seq: int, by: User) -> None:
    """Take a message off every screen; hiding it twice is no error and no second fact."""
    room = log.lock(show)
    event = find(show, seq)
    if hidden := withdraw(room, [event]):
        log.append_all(show, [*hidden, moderation.acted_on(event, "hide", by)])


@transaction.atomic
def pin(show: Show, seq: int, by: User) -> None:
    """Keep a message above the chat, in place of the one before it."""
    room = log.lock(show)
    refuse_unless_on(show)
    event = find(show, seq)
    if event.is_hidden:
        raise Invalid("This message is hidden.", field="seq")
    if room.pinned_id != event.pk:
        Room.objects.filter(show=show).update(pinned=event)
        acted = moderation.acted_on(event, "pin_message", by)
        log.append_all(show, [Entry("chat.pinned", shape(event)), acted])


@transaction.atomic
def unpin(show: Show, by: User) -> None:
    """Take the message above the chat away. None there: nothing happens."""
    room = log.lock(show)
    if event := room.pinned:
        Room.objects.filter(show=show).update(pinned=None)
        acted = moderation.acted_on(event, "unpin_message", by)
        log.append_all(show, [Entry("chat.unpinned", {"seq": event.seq}), acted])


def find(show: Show, seq: int, *types: str) -> RoomEvent:
    """A message of this room by its number, hidden or not."""
    messages = RoomEvent.objects.filter(show=show, type__in=types or ["chat.posted"])
    if event := messages.filter(seq=seq).first():
        return event
    raise Invalid("There is no such message.", field="seq")


def shape(event: RoomEvent) -> dict:
    """{seq, name, text, role} of a message."""
    return {"seq": event.seq} | {key: event.data[key] for key in ("name", "text", "role")}


def withdraw(room: Room, events: Iterable[RoomEvent]) -> list[Entry]:
    """Withhold messages; the facts that are to tell of it.

    For callers who hold the lock of the room.
    """
    gone = log.withhold(room.show, *(event.seq for event in events))
    Report.objects.filter(event__show=room.show, event__seq__in=gone, settled_at=None).update(
        settled_at=timezone.now()
    )
    entries = [Entry("chat.hidden", {"seq": seq}) for seq in sorted(gone)]
    if room.pinned and room.pinned.seq in gone:
        Room.objects.filter(show=room.show).update(pinned=None)
        entries.append(Entry("chat.unpinned", {"seq": room.pinned.seq}))
    return entries


def refuse_unless_on(show: Show) -> None:
    # Asked of the row: a socket's own copy of the show is as old as the socket.
    if not Show.objects.filter(pk=show.pk, status__in=TALKING).exists():
        raise ChatClosed("The show has ended; its chat can be read, not added to.")


def slow_down(show: Show, speaker: Speaker) -> None:
    """One thing more that a guest says; too many in a short while are refused."""
    if not speaker.is_staff:
        pace.count(f"chat-{show.pk}-{speaker.author}", BURST, PER_SECONDS, "messages")


@contextmanager
def turn(show: Show, speaker: Speaker) -> Iterator[None]:
    """In slow mode, the one thing a guest may say for a while; refused, it costs no turn."""
    slow = 0 if speaker.is_staff else _slow_seconds(show)
    if slow:
        pace.space(_turn(show, speaker), slow)
    try:
        yield
    except DomainError:
        if slow:
            pace.give_back(_turn(show, speaker))
        raise


def _slow_seconds(show: Show) -> int:
    return Room.objects.filter(show=show).values_list("slow_seconds", flat=True).first() or 0


def _draft(show: Show, saying: Saying, taken: frozenset[str], slow: int) -> _Draft:
    speaker = saying.speaker
    text = letters.clean(saying.text, MAX_TEXT, "text")
    name = names.chosen(speaker, saying.name, taken)
    slow_down(show, speaker)
    if slow and not speaker.is_staff:
        pace.space(_turn(show, speaker), slow)
    return _Draft(speaker, name, text, saying.reply_to)


def _turn(show: Show, speaker: Speaker) -> str:
    return f"slow-{show.pk}-{speaker.author}"


@transaction.atomic
def _post(show: Show, drafts: list[_Draft]) -> list[Said | DomainError]:
    if not drafts:
        return []
    room = log.lock(show)
    try:
        refuse_unless_on(show)
    except ChatClosed as refusal:
        return [refusal] * len(drafts)
    authors = {draft.speaker.author for draft in drafts if not draft.speaker.is_staff}
    house = moderation.house(room, show.shop_id, authors)
    answered = {draft.reply_to for draft in drafts} - {None}
    quoted = RoomEvent.objects.filter(show=show, type="chat.posted", seq__in=answered)
    quotes = {event.seq: _quote(event) for event in quoted.filter(is_hidden=False)}
    entries = [_try(_entry, house, draft, quotes) for draft in drafts]
    fit = [entry for entry in entries if isinstance(entry, Entry)]
    written = iter(log.append_all(show, fit, room=room))
    return [
        Said((event := next(written)).seq, event.type == "chat.held")
        if isinstance(entry, Entry)
        else entry
        for entry in entries
    ]


def _entry(house: moderation.House, draft: _Draft, quotes: dict[int, dict]) -> Entry:
    is_held = moderation.judge(house, draft.speaker, draft.text, draft.name)
    data = {"name": draft.name, "text": draft.text, "role": draft.speaker.role}
    if draft.reply_to is not None:
        if draft.reply_to not in quotes:
            raise Invalid("There is no such message.", field="reply_to")
        data["reply"] = quotes[draft.reply_to]
    return Entry("chat.held" if is_held else "chat.posted", data, draft.speaker.author)


def _quote(event: RoomEvent) -> dict:
    text = event.data["text"]
    cut = text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…"
    return {"seq": event.seq, "name": event.data["name"], "text": cut}


def _try(act: Callable, *args):
    """What it returns, or how it was refused."""
    try:
        return act(*args)
    except DomainError as refusal:
        return refusal
