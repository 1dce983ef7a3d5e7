"""The line in front of what is sold out. The only writer of Place.

Who came first is called first, if what is free suffices for her; whoever wants less may be called
before somebody who wants more than there is. A call holds the units for a short time; then they go
to the next. What is off sale calls nobody: its line waits.

A place changes under the lock of its variant's stock, as all that a call holds does: a checkout
that redeems it, a sweep that ends it and a shopper who leaves come one after the other.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from livecommerce.states import StaleState, advance
from orders import bag as bags
from orders import letters
from orders.models import MAX_QUANTITY, Letter, Place
from shops import stock
from shops.models import Shop, Stock, Variant, on_sale
from streams.models import LineupItem

MOST_PLACES = 10  # of one visitor, and of one address of mail, in one shop
logger = logging.getLogger(__name__)


class NotSoldOut(DomainError):
    """There is enough: no need to wait."""

    code = "not_sold_out"


class TooManyPlaces(DomainError):
    code = "too_many_places"


def join(
    shop: Shop,
    owner: str,
    variant_id: int,
    quantity: int,
    email: str,
    *,
    item_id: int | None = None,
) -> Place:
    """Get in line; whoever is in it keeps her place. Raises NotSoldOut while units are free."""
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Invalid(f"Between 1 and {MAX_QUANTITY}.", field="quantity")
    variant = Variant.objects.filter(_on_sale(), pk=variant_id, product__shop=shop).first()
    if variant is None:
        raise bags.NotOnSale("This is not on sale here.", field="variant")
    mine = Place.objects.filter(variant=variant, owner=owner, status__in=Place.OPEN)
    if place := mine.first():
        return place
    if _free(variant.pk) >= quantity and not _line(variant.pk).exists():
        raise NotSoldOut("There is enough left: you can buy it now.")
    hers = Q(owner=owner) | Q(email__iexact=email)
    if Place.objects.filter(hers, shop=shop, status__in=Place.OPEN).count() >= MOST_PLACES:
        raise TooManyPlaces(f"You wait for {MOST_PLACES} things already.")
    item = LineupItem.objects.filter(
        pk=item_id, show__shop=shop, product=variant.product_id
    ).first()
    try:
        with transaction.atomic():
            return Place.objects.create(
                shop=shop, variant=variant, item=item, owner=owner, email=email, quantity=quantity
            )
    except IntegrityError:  # twice at once
        return mine.get()


def ahead(place: Place) -> int:
    """How many are in front; nobody, for whoever does not wait any more."""
    if place.status != Place.Status.WAITING:
        return 0
    return _line(place.variant_id).filter(pk__lt=place.pk).count()


def is_on_sale(place: Place) -> bool:
    """Whether anybody can be called for it now."""
    return Variant.objects.filter(_on_sale(), pk=place.variant_id).exists()


def leave(place: Place) -> None:
    """Out of the line; what was held for it goes to the next."""
    _end(place, Place.Status.LEFT)


def lapse(place: Place) -> None:
    """Called, and did not come in time: the next one's turn."""
    _end(place, Place.Status.LAPSED)


@transaction.atomic
def _end(place: Place, to: str) -> None:
    stock.lock([place.variant_id])  # before the place's own row, as everywhere
    place.refresh_from_db(fields=["status"])
    was_called = place.status == Place.Status.CALLED
    advance(place, to, settled_at=timezone.now())
    if was_called:
        stock.release({place.variant_id: place.quantity})
        call([place.variant_id])


@transaction.atomic
def call(variant_ids: Iterable[int]) -> list[Place]:
    """Hold what is free of these for those who wait, and say who; part of what set it free."""
    somebody_waits = Place.objects.filter(
        _on_sale("variant__"), variant__in=variant_ids, status=Place.Status.WAITING
    )
    called = []
    for variant_id in sorted(set(somebody_waits.values_list("variant", flat=True))):
        called += _call(variant_id)
    return called


