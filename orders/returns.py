"""Money on its way back, and goods back on the shelf.

The only writer of Refund, and of what a payment says of refunds and disputes. The row and its claim
on the payment are written first, then the provider is asked; what dies in between is found by a
sweeper. Rows are taken in one order everywhere: refund, payment, order, its lines, stock.
"""

import logging
from contextlib import suppress

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from livecommerce import money
from livecommerce.errors import DomainError, Invalid
from livecommerce.states import StaleState, advance
from orders import answers, gateway, letters, lifecycle, waiting
from orders.keys import numbered
from orders.models import Letter, Order, OrderLine, Payment, Refund
from shops import stock
from shops.models import User

LOST = ("failed", "canceled")  # what the provider calls a refund that did not arrive
OURS_AGAIN = ("won", "warning_closed", "prevented")  # a dispute that costs nothing
logger = logging.getLogger(__name__)


class NotRefundable(DomainError):
    """It is more than is left of what was captured."""

    code = "not_refundable"


class NotReturnable(DomainError):
    """More units than were sold and have not come back before."""

    code = "not_returnable"


class RefundKeyReused(DomainError):
    """A refund was asked for again, with another amount or for another order."""

    code = "key_reused"


def refund(
    order: Order,
    amount: int,
    *,
    key: str,
    reason: str = "",
    restock: dict[int, int] | None = None,
    by: User | None = None,
) -> Refund:
    """Give this much back, and put units ({order line id: units}) on the shelf again.

    Asked twice with one key, it happens once. Where the provider gives no clear answer the refund
    stays due, and a sweeper goes on with it; where it refuses, the refund is failed and says why.
    """
    if amount < 1:
        raise Invalid("An amount above zero is needed.", field="amount")
    made = _made_before(order, amount, key)
    if made is None:
        try:
            made = _write(order, amount, key, reason, restock or {}, by)
        except (IntegrityError, DomainError):
            made = _made_before(order, amount, key)  # asked twice at once: the other was faster
            if made is None:
                raise
    if made.status == Refund.Status.DUE:
        # Even a no is not the end: perhaps these are the keys of another account.
        with suppress(gateway.GatewayUnavailable, gateway.PaymentRefused):
            send(made)
    return made


@transaction.atomic
def restock(order: Order, units: dict[int, int], *, by: User | None = None) -> None:
    """Units of a sale ({order line id: units}) came back: they are sold again."""
    if any(count < 1 for count in units.values()):
        raise Invalid("One unit at the least.", field="restock")
    if units and order.status not in Order.SOLD:
        raise NotReturnable("Nothing of this order has left the shelf.")
    lines = OrderLine.objects.filter(order=order, pk__in=units).select_related("variant")
    if len(lines) != len(units):
        raise NotReturnable("This is no line of this order.")
    for line in sorted(lines, key=lambda line: line.variant_id):
        count = units[line.pk]
        out = OrderLine.objects.filter(pk=line.pk, restocked__lte=F("quantity") - count)
        if not out.update(restocked=F("restocked") + count):
            raise NotReturnable(f"So many of {line.title} are not out any more.")
        stock.restock(line.variant, count, reference=order.number, by=by)
    waiting.call({line.variant_id for line in lines})


def send(refund: Refund) -> None:
    """Look, call, settle. Run it twice and the money goes back once."""
    payment = refund.payment
    found = (made for made in gateway.refunds(payment.reference) if _is(made, refund))
    made = next(found, None)  # an earlier call may have worked
    if made is None and refund.is_ours:
        try:
            with numbered(refund, f"refund-{payment.order.token}-{refund.pk}") as key:
                made = gateway.refund(
                    payment.reference,
                    amount=refund.amount,
                    key=key,
                    metadata={"refund": refund.pk},
                )
        except gateway.PaymentRefused as refusal:
            _fail(refund, refusal.detail)
            follow(payment)  # perhaps because somebody gave it back in the provider's pages
            return
    if made:
        settle(refund, made)


def settle(refund: Refund, made: answers.Refund) -> None:
    """Bring the row to where the provider's refund is."""
    with suppress(StaleState):  # it is there already
        if made.status in LOST:
            _fail(refund, made.failure or made.status, reference=made.reference)
        elif made.status == "succeeded":
            _done(refund, made.reference)
        elif refund.reference is None:  # on its way; the bank takes days now and then
            Refund.objects.filter(pk=refund.pk).update(reference=made.reference)
            refund.reference = made.reference


def is_behind(payment: Payment, intent: answers.Intent) -> bool:
    """Whether the provider gave something back, or is asked to, that our rows do not tell."""
    return intent.refunded != payment.refunded or intent.is_disputed


