"""What a room says on the wire. docs/protocol.md is the page of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shops import stock
from shops.models import Member, Shop, Stock, on_sale
from streams import deals, desk, lineup, log, offers, pins, presence
from streams.models import Room, Show, Take
from streams.talk import chat, moderation, polls, questions, reactions

CHAT_BACKLOG = 50  # messages in a snapshot
TOLD = ("title", "host_name", "status", "starts_at", "live_at", "ended_at")
ROLES = {
    Member.Role.OWNER: "host",
    Member.Role.PRODUCER: "host",
    Member.Role.HOST: "host",
    Member.Role.MODERATOR: "moderator",
}


def find(slug: str) -> Show | None:
    return Show.objects.select_related("shop").filter(slug=slug).first()


def speaker(show: Show, user, visitor: str) -> chat.Speaker:
    """Staff of the shop speak under their own name, whoever signed in too, others as guests."""
    if user.is_authenticated and user.is_active:
        name = user.get_full_name()
        if role := role_of(show.shop, user):
            return chat.Speaker(f"user-{user.pk}", name or user.username, role)
        return chat.Speaker(f"user-{user.pk}", name)
    return chat.Speaker(f"guest-{visitor}" if visitor else "")


def role_of(shop: Shop, user) -> str | None:
    """host or moderator, or None for everyone else."""
    if not user.is_staff or not user.is_active:  # who cannot enter the back office has no part
        return None
    if user.is_superuser:
        return "host"
    part = Member.objects.filter(shop=shop, user=user).values_list("role", flat=True).first()
    return ROLES.get(part)


def groups(show: Show) -> list[str]:
    """The channel-layer groups a room's hub listens to."""
    return [log.group(show.pk), stock.group(show.shop_id), desk.group(show.shop_id)]


@dataclass(frozen=True)
class Opening:
    """What a process has to know before it serves a room: its newest facts, as staff read them."""

    last: int
    facts: list[dict]
    standings: dict[str, dict]


def opening(show: Show) -> Opening:
    last = log.last_seq(show)
    facts = log.after(show, last - log.CATCH_UP_LIMIT, for_staff=True)
    newest = facts[-1]["seq"] if facts else last
    return Opening(newest, facts, moderation.standings(show.shop_id))


def snapshot(show: Show) -> dict:
    """The room as it is now. Read the number first: a fact that races this comes again."""
    room = Room.objects.filter(show=show).select_related("pinned").first() or Room(show=show)
    show.refresh_from_db(fields=TOLD)
    pin = pins.current(show)
    said = log.latest(show, "chat.posted", limit=CHAT_BACKLOG)
    return {
        "type": "room.snapshot",
        "seq": room.last_seq,
        "show": {
            "slug": show.slug,
            "title": show.title,
            "status": show.status,
            "starts_at": log.stamp(show.starts_at),
            "live_at": log.stamp(show.live_at),
            "ended_at": log.stamp(show.ended_at),
        },
        "on_air": show.takes.filter(status=Take.Status.RECEIVING).exists(),
        "pin": pin and pins.card(pin),
        "deals": deals.current(show),
        "offer": offers.current(show),
        "drops": lineup.drops(show),
        "chat": [entry for entry in said if entry["seq"] <= room.last_seq],
        "pinned_message": room.pinned and chat.shape(room.pinned),
        "questions": questions.open_ones(show),
        "poll": polls.current(show),
        "rules": moderation.rules_of(room),
        **levels(show),
    }


def levels(show: Show) -> dict:
    """Everything of which only the newest counts."""
    # Not of a drop that is still hidden: its variants and their number would tell of it.
    stocked = Stock.objects.filter(
        on_sale("variant__product__"), variant__product__in=show.items.values("product")
    )
    return {
        "viewers": presence.viewers([show.pk]).get(show.pk, 0),
        "stock": {str(row.variant_id): row.free for row in stocked},
        "deals_left": deals.left(show),
        "reactions": reactions.totals(show),
        "votes": questions.votes(show),
        "poll_counts": polls.counts(show),
    }


@dataclass(frozen=True)
class Tending:
    """The newest number of the log; and if they were wanted, the levels and the standings."""

    last: int
    levels: dict | None = None
    standings: dict[str, dict] | None = None


def tend(
    show: Show,
    *,
    pages: int | None = None,
    hearts: Mapping[str, int] | None = None,
    wants_levels: bool = False,
) -> Tending:
    """Store what a process counted, and read what others did."""
    if pages is not None:
        presence.report(show.pk, pages)
    if hearts:
        reactions.add(show.pk, hearts)
    if not wants_levels:
        return Tending(log.last_seq(show))
    return Tending(log.last_seq(show), levels(show), moderation.standings(show.shop_id))
