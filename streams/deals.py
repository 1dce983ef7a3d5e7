"""Flash deals: a price until a time, perhaps for so many units. The only writer of Deal."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from livecommerce import kept, money
from livecommerce.errors import DomainError, Invalid
from streams import log, on_air, prices
from streams.models import Deal, LineupItem, Show

GRACE = timedelta(seconds=15)  # who pressed Buy in the last second still gets the price
SHORTEST, LONGEST = 10, 24 * 3600  # seconds
MOST = 1_000_000  # units


class NotCheaper(DomainError):
    code = "not_cheaper"


class DealEnded(DomainError):
    """Its units are gone, or this customer has had theirs. `left` is what she may still take."""

    code = "deal_ended"

    def __init__(self, detail: str, left: int):
        super().__init__(detail)
        self.left = left

    def as_dict(self):
        return super().as_dict() | {"left": self.left}


@transaction.atomic
def open(
    item: LineupItem,
    *,
    price: int,
    seconds: int,
    cap: int | None = None,
    limit_each: int | None = None,
    at: datetime | None = None,
) -> Deal:
    """Start a deal on an item of a live show; one that is open on it ends."""
    show, now = item.show, at or timezone.now()
    if not SHORTEST <= seconds <= LONGEST:
        raise Invalid(f"Between {SHORTEST} seconds and a day.", field="seconds")
    for name, units in (("cap", cap), ("limit_each", limit_each)):
        if units is not None and not 1 <= units <= MOST:
            raise Invalid(f"Between 1 and {MOST} units.", field=name)
    if price % money.step(show.shop.currency):
        raise Invalid("No card can be charged so precisely.", field="price")
    log.lock(show)
    on_air.require(show, "A deal can start while the show is live.")
    variants = (each for each in item.product.variants.all() if each.is_on_sale)
    asked = [prices.of(variant, item).amount for variant in variants]
    if not asked or not 1 <= price < min(asked):
        raise NotCheaper("A deal costs less than every variant does without it.", field="price")
    for before in Deal.objects.filter(item=item, closed_at=None):
        _close(before, show, now)
    deal = Deal.objects.create(
        item=item,
        price=price,
        cap=cap,
        limit_each=limit_each,
        opened_at=now,
        ends_at=now + timedelta(seconds=seconds),
    )
    log.append(show, "deal.opened", card(deal), at=at)
    return deal


@transaction.atomic
def close(deal: Deal, *, at: datetime | None = None) -> None:
    """End a deal now. What ended already stays as it is."""
    show = deal.item.show
    log.lock(show)
    _close(deal, show, at or timezone.now())


@transaction.atomic
def close_all(show: Show, *, at: datetime | None = None) -> None:
    """The show has ended, its deals with it."""
    now = at or timezone.now()
    log.lock(show)
    for deal in Deal.objects.filter(item__show=show, closed_at=None):
        _close(deal, show, now)


def sweep() -> list[Deal]:
    """Tell of deals whose time is up."""
    over = Deal.objects.filter(closed_at=None, ends_at__lte=timezone.now())
    found = list(over.select_related("item__show", "item__product"))
    for deal in found:
        close(deal)
    return found


def _close(deal: Deal, show: Show, now: datetime) -> None:
    ends_at = min(deal.ends_at, now)
    if Deal.objects.filter(pk=deal.pk, closed_at=None).update(closed_at=now, ends_at=ends_at):
        log.append(show, "deal.closed", {"deal": deal.pk, "item": deal.item_id}, at=now)


def running() -> Q:
    """The condition that a deal is on at this moment, told to be over or not."""
    return Q(closed_at=None, ends_at__gt=timezone.now())


def current(show: Show) -> list[dict]:
    """The deals of a room that are on, ready to be drawn."""
    return [card(deal) for deal in Deal.objects.filter(running(), item__show=show)]


def on(items: Iterable[int]) -> dict[int, Deal]:
    """{item id: its deal}, of those that are on: what cards show."""
    return {deal.item_id: deal for deal in Deal.objects.filter(running(), item__in=set(items))}


def promised(items: Iterable[int]) -> dict[int, list[Deal]]:
    """{item id: deals}, the cheapest first, of those whose price counts now, grace included."""
    found = {}
    if items := set(items):
        for deal in _ending(items=items, since=timezone.now() - GRACE):
            found.setdefault(deal.item_id, []).append(deal)
    return found


@kept.Query
def _ending(items, since):
    rows = Deal.objects.filter(item__pk__in=items, ends_at__gt=since)
    return rows.select_related("item").order_by("price", "-pk")


def left(show: Show) -> dict[str, int]:
    """{deal id: units}, of the deals with a cap that are on: a level."""
    rows = Deal.objects.filter(running(), item__show=show, cap__isnull=False)
    return {str(deal.pk): deal.cap - deal.taken for deal in rows}


def card(deal: Deal) -> dict:
    """Everything a page needs to draw a deal. `cap` and `limit_each` may be null."""
    return {
        "deal": deal.pk,
        "item": deal.item_id,
        "price": deal.price,
        "ends_at": log.stamp(deal.ends_at),
        "cap": deal.cap,
        "limit_each": deal.limit_each,
    }


def is_limited(deal: Deal) -> bool:
    """Whether it matters who bought at its price before."""
    return deal.cap is not None or deal.limit_each is not None


def allows(deal: Deal, quantity: int, *, had: int = 0, held: int = 0) -> bool:
    """Whether somebody can have so many units at its price.

    `had` she bought before; `held` are in an unpaid order of hers, which ends when she buys anew.
    """
    is_left = deal.cap is None or deal.taken - held + quantity <= deal.cap
    return is_left and (deal.limit_each is None or had + quantity <= deal.limit_each)


def lock(deal_ids: Iterable[int | None]) -> None:
    """Have these rows, in the order of their ids, for a transaction that will use several verbs."""
    rows = Deal.objects.filter(pk__in=set(deal_ids) - {None}).order_by("pk")
    # Not their keys: an order line that was written a moment ago has those, of its deal.
    list(rows.select_for_update(no_key=True))


def take(deal: Deal, quantity: int) -> None:
    """Count units that are sold at the deal's price: never past its cap. Locks the deal's row.

    Part of a transaction; whoever takes of the same deal waits for its end.
    """
    rows = Deal.objects.filter(Q(cap=None) | Q(cap__gte=F("taken") + quantity), pk=deal.pk)
    if not rows.update(taken=F("taken") + quantity):
        gone = Deal.objects.get(pk=deal.pk)
        raise DealEnded("The deal's last units are gone.", max(0, gone.cap - gone.taken))
    log.ring(deal.item.show_id)


def give_back(deal_id: int, quantity: int) -> None:
    """What was not bought after all. Part of a transaction."""
    rows = Deal.objects.filter(pk=deal_id)
    rows.update(taken=F("taken") - quantity)
    log.ring(rows.values_list("item__show_id", flat=True).get())
