"""Counts of what is left. The only writer of Stock and StockMove.

Each verb writes its rows in the order of their ids, or locks them in it before, so that two
buyers never wait for each other crosswise.
"""

from collections.abc import Iterable
from itertools import chain

from django.db import connection, transaction
from django.db.models import F

from livecommerce.errors import DomainError, Invalid
from livecommerce.realtime import publish
from shops.models import Stock, StockMove, User, Variant

MAX_DELTA = 1_000_000
PROMISE = """
UPDATE shops_stock SET held = held + wanted.column2
FROM (VALUES {}) AS wanted
WHERE variant_id = wanted.column1 AND on_hand >= held + wanted.column2
"""


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


def lock(variant_ids: Iterable[int]) -> dict[int, int]:
    """Have these rows, in the order of their ids, for a transaction that will use several verbs.

    Says what is free: {variant id: units}.
    """
    rows = Stock.objects.select_for_update().filter(variant__in=variant_ids)
    return {row.pk: row.free for row in rows.order_by("variant")}


def hold(quantities: dict[int, int], *, shops: Iterable[int] = ()) -> None:
    """Promise units: all of them or none. The refusal names every variant that is short.

    `shops` are the ids of the shops that sell them, where the caller knows them.
    """
    short = {}
    with transaction.atomic(savepoint=False):  # what is refused was not written
        if len(quantities) > 1 or not _promise(quantities):  # a single row needs no lock before
            short = _short(quantities)
            if not short:
                _promise(quantities)
        if not short:
            _announce(quantities, shops)
    if short:
        raise OutOfStock(short)


def _promise(quantities: dict[int, int]) -> bool:
    """Promise of each what its row allows; says whether that was all."""
    with connection.cursor() as cursor:
        pairs = chain.from_iterable(quantities.items())
        cursor.execute(PROMISE.format(", ".join(["(%s, %s)"] * len(quantities))), [*pairs])
        return cursor.rowcount == len(quantities)


def _short(quantities: dict[int, int]) -> dict[int, int]:
    """Of which not enough is left, and how many are; their rows are locked meanwhile."""
    free = lock(quantities)
    left = {variant_id: free.get(variant_id, 0) for variant_id in quantities}
    return {each: units for each, units in left.items() if units < quantities[each]}


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
