"""A bag becomes an order; an authorised order becomes due. orders.payments does the rest."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.realtime import ring
from livecommerce.states import StaleState
from orders import lifecycle, payments, pricing, tasks
from orders.models import Bag, Order, OrderLine, Payment
from shops import stock
from shops.models import MAX_PRICE, Shop


class EmptyBag(DomainError):
    code = "empty_bag"


class PriceChanged(DomainError):
    """The total is not the one the shopper saw."""

    code = "price_changed"

    def __init__(self, seen: int, total: int):
        super().__init__("A price changed since this page was drawn. Please look again.")
        self.seen, self.total = seen, total

    def as_dict(self):
        return super().as_dict() | {"seen": self.seen, "total": self.total}


class TooMuch(DomainError):
    code = "too_much"


@dataclass(frozen=True)
class Delivery:
    """To whom and where; checked by orders.forms."""

    email: str
    name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: str


def place(shop: Shop, owner: str, key: str, delivery: Delivery, *, seen: int) -> Order:
    """Promise the units in the visitor's bag and write the order, all or nothing.

    `key` names this submit: sending it again answers the same order. `seen` is the total the
    shopper was shown, in minor units; any other total is refused.
    """
    try:
        return _place(shop, owner, key, delivery, seen)
    except (IntegrityError, StaleState) as error:
        # The same submit arrived twice at once: the other one was faster by a breath.
        placed = Order.objects.filter(owner=owner, key=key, shop=shop).first()
        if placed is None:  # another tab holds for this visitor since a moment ago
            raise StaleState("You are buying in another tab. Please look there.") from error
        return placed


def confirm(payment: Payment) -> None:
    """Look where the payment is; once the card said yes, ring for its capture."""
    payments.look(payment)
    payment.refresh_from_db()
    if payment.status == Payment.Status.AUTHORIZED:
        ring(tasks.capture_payment, payment.pk)


@transaction.atomic(durable=True)
def _place(shop: Shop, owner: str, key: str, delivery: Delivery, seen: int) -> Order:
    mine = Order.objects.filter(shop=shop, owner=owner).select_related("payment")
    relevant = mine.filter(Q(key=key) | Q(status=Order.Status.PENDING))
    earlier = {order.key: order for order in relevant}
    if key in earlier:
        return earlier[key]
    quote = pricing.quote(Bag(shop=shop, owner=owner))
    # One visitor holds once: placing anew gives back what the order before it held.
    for order in earlier.values():
        # Rows that are released and held are locked in one order, or two buyers wait crosswise.
        stock.lock({*order.quantities(), *quote.quantities})
        lifecycle.give_up(order)
    if not quote.lines:
        raise EmptyBag("There is nothing in the bag.")
    if quote.total != seen:
        raise PriceChanged(seen, quote.total)
    if quote.total > MAX_PRICE:
        raise TooMuch("This is more than one payment can carry. Please buy in two steps.")
    now = timezone.now()
    order = Order.objects.create(
        shop=shop,
        show_id=next((line.show_id for line in quote.lines if line.show_id), None),
        owner=owner,
        key=key,
        currency=quote.currency,
        items_total=quote.items_total,
        shipping=quote.shipping,
        total=quote.total,
        placed_at=now,
        expires_at=now + timedelta(seconds=settings.HOLD_SECONDS),
        **asdict(delivery),
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            variant=line.variant,
            item_id=line.item_id,
            title=str(line.variant),
            quantity=line.quantity,
            unit_price=line.unit_price,
        )
        for line in quote.lines
    )
    Payment.objects.create(order=order, amount=order.total, currency=order.currency)
    stock.hold(quote.quantities)  # last: its rows are the ones that everybody wants
    return order