def _call(variant_id: int) -> list[Place]:
    stock.lock([variant_id])
    free, called = _free(variant_id), []
    while free and (place := _line(variant_id).filter(quantity__lte=free).first()):
        until = timezone.now() + timedelta(seconds=settings.CALL_SECONDS)
        advance(place, Place.Status.CALLED, called_until=until)
        letters.owe(Letter.Kind.CALL, place.pk)
        # Only then: a bag's row that is locked under a stock's could lock two out crosswise.
        transaction.on_commit(partial(_fill_bag, place), robust=True)
        free -= place.quantity
        called.append(place)
    if called:
        shops = {place.shop_id for place in called}
        stock.hold({variant_id: sum(place.quantity for place in called)}, shops=shops)
    return called


def callable_variants() -> list[int]:
    """Variants of which something is free for somebody who waits."""
    free = F("variant__stock__on_hand") - F("variant__stock__held")
    waiting = Place.objects.filter(
        _on_sale("variant__"), status=Place.Status.WAITING, quantity__lte=free
    )
    return sorted(set(waiting.values_list("variant", flat=True)))


def take(place: Place, owner: str) -> None:
    """Whoever has the link buys: her units are put into the bag that she carries here.

    She may have joined the line on one device and read her mail on another.
    """
    if place.owner != owner:
        with transaction.atomic():
            stock.lock([place.variant_id])
            mine = Place.objects.filter(
                variant=place.variant_id, owner=owner, status__in=Place.OPEN
            )
            called = Place.objects.filter(pk=place.pk, status=Place.Status.CALLED)
            if mine.exists() or not called.update(owner=owner):
                raise StaleState("This place cannot be taken over here any more.")
        place.owner = owner
    if place.status != Place.Status.CALLED:
        raise StaleState("It is not your turn.")
    put_in_bag(place)


def put_in_bag(place: Place) -> None:
    """Have what is held for a place in its owner's bag."""
    bags.put(place.shop, place.owner, place.variant_id, place.quantity, item_id=place.item_id)


def _fill_bag(place: Place) -> None:
    try:
        put_in_bag(place)
    except DomainError as refusal:  # a full bag: the units are hers all the same
        logger.info("%s: not put into the bag: %s", place, refusal.detail)


def redeem(shop: Shop, owner: str, quantities: dict[int, int]) -> None:
    """Who was called buys: her held units are free for the order that is being placed.

    Part of its transaction, which has the stock's rows, holds what she buys and then calls again:
    units she does not buy go to the next.
    """
    called = Place.objects.filter(
        shop=shop, owner=owner, variant__in=quantities, status=Place.Status.CALLED
    )
    for place in called.order_by("variant"):
        advance(place, Place.Status.SERVED, settled_at=timezone.now())
        stock.release({place.variant_id: place.quantity})


def called(variant: OuterRef, owner: OuterRef) -> Subquery:
    """The units that are held for a visitor's place, or null, inside another query."""
    places = Place.objects.filter(variant=variant, owner=owner, status=Place.Status.CALLED)
    return Subquery(places.values("quantity")[:1])


def held() -> dict[int, int]:
    """{variant id: units} that calls hold; for the books."""
    called = Place.objects.filter(status=Place.Status.CALLED).order_by("variant")
    return dict(called.values_list("variant").annotate(Sum("quantity")))


def overdue():
    """Calls whose time is up."""
    return Place.objects.filter(status=Place.Status.CALLED, called_until__lte=timezone.now())


def _line(variant_id: int):
    return Place.objects.filter(variant=variant_id, status=Place.Status.WAITING)


def _free(variant_id: int) -> int:
    row = Stock.objects.filter(variant=variant_id).first()
    return row.free if row else 0


def _on_sale(variant: str = "") -> Q:
    return on_sale(f"{variant}product__") & Q(**{f"{variant}is_on_sale": True})
