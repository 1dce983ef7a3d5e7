"""The books: what must be true at any moment, asked of the rows (and of the provider).

Each check yields a sentence per difference; no sentence, no difference.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, Q, Sum
from django.utils import timezone

from orders import gateway
from orders.models import BagLine, Order, OrderLine, Payment
from shops.models import ProductPicture, Shop, Stock, StockMove, Variant
from streams.models import LineupItem, Pin, Segment, Show

GRACE = timedelta(minutes=10)  # by then every sweeper has passed many times


def check(*, with_provider: bool = False) -> dict[str, list[str]]:
    """{"B1": [differences…], …}; all lists empty when the books are right."""
    found = {name: list(rule()) for name, rule in RULES.items()}
    if with_provider:
        found["B2"] += provider()
    return found


def stock_adds_up() -> Iterator[str]:
    """B1: units sold + held + free = stock, never negative."""
    moved = dict(
        StockMove.objects.values_list("variant").annotate(Sum("delta")).order_by("variant")
    )
    promised = dict(
        OrderLine.objects.filter(order__status__in=Order.HOLDING)
        .values_list("variant")
        .annotate(Sum("quantity"))
        .order_by("variant")
    )
    for row in Stock.objects.all():
        if row.on_hand != moved.get(row.pk, 0):
            yield f"variant {row.pk}: {row.on_hand} on hand, its moves say {moved.get(row.pk, 0)}"
        if row.held != promised.get(row.pk, 0):
            yield f"variant {row.pk}: {row.held} held, orders hold {promised.get(row.pk, 0)}"
        if row.free < 0:
            yield f"variant {row.pk}: {row.free} free"
    sold = dict(
        OrderLine.objects.filter(order__status=Order.Status.PAID)
        .values_list("variant")
        .annotate(Sum("quantity"))
        .order_by("variant")
    )
    left = dict(
        StockMove.objects.filter(reason=StockMove.Reason.SOLD)
        .values_list("variant")
        .annotate(Sum("delta"))
        .order_by("variant")
    )
    for variant in sold.keys() | left.keys():
        if sold.get(variant, 0) != -left.get(variant, 0):
            yield f"variant {variant}: {sold.get(variant, 0)} sold, {-left.get(variant, 0)} left"


def captures_match() -> Iterator[str]:
    """B2, our side: what was captured is the order's total, in its currency."""
    wrong = Payment.objects.filter(status=Payment.Status.CAPTURED).exclude(
        captured=F("order__total"), currency=F("order__currency")
    )
    for payment in wrong.select_related("order"):
        yield f"{payment.order}: {payment.captured} captured of {payment.order.total}"


def provider() -> Iterator[str]:
    """B2, both sides: the provider holds, per order, just what we wrote down."""
    ours = {
        payment.reference: payment
        for payment in Payment.objects.filter(reference__isnull=False).select_related("order")
    }
    first = Order.objects.order_by("placed_at").values_list("placed_at", flat=True).first()
    theirs = {
        intent.reference: intent
        for intent in (gateway.intents(first - timedelta(minutes=1)) if first else ())
        if intent.reference in ours or "order" in intent.metadata
    }
    for reference, payment in ours.items():
        intent = theirs.get(reference)
        if intent is None:
            yield f"{payment.order}: the provider does not know {reference}"
        elif payment.status == Payment.Status.CAPTURING:
            continue  # under way
        elif (intent.captured, intent.refunded) != (payment.captured, payment.refunded):
            yield (
                f"{payment.order}: the provider took {intent.captured} and gave back "
                f"{intent.refunded}; our books say {payment.captured} and {payment.refunded}"
            )
    for reference in theirs.keys() - ours.keys():
        if theirs[reference].captured:
            yield f"{reference}: money at the provider for an order we do not have"


def money_has_an_order() -> Iterator[str]:
    """B3: no money without an order, no paid order without money."""
    unpaid = Order.objects.filter(status=Order.Status.PAID).exclude(
        payment__status=Payment.Status.CAPTURED
    )
    for order in unpaid:
        yield f"{order}: paid without a captured payment"
    unsold = Payment.objects.filter(status=Payment.Status.CAPTURED).exclude(
        order__status=Order.Status.PAID
    )
    for payment in unsold.select_related("order"):
        yield f"{payment.order}: money captured, order {payment.order.status}"


def refunds_fit() -> Iterator[str]:
    """B4: refunded ≤ captured."""
    for payment in Payment.objects.filter(refunded__gt=F("captured")):
        yield f"{payment}: {payment.refunded} refunded of {payment.captured}"


def orders_end() -> Iterator[str]:
    """B5: every order is in a final state or in one that ends by a known time."""
    late = timezone.now() - GRACE
    for order in Order.objects.filter(status=Order.Status.PENDING, expires_at__lt=late):
        yield f"{order}: should have expired at {order.expires_at:%Y-%m-%d %H:%M}"
    waiting = Q(order__status=Order.Status.AUTHORIZED) | Q(status=Payment.Status.CAPTURING)
    for payment in Payment.objects.filter(waiting, changed_at__lt=late).select_related("order"):
        yield f"{payment.order}: authorised, and nobody captures it"
    for payment in Payment.objects.filter(
        is_void_due=True, status__in=Payment.VOIDABLE, changed_at__lt=late
    ):
        yield f"{payment}: should have been voided"


def shops_are_apart() -> Iterator[str]:
    """B6: no row of one shop refers to another shop."""
    strangers = {
        "line-up item": LineupItem.objects.exclude(product__shop=F("show__shop")),
        "pin": Pin.objects.exclude(item__show=F("show")),
        "bag line": BagLine.objects.exclude(variant__product__shop=F("bag__shop")),
        "bag line's item": BagLine.objects.filter(item__isnull=False).exclude(
            item__show__shop=F("bag__shop")
        ),
        "order line": OrderLine.objects.exclude(variant__product__shop=F("order__shop")),
        "order's show": Order.objects.filter(show__isnull=False).exclude(show__shop=F("shop")),
        "product picture": ProductPicture.objects.exclude(picture__shop=F("product__shop")),
        "variant's picture": Variant.objects.filter(picture__isnull=False).exclude(
            picture__shop=F("product__shop")
        ),
        "show's poster": Show.objects.filter(poster__isnull=False).exclude(poster__shop=F("shop")),
        "shop's pictures": Shop.objects.filter(
            Q(avatar__isnull=False) & ~Q(avatar__shop=F("pk"))
            | Q(hero__isnull=False) & ~Q(hero__shop=F("pk"))
        ),
        "segment": Segment.objects.exclude(take__show=F("rendition__show")),
    }
    for what, rows in strangers.items():
        for row in rows[:20]:
            yield f"{what} {row.pk} refers to another shop"


RULES = {
    "B1": stock_adds_up,
    "B2": captures_match,
    "B3": money_has_an_order,
    "B4": refunds_fit,
    "B5": orders_end,
    "B6": shops_are_apart,
}
