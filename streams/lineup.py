"""What a show presents, and for how much."""

from dataclasses import dataclass

from django.urls import reverse

from shops import catalogue, pictures
from shops.models import Variant
from streams.models import LineupItem, Show


@dataclass(frozen=True)
class Price:
    """Minor units. `amount` is asked now; `list` is the price outside the show."""

    amount: int
    list: int


def price(variant: Variant, item: LineupItem | None, pinned: dict | None = None) -> Price:
    """What one unit costs a viewer of the item's show.

    `pinned` are the prices copied when the item's pin opened; they hold while it is open.
    A show price never raises a price.
    """
    amounts = [variant.price]
    if item is not None and item.show.has_show_prices and item.show_price:
        amounts.append(item.show_price)
    if pinned is not None and str(variant.pk) in pinned:
        return Price(pinned[str(variant.pk)], variant.price)
    return Price(min(amounts), variant.price)


def items(show: Show):
    """The line-up with everything a page shows of it, in a number of queries that never grows."""
    return (
        show.items.select_related("product", "show__shop")
        .prefetch_related(*catalogue.goods("product__"))
        .filter(product__is_on_sale=True)
    )


def card(item: LineupItem, pinned: dict | None = None) -> dict:
    """One item as pages and clients draw it. Amounts in minor units of `currency`.

    `left` is the stock at this moment; after that only levels tell it.
    """
    product, show = item.product, item.show
    offers = [
        {
            "id": variant.pk,
            "title": variant.title,
            "swatch": variant.swatch,
            "price": cost.amount,
            "list_price": cost.list,
            "left": variant.stock.free if hasattr(variant, "stock") else 0,
            "picture": variant.picture and pictures.address(variant.picture, 320),
        }
        for variant in product.variants.all()
        if variant.is_on_sale
        for cost in [price(variant, item, pinned)]
    ]
    cheapest = min(offers, key=lambda offer: offer["price"], default=None)
    cover = pictures.cover(product.gallery.all())
    return {
        "item": item.pk,
        "number": item.number,
        "title": product.title,
        "product": product.pk,
        "url": reverse("product", args=[show.shop.slug, product.slug]),
        "picture": cover and pictures.address(cover, 320),
        "currency": show.shop.currency,
        "price": cheapest and cheapest["price"],
        "list_price": cheapest and cheapest["list_price"],
        "variants": offers,
    }
