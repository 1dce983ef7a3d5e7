"""What is held against somebody in the rooms of one shop: a mute, a ban. The writer of Standing."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from livecommerce.realtime import publish
from shops.models import Member, User
from streams import log
from streams.models import Question, RoomEvent, Show, Standing
from streams.talk import chat, questions, review
from streams.talk.moderation import acted, told

LONGEST = 24 * 60  # minutes
SAME = timedelta(minutes=1)  # two moderators who mute somebody for as long at once


class NotAllowed(DomainError):
    code = "not_allowed"


@transaction.atomic
def mute(show: Show, target: RoomEvent | Question, minutes: int, by: User) -> None:
    """Let whoever said this watch, but say nothing, for so many minutes from now.

    The last word counts: a shorter mute makes the one before it shorter.
    """
    if not 1 <= minutes <= LONGEST:
        raise Invalid(f"1 to {LONGEST} minutes.", field="minutes")
    log.lock(show)
    standing = _taken(show, target)
    now = timezone.now()
    until = now + timedelta(minutes=minutes)
    was = standing.muted_until
    if was is not None and was > now and abs(until - was) < SAME:
        return
    standing.muted_until, standing.name = until, name_of(target)
    standing.save(update_fields=["muted_until", "name", "changed_at"])
    log.append_all(show, [_acted("mute", target, by, until=log.stamp(until))])
    _tell(show, standing)


def ban(show: Show, target: RoomEvent | Question, by: User, hide_all: bool = False) -> None:
    """Nothing more from whoever said this, in any room of the shop, under any name.

    hide_all: what they said goes too, in every room that is open; each room is a transaction.
    """
    with transaction.atomic():
        room = log.lock(show)
        standing = _taken(show, target)
        entries = _withdrawn(room, target.author, by) if hide_all else []
        if not standing.is_banned:
            standing.is_banned, standing.name = True, name_of(target)
            standing.save(update_fields=["is_banned", "name", "changed_at"])
            entries.append(_acted("ban", target, by))
            _tell(show, standing)
        elif entries:
            entries.append(_acted("hide", target, by))
        log.append_all(show, entries)
    # Who was in the middle of saying something held the lock of that room, or finds the ban.
    for other in _open_rooms(show) if hide_all else []:
        with transaction.atomic():
            if entries := _withdrawn(log.lock(other), target.author, by):
                entries.append(acted("hide", by, author=target.author, name=name_of(target)))
                log.append_all(other, entries)


@transaction.atomic
def restore(show: Show, number: int, by: User) -> None:
    """All is well again: no mute, no ban. Was it before, nothing happens."""
    log.lock(show)
    standing = Standing.objects.select_for_update().filter(shop=show.shop_id, pk=number).first()
    if standing is None:
        raise Invalid("There is no such standing.", field="standing")
    before = told(standing)
    standing.muted_until, standing.is_banned = None, False
    standing.save(update_fields=["muted_until", "is_banned", "changed_at"])
    undone = [
        action
        for action, was in (("unban", before["is_banned"]), ("unmute", before["muted_until"]))
        if was
    ]
    who = {"author": standing.author, "name": standing.name}
    log.append_all(show, [acted(action, by, **who) for action in undone])
    if undone:
        _tell(show, standing)


def name_of(target: RoomEvent | Question) -> str:
    return target.name if isinstance(target, Question) else target.data["name"]


def _taken(show: Show, target: RoomEvent | Question) -> Standing:
    """The row of whoever said this, locked. The shop's own people have none."""
    if _is_staff(show, target.author):
        raise NotAllowed("That is somebody of the shop.")
    key = {"shop_id": show.shop_id, "author": target.author}
    Standing.objects.get_or_create(**key, defaults={"name": name_of(target)})
    return Standing.objects.select_for_update().get(**key)


def _is_staff(show: Show, author: str) -> bool:
    kind, _, number = author.partition("-")
    if kind != "user" or not number.isdecimal():
        return False
    is_member = Member.objects.filter(shop=show.shop_id, user=int(number)).exists()
    return is_member or User.objects.filter(pk=int(number), is_superuser=True).exists()


def _withdrawn(room, author: str, by: User) -> list[log.Entry]:
    """Everything of theirs goes from this room; what waits for review is refused."""
    theirs = RoomEvent.objects.filter(show=room.show, author=author, is_hidden=False)
    posted = chat.withdraw(room, theirs.filter(type="chat.posted"))
    refused = review.refused(room.show, theirs.filter(type="chat.held"))
    return [*posted, *refused, *questions.withdraw_all(room.show, author, by)]


def _acted(action: str, target: RoomEvent | Question, by: User, **what) -> log.Entry:
    which = "question" if isinstance(target, Question) else "seq"
    number = target.pk if isinstance(target, Question) else target.seq
    about = {"name": name_of(target), which: number} | what
    return acted(action, by, author=target.author, **about)


def _open_rooms(show: Show):
    """The shop's other rooms in which people talk."""
    return Show.objects.filter(shop=show.shop_id, status__in=chat.TALKING).exclude(pk=show.pk)


def _tell(show: Show, standing: Standing) -> None:
    """Their open pages hear at once what they may do, in every room of the shop."""
    news = {"type": "you.standing", "author": standing.author, "standing": told(standing)}
    for number in [show.pk, *_open_rooms(show).values_list("pk", flat=True)]:
        publish(log.group(number), news)
