"""Viewers say that a message should not stand; staff look at it. The writer of Report."""

from django.db import transaction
from django.utils import timezone

from livecommerce.errors import Invalid
from shops.models import User
from streams import log
from streams.log import Entry
from streams.models import Report, RoomEvent, Show, Standing
from streams.talk import chat, moderation, pace
from streams.talk.names import Speaker

MOST, PER_SECONDS = 5, 60  # reports of one author


def report(show: Show, speaker: Speaker, seq: int, reason: str) -> None:
    """Tell those who moderate. The same message again changes nothing and is no error."""
    if reason not in Report.Reason.values:
        raise Invalid("Choose one of the reasons.", field="reason")
    pace.count(f"report-{show.shop_id}-{speaker.author}", MOST, PER_SECONDS, "reports")
    with transaction.atomic():
        log.lock(show)
        event = chat.find(show, seq)
        if event.is_hidden:
            raise Invalid("There is no such message.", field="seq")
        standing = Standing.objects.filter(shop=show.shop_id, author=speaker.author).first()
        moderation.refuse_banned(standing)
        _, is_new = Report.objects.get_or_create(
            event=event,
            author=speaker.author,
            defaults={"reason": reason, "made_at": timezone.now()},
        )
        if is_new:
            made = Entry("report.made", {"seq": seq, "reason": reason}, speaker.author)
            log.append_all(show, [made])


@transaction.atomic
def settle(show: Show, seq: int, by: User) -> None:
    """The reports were looked at and the message stays; nothing open: nothing happens."""
    log.lock(show)
    event = chat.find(show, seq)
    waiting = Report.objects.filter(event=event, settled_at=None)
    if waiting.update(settled_at=timezone.now()):
        log.append_all(show, [moderation.acted_on(event, "settle", by)])


def waiting(show: Show) -> list[dict]:
    """The reported messages nobody has looked at, the first reported first.

    [{"seq", "name", "text", "reasons": {reason: how many}, "first_at"}]
    """
    rows = Report.objects.filter(event__show=show, settled_at=None).select_related("event")
    found: dict[RoomEvent, dict] = {}
    for row in rows.order_by("made_at", "pk"):
        shown = found.setdefault(row.event, _shape(row))
        shown["reasons"][row.reason] = shown["reasons"].get(row.reason, 0) + 1
    return list(found.values())


def _shape(first: Report) -> dict:
    data = first.event.data
    return {
        "seq": first.event.seq,
        "name": data["name"],
        "text": data["text"],
        "reasons": {},
        "first_at": log.stamp(first.made_at),
    }
