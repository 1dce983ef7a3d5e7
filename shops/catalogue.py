"""Products ready to be drawn, in a number of queries that never grows."""

from dataclasses import dataclass

from django.db.models import Prefetch

from shops import pictures
from shops.models import Picture, Product, ProductPicture, Variant


@dataclass(frozen=True)
class Offer:
    """A product in one glance. `price` is the lowest list price, in minor units."""

    price: int
    is_from: bool  # other variants cost more
    left: int
    swatches: tuple[str, ...]
    cover: Picture | None


@dataclass(frozen=True)
class Slide:
    """One picture of a product's page and what it shows."""

    picture: Picture
    alt: str


def goods(prefix: str = "") -> tuple[Prefetch, Prefetch]:
    """Two queries: the variants on sale with their stock, and the pictures, of products.

    `prefix` leads from the rows at hand to the product: "" or "product__".
    """
    return (
        Prefetch(
            f"{prefix}variants",
            Variant.objects.filter(is_on_sale=True).select_related("stock", "picture"),
        ),
        Prefetch(f"{prefix}gallery", ProductPicture.objects.select_related("picture")),
    )


def offer(product: Product) -> Offer | None:
    """What a card says of a product; None if nothing of it is sold."""
    variants = product.variants.all()
    prices = [variant.price for variant in variants]
    if not prices:
        return None
    swatches = (variant.swatch for variant in variants if variant.swatch)
    return Offer(
        price=min(prices),
        is_from=min(prices) < max(prices),
        left=sum(variant.stock.free for variant in variants if hasattr(variant, "stock")),
        swatches=tuple(dict.fromkeys(swatches)),
        cover=pictures.cover(product.gallery.all()),
    )


def slides(product: Product) -> list[Slide]:
    """The gallery, then the variants' own pictures that are not in it; each picture once."""
    shown = {entry.picture_id: Slide(entry.picture, entry.alt) for entry in product.gallery.all()}
    for variant in product.variants.all():
        if variant.picture:
            shown.setdefault(variant.picture_id, Slide(variant.picture, str(variant)))
    return list(shown.values())
