"""An order's moves after it was placed. Each is one transaction, decided by the order's row.

Moves that end a payment without money only mark it; orders.payments makes the calls.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from livecommerce.states import StaleState, advance
from orders import bag, coupons, letters, waiting
from orders.models import Letter, Order, Payment
from shops import stock
from streams import deals, desk

AT_ONCE = 30  # overdue orders that end while a shopper waits


def authorize(order: Order) -> None:
    """The card said yes: the units stay promised and leave the bag. Part of a transaction."""
    undo = timedelta(minutes=order.shop.undo_minutes)
    advance(order, Order.Status.AUTHORIZED, capture_at=timezone.now() + undo, caller=None)
    bag.take_out(order.shop_id, order.owner, order.quantities(), coupon_id=order.coupon_id)
    _tell(order, "order.authorized")


def mark_paid(order: Order) -> None:
    """The money is ours, the units are sold. Part of the transaction that settles the payment."""
    advance(order, Order.Status.PAID, settled_at=timezone.now())
    stock.consume(order.quantities(), reference=order.number)
    letters.owe(Letter.Kind.RECEIPT, order.pk)
    _tell(order, "order.paid")


def mark_refunded(order: Order) -> None:
    """All of the money went back. Part of the transaction that settles the refund."""
    advance(order, Order.Status.REFUNDED)
    _tell(order, "order.refunded")


def mark_kept(order: Order) -> None:
    """The shopper's bank did not take the refund: the shop has the money again. Likewise."""
    advance(order, Order.Status.PAID)
    _tell(order, "order.kept")


@transaction.atomic(durable=True)
def expire(order: Order) -> None:
    """Give up on an unpaid order and put its units back on the shelf."""
    give_up(order, Order.Status.EXPIRED)


def expire_overdue(variant_ids: Iterable[int]) -> bool:
    """Whether orders whose time is up let go of some of these: no sweeper has to run for that."""
    overdue = Order.objects.overdue(timezone.now()).filter(lines__variant__in=variant_ids)
    is_any = False
    for order in overdue.distinct().order_by("expires_at")[:AT_ONCE]:
        with suppress(StaleState):  # paid, or swept, while we were looking
            expire(order)
            is_any = True
    return is_any


def can_cancel(order: Order) -> bool:
    """Whether it can still be let go, as far as these rows know."""
    return order.status in Order.HOLDING and order.payment.status in Payment.VOIDABLE


@transaction.atomic(durable=True)
def cancel(order: Order) -> None:
    """The shopper or the shop does not want it any more. Not after the capture began."""
    give_up(order)


def give_up(order: Order, to: str = Order.Status.CANCELLED) -> None:
    """End an order without a sale, as a part of a transaction. Loses once the capture began.

    What it held goes to those who wait.
    """
    end(order, to)
    waiting.call(let_go(order))


def drop(order: Order) -> None:
    """The same when its payment has ended already."""
    _end(order, Order.Status.CANCELLED)
    waiting.call(let_go(order))


def end(order: Order, to: str = Order.Status.CANCELLED) -> None:
    """The first half of giving up: it is over, and what it took is let go next."""
    # Payment, order, coupon and deal, stock: in this order everywhere, so that nobody waits
    # crosswise. The client secret stays payable until the intent itself is cancelled.
    payment = Payment.objects.filter(order=order, status__in=Payment.VOIDABLE)
    if not payment.update(is_void_due=True, changed_at=timezone.now()):
        raise StaleState(f"The payment of {order} cannot be let go any more.")
    _end(order, to)


def _end(order: Order, to: str) -> None:
    advance(order, to, settled_at=timezone.now(), caller=None)
    _tell(order, f"order.{to}")


def let_go(order: Order) -> dict[int, int]:
    """The second half: its coupon, deals and units are free. Says which: {variant id: units}."""
    lines = list(order.lines.order_by("variant"))
    if order.coupon_id:
        coupons.give_back(order.coupon_id)
    for line in sorted(lines, key=lambda line: line.deal_id or 0):
        if line.deal_id:
            deals.give_back(line.deal_id, line.quantity)
    quantities = {line.variant_id: line.quantity for line in lines}
    stock.release(quantities)
    return quantities


def tell_of_money(order: Order, news: str, **data) -> None:
    """News for the desk that change no order."""
    desk.tell(order.shop_id, news, {"number": order.number, **data})


def _tell(order: Order, news: str) -> None:
    desk.tell(
        order.shop_id,
        news,
        {
            "number": order.number,
            "show": order.show_id,
            "name": order.name,
            "total": order.total,
            "currency": order.currency,
            "lines": [
                {"title": line.title, "quantity": line.quantity} for line in order.lines.all()
            ],
        },
    )
