"""What a room says on the wire. docs/protocol.md is the page of it."""

from shops import stock
from shops.models import Member, Shop, Stock
from streams import chat, desk, log, pins, presence
from streams.models import Show, Take

CHAT_BACKLOG = 50  # messages in a snapshot
MAX_FRAME = 16 * 1024  # bytes up

ROLES = {
    Member.Role.OWNER: "host",
    Member.Role.PRODUCER: "host",
    Member.Role.HOST: "host",
    Member.Role.MODERATOR: "moderator",
}


def find(slug: str) -> Show | None:
    return Show.objects.select_related("shop").filter(slug=slug).first()


def speaker(show: Show, user, visitor: str) -> chat.Speaker:
    """Staff of the shop speak under their own name, everyone else as a guest."""
    role = role_of(show.shop, user)
    if role:
        return chat.Speaker(f"user-{user.pk}", user.get_full_name() or user.username, role)
    return chat.Speaker(f"guest-{visitor}")


def role_of(shop: Shop, user) -> str | None:
    """host or moderator, or None for everyone else."""
    if user is None or not user.is_authenticated or not user.is_active:
        return None
    if user.is_superuser:
        return "host"
    part = Member.objects.filter(shop=shop, user=user).values_list("role", flat=True).first()
    return ROLES.get(part)


def groups(show: Show, *, at_desk: bool = False) -> list[str]:
    """The channel-layer groups a viewer's socket listens to; the desk's only for staff."""
    heard = [log.group(show.pk), stock.group(show.shop_id)]
    return [*heard, desk.group(show.shop_id)] if at_desk else heard


def snapshot(show: Show) -> dict:
    """The room as it is now. Read the number first: a fact that races this comes again."""
    seq = log.last_seq(show)
    show.refresh_from_db(fields=["status", "live_at", "ended_at"])
    pin = pins.current(show)
    return {
        "type": "room.snapshot",
        "seq": seq,
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
        "chat": [
            entry
            for entry in log.latest(show, "chat.posted", limit=CHAT_BACKLOG)
            if entry["seq"] <= seq
        ],
        "viewers": presence.viewers([show.pk]).get(show.pk, 0),
        "stock": levels(show),
    }


def levels(show: Show) -> dict[str, int]:
    """{variant id: units left} of everything in the line-up."""
    rows = Stock.objects.filter(variant__product__in=show.items.values("product"))
    return {str(row.variant_id): row.free for row in rows}


def catch_up(show: Show, seq: int) -> dict:
    """Exactly the facts after `seq`; or, if they are too many or unknown, a snapshot."""
    behind = log.last_seq(show) - seq
    if not 0 <= behind <= log.CATCH_UP_LIMIT:
        return snapshot(show)
    return {"type": "room.facts", "facts": log.after(show, seq, limit=log.CATCH_UP_LIMIT)}
