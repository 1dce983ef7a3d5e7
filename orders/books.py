"""The books: what must be true at any moment, asked of the rows (and of the provider).

Each check yields a line per difference, which says what differs and what to do; no line, no
difference.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from orders import statement, waiting
from orders.models import Bag, BagLine, Coupon, Order, OrderLine, Payment, Place, Refund
from shops.models import ProductPicture, Shop, Stock, StockMove, Variant
from streams.models import Deal, LineupItem, Pin, Segment, Show

GRACE = timedelta(minutes=10)  # by then every sweeper has passed many times


def check(*, with_provider: bool = False) -> dict[str, list[str]]:
    """{"B1": [differences…], …}; all lists empty when the books are right."""
    found = {name: list(rule()) for name, rule in RULES.items()}
    if with_provider:
        found["B2"] += statement.differences()
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
    called = waiting.held()
    for row in Stock.objects.all():
        if row.on_hand != moved.get(row.pk, 0):
            yield f"variant {row.pk}: {row.on_hand} on hand, its moves say {moved.get(row.pk, 0)}"
        owed = promised.get(row.pk, 0) + called.get(row.pk, 0)
        if row.held != owed:
            yield f"variant {row.pk}: {row.held} held, orders and calls hold {owed}"
        if row.free < 0:
            yield f"variant {row.pk}: {row.free} free"
    sold = dict(
        OrderLine.objects.filter(order__status__in=Order.SOLD)
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
    """B2: captured at the provider = captured in our books = the order's total, at most once."""
    wrong = Payment.objects.filter(status=Payment.Status.CAPTURED).exclude(
        captured=F("order__total"), currency=F("order__currency")
    )
    for payment in wrong.select_related("order"):
        yield (
            f"{payment.order}: {payment.captured} captured of {payment.order.total}. "
            "Give back what is too much, or ask the shopper for what is missing."
        )
    for payment in Payment.objects.exclude(flag="").select_related("order"):
        yield (
            f"{payment.order}: {payment.flag} Look at {payment.reference} in the provider's pages."
        )


def money_has_an_order() -> Iterator[str]:
    """B3: no money without an order, no paid order without money."""
    unpaid = Order.objects.filter(status__in=Order.SOLD).exclude(
        payment__status=Payment.Status.CAPTURED
    )
    for order in unpaid:
        yield (
            f"{order}: paid without a captured payment. "
            f"Run `manage.py catch_up {order.number}`; do not send it before."
        )
    unsold = Payment.objects.filter(
        status=Payment.Status.CAPTURED, captured__gt=F("refunded")
    ).exclude(order__status__in=Order.SOLD)
    for payment in unsold.select_related("order"):
        yield (
            f"{payment.order}: {payment.captured - payment.refunded} captured, "
            f"order {payment.order.status}. Give it back."
        )


def refunds_fit() -> Iterator[str]:
    """B4: refunded ≤ captured, and the refunds add up to it."""
    claims = Payment.objects.annotate(
        done=_sum_of_refunds(Refund.Status.DONE),
        claimed=_sum_of_refunds(Refund.Status.DONE, Refund.Status.DUE),
    )
    wrong = (
        Q(refunded__gt=F("captured"))
        | ~Q(refunded=F("done"), refunding=F("claimed"))
        | Q(order__status=Order.Status.REFUNDED) & ~Q(refunded=F("captured"))
    )
    for payment in claims.filter(wrong).select_related("order"):
        yield (
            f"{payment.order}: {payment.refunded} refunded of {payment.captured}, and "
            f"{payment.refunding} claimed; its refunds say {payment.done} and {payment.claimed}. "
            f"Compare {payment.reference} in the provider's pages."
        )


def _sum_of_refunds(*statuses: str) -> Coalesce:
    rows = Refund.objects.filter(payment=OuterRef("pk"), status__in=statuses).order_by()
    return Coalesce(Subquery(rows.values("payment").annotate(sum=Sum("amount")).values("sum")), 0)


def orders_end() -> Iterator[str]:
    """B5: every order is in a final state or in one that ends by a known time."""
    late = timezone.now() - GRACE
    for order in Order.objects.filter(status=Order.Status.PENDING, expires_at__lt=late):
        yield (
            f"{order}: should have expired at {order.expires_at:%Y-%m-%d %H:%M}. "
            "Is the worker running? `manage.py expire_orders` does it now."
        )
    waiting = Q(order__status=Order.Status.AUTHORIZED) | Q(status=Payment.Status.CAPTURING)
    is_late = Q(order__capture_at__lt=late) | Q(capture_before__lt=late)
    for payment in Payment.objects.filter(waiting, is_late).select_related("order"):
        yield (
            f"{payment.order}: authorised, and nobody captures it. "
            "Is the worker running? `manage.py capture_due` does it now, and says why not."
        )
    for payment in Payment.objects.filter(
        is_void_due=True, status__in=Payment.VOIDABLE, order__settled_at__lt=late
    ).select_related("order"):
        yield (
            f"{payment.order}: its payment should have been voided. "
            "`manage.py expire_orders` does it now, and says why not."
        )
    unsent = Refund.objects.filter(
        status=Refund.Status.DUE, reference__isnull=True, made_at__lt=late
    )
    for refund in unsent.select_related("payment__order"):
        yield (
            f"{refund.payment.order}: {refund.amount} should have gone back. "
            "`manage.py settle_refunds` does it now, and says why not."
        )


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
        "order's coupon": Order.objects.filter(coupon__isnull=False).exclude(
            coupon__shop=F("shop")
        ),
        "order line's deal": OrderLine.objects.filter(deal__isnull=False).exclude(
            deal__item__show__shop=F("order__shop")
        ),
        "bag's coupon": Bag.objects.filter(coupon__isnull=False).exclude(coupon__shop=F("shop")),
        "place in the line": Place.objects.exclude(variant__product__shop=F("shop")),
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


def limits_hold() -> Iterator[str]:
    """B7: what was counted against a coupon's and a deal's limit is what the orders say."""
    counted = Order.objects.filter(status__in=Order.COUNTED)
    uses = counted.filter(coupon=OuterRef("pk")).order_by().values("coupon")
    uses = Coalesce(Subquery(uses.annotate(sum=Count("pk")).values("sum")), 0)
    for coupon in Coupon.objects.annotate(uses=uses).exclude(used=F("uses")):
        yield f"coupon {coupon}: {coupon.used} uses counted, its orders say {coupon.uses}"
    units = OrderLine.objects.filter(order__in=counted, deal=OuterRef("pk")).order_by()
    units = units.values("deal").annotate(sum=Sum("quantity")).values("sum")
    for deal in Deal.objects.annotate(units=Coalesce(Subquery(units), 0)).exclude(taken=F("units")):
        yield f"deal {deal.pk}: {deal.taken} units counted, its orders say {deal.units}"


RULES = {
    "B1": stock_adds_up,
    "B2": captures_match,
    "B3": money_has_an_order,
    "B4": refunds_fit,
    "B5": orders_end,
    "B6": shops_are_apart,
    "B7": limits_hold,
}
