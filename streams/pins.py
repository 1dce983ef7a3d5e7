"""What is on screen now. The only writer of Pin."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from livecommerce.states import StaleState
from shops import catalogue
from streams import deals, lineup, log, on_air, prices
from streams.models import LineupItem, Pin, Show

GRACE = timedelta(seconds=60)  # who saw a pinned price may still buy at it


def open(item: LineupItem, *, at=None) -> Pin:
    """Put an item on every screen, at the prices of this moment; the one before it closes.

    Pinning what is pinned changes nothing.
    """
    show = item.show
    now = at or timezone.now()
    try:
        with transaction.atomic():
            log.lock(show)  # two pins at once take turns here
            on_air.require(show, "Items can be pinned while the show is live.")
            current = show.pins.filter(closed_at=None).select_related("item").first()
            if current and current.item_id == item.pk:
                return current
            if current:
                _close(current, now)
            copied = {
                str(variant.pk): prices.of(variant, item).amount
                for variant in item.product.variants.all()
                if variant.is_on_sale
            }
            pin = Pin.objects.create(show=show, item=item, prices=copied, opened_at=now)
            log.append(show, "pin.opened", card(pin), at=at)
            return pin
    except IntegrityError as error:  # one_open_pin_per_show: somebody pinned at this moment
        raise StaleState("Another item was pinned at the same moment.") from error


@transaction.atomic
def close(show: Show, *, at=None) -> None:
    """Take the pinned item off the screens. Nothing pinned: nothing happens."""
    log.lock(show)
    current = show.pins.filter(closed_at=None).first()
    if current:
        _close(current, at or timezone.now())


def _close(pin: Pin, now) -> None:
    if Pin.objects.filter(pk=pin.pk, closed_at=None).update(closed_at=now):
        log.append(pin.show, "pin.closed", {"pin": pin.pk}, at=now)


def current(show: Show) -> Pin | None:
    """The open pin, ready to be drawn."""
    return (
        show.pins.filter(closed_at=None)
        .select_related("item__product", "show__shop")
        .prefetch_related(*catalogue.goods("item__product__"))
        .first()
    )


def recent_prices(item: OuterRef, since) -> Subquery:
    """The prices of the item's open pin, or of one closed since then, inside another query."""
    is_fresh = Q(closed_at=None) | Q(closed_at__gt=since)
    return Subquery(Pin.objects.filter(is_fresh, item=item).order_by("-pk").values("prices")[:1])


def card(pin: Pin) -> dict:
    """Everything a page needs to draw the pinned card without asking again."""
    deal = deals.on([pin.item_id]).get(pin.item_id)
    return {"pin": pin.pk} | lineup.card(pin.item, pinned=pin.prices, deal=deal)
