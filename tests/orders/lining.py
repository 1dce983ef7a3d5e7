"""Sold out, and people in front of it."""

from datetime import timedelta

from django.utils import timezone

from orders import waiting
from orders.models import Place
from shops.models import Stock, Variant
from tests.factories import make_order, make_product


def sold_out(units: int = 1, **values) -> tuple[Variant, object]:
    """(variant, the pending order that holds all there is of it)."""
    variant = make_product(on_hand=units, **values).variants.get()
    return variant, make_order(variant=variant, quantity=units, owner="zoe")


def join(variant: Variant, owner: str = "ann", quantity: int = 1, **values) -> Place:
    email = f"{owner}@example.com"
    return waiting.join(variant.product.shop, owner, variant.pk, quantity, email, **values)


def fresh(place: Place) -> Place:
    return Place.objects.select_related("shop", "variant__product").get(pk=place.pk)


def is_over(place: Place) -> None:
    """Her time to buy has run out."""
    Place.objects.filter(pk=place.pk).update(called_until=timezone.now() - timedelta(seconds=1))


def states(*places: Place) -> list[str]:
    return [fresh(place).status for place in places]


def held(variant: Variant) -> int:
    return Stock.objects.get(variant=variant).held
