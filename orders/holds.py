"""An accepted quote becomes a pending order, and the order is the hold on its units.

Written for many at once: what a single one needs, a batch needs in as many statements.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from livecommerce import kept
from orders import coupons, lifecycle, limits, payments, waiting
from orders.models import Order, OrderLine, Payment
from orders.quotes import Quote, QuotedLine
from orders.submit import Submit
from shops import stock
from streams import deals


@dataclass(frozen=True)
class Accepted:
    """A submit, what it is to cost, and the order it takes the place of."""

    submit: Submit
    quote: Quote
    before: Order | None = None

    @property
    def is_called(self) -> bool:
        return any(line.called for line in self.quote.lines)

    @property
    def lets_go(self) -> bool:
        """Whether she held something until now, by an order or by a call."""
        return self.before is not None or self.is_called


def make(accepted: Sequence[Accepted]) -> list[Order]:
    """All of them or, if the rows refuse one, none. Part of a transaction."""
    _end_before(accepted)
    now = timezone.now()
    orders = [_order(each, now) for each in accepted]
    kept.insert(orders)
    sold = []
    for order, each in zip(orders, accepted, strict=True):
        order.sold = [_order_line(order, line) for line in each.quote.lines]
        sold += [(order, line) for line in each.quote.lines]
    kept.insert([line for order in orders for line in order.sold])
    owed = [Payment(order=each, amount=each.total, currency=each.currency) for each in orders]
    kept.insert(owed)
    # The rows that others want too come last, in one order: coupon, deal, stock.
    freed = _make_room(accepted)
    for order in sorted(orders, key=lambda order: order.coupon_id or 0):
        if order.coupon:
            coupons.take(order.coupon, owner=order.owner, email=order.email)
    in_deals = [(order, line) for order, line in sold if line.deal]
    for order, line in sorted(in_deals, key=lambda pair: pair[1].deal.pk):
        deals.take(line.deal, line.quantity)
        limits.check_deal(line.deal, order)
    wanted = Counter()
    for _, line in sold:
        wanted[line.variant.pk] += line.quantity
    stock.hold(wanted, shops={order.shop_id for order in orders})
    if freed:
        waiting.call(freed)
    for payment in owed:
        if not payment.amount:
            payments.waive(payment)
    return orders


def _end_before(accepted: Sequence[Accepted]) -> None:
    """One visitor holds one order in a shop; what hers before has taken is let go of later."""
    before = [each.before for each in accepted if each.before]
    if before:
        list(Payment.objects.select_for_update().filter(order__in=before).order_by("pk"))
    for order in before:
        lifecycle.end(order)


def _make_room(accepted: Sequence[Accepted]) -> set[int]:
    """What these visitors held before, by an order or a call, is free for what they place now.

    Says which variants: what is not placed again goes to those who wait.
    """
    if not any(each.lets_go for each in accepted):
        return set()
    # Rows that are let go and taken again are locked in one order, or two buyers wait crosswise.
    before = [each.before for each in accepted if each.before]
    old = list(OrderLine.objects.filter(order__in=before))
    new = [line for each in accepted for line in each.quote.lines]
    coupons.lock({order.coupon_id for order in before} | {_coupon_id(each) for each in accepted})
    deals.lock({line.deal_id for line in old} | {line.deal and line.deal.pk for line in new})
    stock.lock({line.variant_id for line in old} | {line.variant.pk for line in new})
    for order in before:
        lifecycle.let_go(order)
    called = [each for each in accepted if each.is_called]
    for each in called:
        waiting.redeem(each.submit.shop, each.submit.owner, each.quote.quantities)
    again = {line.variant.pk for each in called for line in each.quote.lines if line.called}
    return {line.variant_id for line in old} | again


def _coupon_id(each: Accepted) -> int | None:
    return each.quote.coupon and each.quote.coupon.pk


def _order(each: Accepted, now: datetime) -> Order:
    submit, quote = each.submit, each.quote
    coupon = quote.coupon if quote.discount else None
    return Order(
        shop=submit.shop,
        show_id=next((line.show_id for line in quote.lines if line.show_id), None),
        owner=submit.owner,
        key=submit.key,
        user_id=submit.user_id,
        caller=submit.caller,
        currency=quote.currency,
        items_total=quote.items_total,
        coupon=coupon,
        coupon_code=coupon.code if coupon else "",
        discount=quote.discount,
        shipping=quote.shipping,
        tax=quote.tax,
        tax_rate=quote.tax_rate,
        is_tax_included=quote.is_tax_included,
        total=quote.total,
        placed_at=now,
        expires_at=now + timedelta(seconds=settings.HOLD_SECONDS),
        **vars(submit.delivery),
    )


def _order_line(order: Order, line: QuotedLine) -> OrderLine:
    return OrderLine(
        order=order,
        variant=line.variant,
        item_id=line.item_id,
        deal=line.deal,
        title=str(line.variant),
        quantity=line.quantity,
        unit_price=line.unit_price,
        list_price=line.list_price,
    )
