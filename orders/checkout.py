"""Bags become orders; an authorised order becomes due. orders.payments does the rest.

Many may be placed in one transaction (orders.counter): what a single one does, a batch does in as
many statements. If one of a batch is refused by the rows themselves, each is placed on its own.
"""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from livecommerce import kept
from livecommerce.errors import DomainError
from livecommerce.realtime import ring
from livecommerce.states import StaleState
from orders import holds, lifecycle, limits, payments, quotes, tasks
from orders.holds import Accepted
from orders.models import Order, Payment
from orders.quotes import Quote
from orders.submit import Delivery, Submit
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


class NotDelivered(DomainError):
    code = "not_delivered"


class KeyReused(DomainError):
    """A submit was sent again with something else in it."""

    code = "key_reused"


def place(shop: Shop, owner: str, key: str, delivery: Delivery, *, seen: int, **also) -> Order:
    """Promise the units in the visitor's bag and write the order, all or nothing."""
    (outcome,) = place_all([Submit(shop, owner, key, delivery, seen, **also)])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def place_all(submits: Sequence[Submit]) -> list[Order | DomainError]:
    """The order, or the refusal, of each of these submits: what each would get alone, in turn."""
    twice = _first_repeated([submit.owner for submit in submits])
    if twice is not None:  # what she sent first decides what her second one is
        return place_all(submits[:twice]) + place_all(submits[twice:])
    try:
        outcomes = _place_all(submits)
    except (DomainError, IntegrityError) as refusal:
        if len(submits) > 1:
            return [place_all([submit])[0] for submit in submits]
        outcomes = [_once_more(submits[0], refusal)]
    return [
        place_all([submit])[0]
        if isinstance(outcome, stock.OutOfStock) and lifecycle.expire_overdue(outcome.short)
        else outcome
        for submit, outcome in zip(submits, outcomes, strict=True)
    ]


def _first_repeated(owners: Sequence[str]) -> int | None:
    """The place of the first one who was there before."""
    return next((place for place, who in enumerate(owners) if who in owners[:place]), None)


def confirm(payment: Payment) -> None:
    """Look where the payment is; once the card said yes, ring for its capture."""
    payments.look(payment)
    ring_if_due(payment)


def ring_if_due(payment: Payment) -> None:
    """Ring for the capture. While the shopper may take her order back, nobody does."""
    payment.refresh_from_db()
    if payment.status == Payment.Status.AUTHORIZED:
        moment = payment.order.capture_at
        if moment and moment <= timezone.now():
            ring(tasks.capture_payment, payment.pk)


@transaction.atomic(durable=True)
def _place_all(submits: Sequence[Submit]) -> list[Order | DomainError]:
    # Each visitor's orders that count here: the one she holds, and what a repeated submit made.
    held, repeated = {}, {}
    owners, keys = {each.owner for each in submits}, {each.key for each in submits}
    for order in _under_way(owners=owners, keys=keys):
        repeated[order.owner, order.key] = order
        if order.status == Order.Status.PENDING:
            held[order.owner, order.shop_id] = order
    asks = [quotes.Ask(each.shop, each.owner, each.delivery.country) for each in submits]
    crowd = limits.Crowd(submits)
    outcomes, accepted = {}, {}
    for submit, quote in zip(submits, quotes.read(asks), strict=True):
        try:
            if earlier := repeated.get((submit.owner, submit.key)):
                outcomes[submit] = _the_same(earlier, submit)
                continue
            mine = held.get((submit.owner, submit.shop.pk))
            _check(submit, quote, has_hold=mine is not None)
            crowd.check(submit)
        except DomainError as refusal:
            outcomes[submit] = refusal
        else:
            accepted[submit] = Accepted(submit, quote, mine)
    is_any_refused = any(isinstance(outcome, DomainError) for outcome in outcomes.values())
    if is_any_refused and any(each.lets_go for each in accepted.values()):
        raise StaleState("What one of these lets go may be what another one lacks.")
    if accepted:
        # By owner: of two processes that insert the same two rows, none waits for the other's.
        in_turn = sorted(accepted.values(), key=lambda each: each.submit.owner)
        orders = holds.make(in_turn)
        outcomes |= {each.submit: order for each, order in zip(in_turn, orders, strict=True)}
    return [outcomes[submit] for submit in submits]


@kept.Query
def _under_way(owners, keys):
    """What these visitors hold, and what these submits made already."""
    is_or_was = Q(key__in=keys) | Q(status=Order.Status.PENDING)
    hers = Order.objects.filter(is_or_was, owner__in=owners)
    return hers.select_related("payment", "shop").with_lines()


def _the_same(order: Order, submit: Submit) -> Order:
    """What a repeated submit is answered: its order, if it says what the first one said."""
    said = {"shop_id": submit.shop.pk, "total": submit.seen, **vars(submit.delivery)}
    if any(getattr(order, name) != value for name, value in said.items()):
        raise KeyReused("This was sent before with something else in it.", field="key")
    return order


def _once_more(submit: Submit, refusal: Exception) -> Order | DomainError:
    """What a single submit is answered that the rows refused.

    Her other tab, or a sweeper, was faster by a breath and has committed: what it did can be read.
    """
    if not isinstance(refusal, IntegrityError | StaleState):
        return refusal
    try:
        return _place_all([submit])[0]
    except (IntegrityError, StaleState):
        return StaleState("You are buying in another tab. Please look there.")
    except DomainError as clear:
        return clear


def _check(submit: Submit, quote: Quote, *, has_hold: bool) -> None:
    """Refuse what the quote alone tells. What she holds already is not free, but hers."""
    if not quote.lines:
        raise EmptyBag("There is nothing in the bag.")
    if not quote.is_delivered:
        raise NotDelivered(f"{submit.shop.name} does not deliver there.", field="country")
    if quote.total != submit.seen:
        raise PriceChanged(submit.seen, quote.total)
    if max(quote.items_total, quote.total) > MAX_PRICE:
        raise TooMuch("This is more than one payment can carry. Please buy in two steps.")
    short = {line.variant.pk: line.left for line in quote.lines if line.left < line.quantity}
    if short and not has_hold:
        raise stock.OutOfStock(short)
