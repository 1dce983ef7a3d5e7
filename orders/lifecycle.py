"""An order's moves after it was placed. Each is one transaction, decided by the order's row.

Moves that end a payment without money only mark it; orders.payments makes the calls.
"""

from django.db import transaction
from django.utils import timezone

from livecommerce.states import StaleState, advance
from orders import bag
from orders.models import Order, Payment
from shops import stock
from streams import desk


def authorize(order: Order) -> None:
    """The card said yes: the units stay promised and leave the bag. Part of a transaction."""
    advance(order, Order.Status.AUTHORIZED)
    bag.take_out(order.shop_id, order.owner, order.quantities())
    _tell(order, "order.authorized")


def mark_paid(order: Order) -> None:
    """The money is ours, the units are sold. Part of the transaction that settles the payment."""
    advance(order, Order.Status.PAID, settled_at=timezone.now())
    stock.consume(order.quantities(), reference=order.number)
    _tell(order, "order.paid")


@transaction.atomic(durable=True)
def expire(order: Order) -> None:
    """Give up on an unpaid order and put its units back on the shelf."""
    give_up(order, Order.Status.EXPIRED)


@transaction.atomic(durable=True)
def cancel(order: Order) -> None:
    """The shopper or the shop does not want it any more. Not after the capture began."""
    give_up(order)


def give_up(order: Order, to: str = Order.Status.CANCELLED) -> None:
    """End an order without a sale, as a part of a transaction. Loses once the capture began."""
    # Payment, order, stock: in this order everywhere, so that nobody waits crosswise.
    # The client secret stays payable until the intent itself is cancelled.
    payment = Payment.objects.filter(order=order, status__in=Payment.VOIDABLE)
    if not payment.update(is_void_due=True, changed_at=timezone.now()):
        raise StaleState(f"The payment of {order} cannot be let go any more.")
    drop(order, to)


def drop(order: Order, to: str = Order.Status.CANCELLED) -> None:
    """The same when its payment has ended already."""
    advance(order, to, settled_at=timezone.now())
    stock.release(order.quantities())
    _tell(order, f"order.{to}")


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
