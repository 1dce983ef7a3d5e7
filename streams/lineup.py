"""What a show presents, and for how much."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from shops import catalogue, pictures
from shops.models import on_sale
from streams import deals, log, prices
from streams.models import Deal, LineupItem, Show


def items(show: Show):
    """The line-up with everything a page shows of it, in a number of queries that never grows."""
    return (
        show.items.select_related("product", "show__shop")
        .prefetch_related(*catalogue.goods("product__"))
        .filter(on_sale("product__"))
    )


def cards(show: Show) -> list[dict]:
    """The line-up as it is drawn, at the prices of this moment."""
    found = list(items(show))
    is_over = show.status == Show.Status.ENDED  # and so are its deals
    open_deals = {} if is_over else deals.on(item.pk for item in found)
    return [card(item, deal=open_deals.get(item.pk)) for item in found]


def drops(show: Show) -> list[dict]:
    """What is hidden until a time, told apart by its number and that time, and by nothing else."""
    is_hidden = Q(product__is_on_sale=True, product__reveal_at__gt=timezone.now())
    rows = show.items.filter(is_hidden).values_list("number", "product__reveal_at")
    return [{"number": number, "reveal_at": log.stamp(at)} for number, at in rows]


def card(item: LineupItem, *, pinned: dict | None = None, deal: Deal | None = None) -> dict:
    """One item as pages and clients draw it. Amounts in minor units of `currency`.

    `usual_price` is what comes back when the deal ends. `left` is the stock at this moment; after
    that only levels tell it.
    """
    product, show = item.product, item.show
    offers = [
        {
            "id": variant.pk,
            "title": variant.title,
            "swatch": variant.swatch,
            "price": cost.amount,
            "usual_price": cost.usual,
            "list_price": cost.list,
            "left": variant.stock.free if hasattr(variant, "stock") else 0,
            "picture": variant.picture and pictures.address(variant.picture, 320),
        }
        for variant in product.variants.all()
        if variant.is_on_sale
        for cost in [prices.of(variant, item, pinned, deal)]
    ]
    cheapest = min(offers, key=lambda offer: offer["usual_price"], default=None)
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
        "usual_price": cheapest and cheapest["usual_price"],
        "list_price": cheapest and cheapest["list_price"],
        "deal": deal and deals.card(deal),
        "variants": offers,
    }