def follow(payment: Payment) -> None:
    """Bring our rows to all that went back of a payment, and to its disputes, whoever acted."""
    for made in gateway.refunds(payment.reference):
        if refund := _row_of(payment, made) or _adopt(payment, made):
            settle(refund, made)
    disputes = list(gateway.disputes(payment.reference))
    if disputes:
        _write_dispute(payment, disputes)


def _made_before(order: Order, amount: int, key: str) -> Refund | None:
    made = Refund.objects.select_related("payment__order").filter(key=key).first()
    if made and (made.payment.order_id, made.amount) != (order.pk, amount):
        raise RefundKeyReused("This was asked before for another amount.", field="key")
    return made


@transaction.atomic(durable=True)
def _write(order, amount, key, reason, units, by) -> Refund:
    payment = Payment.objects.select_related("order").get(order=order)
    _claim(payment, amount)
    refund = Refund.objects.create(
        payment=payment, amount=amount, key=key, reason=reason[:200], by=by
    )
    restock(order, units, by=by)
    return refund


def _claim(payment: Payment, amount: int) -> None:
    """Of twenty refunds at once this UPDATE lets through what was captured, and no more."""
    rows = Payment.objects.filter(pk=payment.pk, status=Payment.Status.CAPTURED)
    if not rows.filter(captured__gte=F("refunding") + amount).update(
        refunding=F("refunding") + amount
    ):
        payment.refresh_from_db(fields=["captured", "refunding"])
        left = money.text(payment.captured - payment.refunding, payment.currency)
        raise NotRefundable(f"{left} can be given back.", field="amount")


@transaction.atomic
def _done(refund: Refund, reference: str) -> None:
    advance(refund, Refund.Status.DONE, reference=reference)
    payment = refund.payment
    Payment.objects.filter(pk=payment.pk).update(refunded=F("refunded") + refund.amount)
    payment.refresh_from_db(fields=["captured", "refunded"])
    letters.owe(Letter.Kind.REFUND, refund.pk)
    if payment.refunded == payment.captured:
        Payment.objects.filter(pk=payment.pk).update(flag="")  # nothing is left to look at
        with suppress(StaleState):  # its order ended without a sale; the money was taken by hand
            lifecycle.mark_refunded(payment.order)


@transaction.atomic
def _fail(refund: Refund, why: str, *, reference: str | None = None) -> None:
    """It did not arrive: what it claimed can be given back in another way."""
    was = Refund.objects.select_for_update().values_list("status", flat=True).get(pk=refund.pk)
    gone = refund.amount if was == Refund.Status.DONE else 0
    reference = reference or refund.reference
    advance(refund, Refund.Status.FAILED, refusal=why[:300], reference=reference)
    payment = refund.payment
    Payment.objects.filter(pk=payment.pk).update(
        refunded=F("refunded") - gone, refunding=F("refunding") - refund.amount
    )
    if gone:
        with suppress(StaleState):  # it was not all of the money
            lifecycle.mark_kept(payment.order)
    lifecycle.tell_of_money(payment.order, "refund.failed", amount=refund.amount, words=why)


def _is(made: answers.Refund, refund: Refund) -> bool:
    return made.reference == refund.reference or made.metadata.get("refund") == str(refund.pk)


def _row_of(payment: Payment, made: answers.Refund) -> Refund | None:
    rows = payment.refunds.select_related("payment__order")
    return next((refund for refund in rows if _is(made, refund)), None)


def _adopt(payment: Payment, made: answers.Refund) -> Refund | None:
    """A row for what somebody gave back in the provider's own pages."""
    if made.status in LOST:
        return None
    try:
        with transaction.atomic():
            _claim(payment, made.amount)
            return Refund.objects.create(
                payment=payment,
                amount=made.amount,
                key=made.reference,
                reference=made.reference,
                is_ours=False,
            )
    except IntegrityError:  # somebody else adopted it at this moment
        return Refund.objects.select_related("payment__order").get(reference=made.reference)
    except NotRefundable:  # until a refund of ours, which it overtook, has failed
        logger.warning("%s: %s went back besides", payment, made.reference)
        return None


def _write_dispute(payment: Payment, disputes: list[answers.Dispute]) -> None:
    status = disputes[0].status[:30]
    lost = sum(each.amount for each in disputes if each.status not in OURS_AGAIN)
    rows = Payment.objects.filter(pk=payment.pk).exclude(dispute=status, disputed=lost)
    if rows.update(dispute=status, disputed=lost, changed_at=timezone.now()):
        lifecycle.tell_of_money(payment.order, "payment.disputed", status=status, amount=lost)
