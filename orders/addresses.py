"""Where parcels go: what a form begins with."""

from dataclasses import asdict

from orders.models import Order
from orders.submit import Delivery
from shops.models import Shop


def last_of(user) -> dict[str, str]:
    """Where her last parcel went, for who is signed in: she need not type it again."""
    order = Order.objects.filter(user=user).first() if user.is_authenticated else None
    return asdict(Delivery.of(order)) if order else {}


def home_of(shop: Shop) -> dict[str, str]:
    """Most who buy live where the shop is at home."""
    countries = shop.home.countries if shop.home else []
    return {"country": countries[0]} if countries else {}
