"""Counts of what is left. The only writer of Stock and StockMove.

Each verb is one guarded UPDATE per variant, in the order of their ids, so that two buyers
never wait for each other crosswise.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from livecommerce.errors import DomainError, Invalid
from livecommerce.realtime import publish
from shops.models import Stock, StockMove, User, Variant

MAX_DELTA = 1_000_000


class OutOfStock(DomainError):
    """`short` says for every variant that failed how many are left: {variant id: units}."""

    code = "out_of_stock"

    def __init__(self, short: dict[int, int]):
        super().__init__("Somebody was faster: not enough is left.")
        self.short = short

    def as_dict(self):
        return super().as_dict() | {"left": self.short}


def group(shop_id: int) -> str:
    """The channel-layer group that hears of the shop's stock."""
    return f"stock.{shop_id}"


def lock(variant_ids: Iterable[int]) -> None:
    """Have these rows, in the order of their ids, for a transaction that will use several verbs."""
    list(Stock.objects.select_for_update().filter(variant__in=variant_ids).order_by("variant"))


@transaction.atomic
def hold(quantities: dict[int, int], *, shops: Iterable[int] = ()) -> None:
    """Promise units: all of them or none. The refusal names every variant that is short.

    `shops` are the ids of the shops that sell them, where the caller knows them.
    """
    short = [
        variant_id
        for variant_id, quantity in sorted(quantities.items())
        if not Stock.objects.filter(
            variant_id=variant_id, on_hand__gte=F("held") + quantity
        ).update(held=F("held") + quantity)
    ]
    if short:
        left = dict.fromkeys(short, 0) | {
            row.variant_id: row.free for row in Stock.objects.filter(variant__in=short)
        }
        raise OutOfStock(left)
    _announce(quantities, shops)


@transaction.atomic
def release(quantities: dict[int, int]) -> None:
    """Take a promise back."""
    for variant_id, quantity in sorted(quantities.items()):
        Stock.objects.filter(variant_id=variant_id).update(held=F("held") - quantity)
    _announce(quantities)


@transaction.atomic
def consume(quantities: dict[int, int], *, reference: str) -> None:
    """What was promised is sold."""
    for variant_id, quantity in sorted(quantities.items()):
        Stock.objects.filter(variant_id=variant_id).update(
            on_hand=F("on_hand") - quantity, held=F("held") - quantity
        )
    StockMove.objects.bulk_create(
        StockMove(
            variant_id=variant_id,
            delta=-quantity,
            reason=StockMove.Reason.SOLD,
            reference=reference,
        )
        for variant_id, quantity in quantities.items()
    )


@transaction.atomic
def restock(variant: Variant, quantity: int, *, reference: str, by: User | None = None) -> None:
    """What was sold came back and is sold again."""
    Stock.objects.filter(variant=variant).update(on_hand=F("on_hand") + quantity)
    StockMove.objects.create(
        variant=variant,
        delta=quantity,
        reason=StockMove.Reason.RETURNED,
        reference=reference,
        by=by,
    )
    _announce([variant.pk])


@transaction.atomic
def adjust(variant: Variant, delta: int, *, by: User | None = None) -> None:
    """Correct the count by so many; never to a number below what is promised."""
    if abs(delta) > MAX_DELTA:
        raise Invalid(f"At most {MAX_DELTA} units at once.", field="delta")
    Stock.objects.get_or_create(variant=variant)
    if not Stock.objects.filter(variant=variant, on_hand__gte=F("held") - delta).update(
        on_hand=F("on_hand") + delta
    ):
        raise OutOfStock({variant.pk: Stock.objects.get(variant=variant).free})
    StockMove.objects.create(variant=variant, delta=delta, reason=StockMove.Reason.COUNTED, by=by)
    _announce([variant.pk])


def _announce(variant_ids: Iterable[int], shops: Iterable[int] = ()) -> None:
    """Ring for the shops of these: the newest levels are read by whoever shows them."""
    of_them = Variant.objects.filter(pk__in=variant_ids).values_list("product__shop", flat=True)
    for shop_id in shops or of_them.distinct():
        publish(group(shop_id), {"type": "stock.level"})
