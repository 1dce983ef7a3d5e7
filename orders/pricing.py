"""The one place where a total comes from."""

from dataclasses import dataclass

from django.db.models import OuterRef, prefetch_related_objects

from orders.models import Bag, BagLine
from shops import pictures
from shops.models import Variant
from streams import lineup, pins


@dataclass(frozen=True)
class QuotedLine:
    variant: Variant
    item_id: int | None
    show_id: int | None
    quantity: int
    unit_price: int  # minor units, as all amounts
    list_price: int

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


@dataclass(frozen=True)
class Quote:
    currency: str
    lines: tuple[QuotedLine, ...]
    shipping: int

    @property
    def items_total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def total(self) -> int:
        return self.items_total + self.shipping

    @property
    def quantities(self) -> dict[int, int]:
        return {line.variant.pk: line.quantity for line in self.lines}


def quote(bag: Bag) -> Quote:
    """What the bag costs now, from the database alone: list, show or pinned price per line.

    One query. The bag need not have been stored: its shop and owner say whose lines they are.
    """
    lines = (
        BagLine.objects.filter(
            bag__shop=bag.shop,
            bag__owner=bag.owner,
            variant__is_on_sale=True,
            variant__product__is_on_sale=True,
        )
        .select_related("variant__product", "variant__picture", "variant__stock", "item__show")
        .annotate(pinned=pins.prices(OuterRef("item")))
    )
    quoted = tuple(_quoted(line) for line in lines)
    return Quote(bag.shop.currency, quoted, shipping=bag.shop.shipping if quoted else 0)


def _quoted(line: BagLine) -> QuotedLine:
    price = lineup.price(line.variant, line.item, line.pinned)
    return QuotedLine(
        variant=line.variant,
        item_id=line.item_id,
        show_id=line.item and line.item.show_id,
        quantity=line.quantity,
        unit_price=price.amount,
        list_price=price.list,
    )


def illustrate(quote: Quote) -> None:
    """Have a picture for each line: two queries, and none where every variant has its own."""
    bare = [line.variant for line in quote.lines if line.variant.picture is None]
    prefetch_related_objects(bare, "product__gallery__picture")


def as_dict(quote: Quote) -> dict:
    """The quote as pages and API clients read it."""
    illustrate(quote)
    return {
        "currency": quote.currency,
        "lines": [
            {
                "variant": line.variant.pk,
                "item": line.item_id,
                "title": line.variant.product.title,
                "variant_title": line.variant.title,
                "picture": pictures.of_variant(line.variant),
                "quantity": line.quantity,
                "left": line.variant.stock.free if hasattr(line.variant, "stock") else 0,
                "unit_price": line.unit_price,
                "list_price": line.list_price,
                "total": line.total,
            }
            for line in quote.lines
        ],
        "items_total": quote.items_total,
        "shipping": quote.shipping,
        "total": quote.total,
    }
