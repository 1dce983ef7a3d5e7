"""The money of an order: claim, call, settle. The only writer of Payment.

The network is never inside a transaction. What is owed can always be read from the rows, so a
call that died is made again by a sweeper, under the same idempotency key.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import transaction
from django.db.models import F

from livecommerce.errors import DomainError
from livecommerce.states import StaleState, advance
from orders import gateway, lifecycle
from orders.models import Order, Payment

ENDS = ("succeeded", "canceled")  # an intent moves no further


class Mismatch(DomainError):
    """The provider's object is not the one we asked for: nothing is believed of it."""

    code = "payment_mismatch"


class Taken(DomainError):
    """The money is ours already: it can be refunded, not let go."""

    code = "payment_taken"


def start(payment: Payment) -> Payment:
    """Have a PaymentIntent for the order. Asking twice makes one."""
    if payment.reference:
        return payment
    try:
        with _numbered(payment, "intent") as key:
            intent = gateway.create_intent(
                amount=payment.amount,
                currency=payment.currency,
                key=key,
                metadata={"order": str(payment.order.token)},
                email=payment.order.email,
            )
    except gateway.GatewayBusy:  # two tabs opened it at once: the other call may be through
        payment.refresh_from_db(fields=["reference", "client_secret"])
        if payment.reference:
            return payment
        raise
    waiting = Payment.objects.filter(
        pk=payment.pk, status=Payment.Status.STARTED, reference__isnull=True
    )
    if waiting.update(reference=intent.reference, client_secret=intent.client_secret):
        payment.reference, payment.client_secret = intent.reference, intent.client_secret
        return payment
    payment.refresh_from_db(fields=["status", "reference", "client_secret"])
    if payment.reference != intent.reference:  # nobody else knows of this intent
        gateway.cancel(intent.reference, key=f"abandon-{intent.reference}")
    if payment.reference is None:
        raise StaleState(f"The order of {payment} has ended.")
    return payment


def look(payment: Payment) -> None:
    """Fetch the intent and bring our rows to where it is. Safe at any time, any number of times."""
    if not payment.reference:
        return
    intent = gateway.retrieve(payment.reference)
    _check(payment, intent)
    if intent.status == "requires_capture":
        authorize(payment)
    elif intent.status in ENDS:
        with suppress(StaleState):  # we are there already, or somebody else brought us there
            _write_end(payment, intent)
    elif intent.failure:
        Payment.objects.filter(pk=payment.pk).update(refusal=intent.failure[:300])


def authorize(payment: Payment) -> None:
    """The card said yes. If the order ended meanwhile, the money is let go instead."""
    try:
        with transaction.atomic():
            advance(payment, Payment.Status.AUTHORIZED, refusal="")
            lifecycle.authorize(payment.order)
    except StaleState:
        payment.refresh_from_db()
        payment.order.refresh_from_db()
        if payment.order.status in (Order.Status.EXPIRED, Order.Status.CANCELLED):
            with suppress(StaleState):  # a sweeper was faster
                void(payment)


def capture(payment: Payment) -> None:
    """Claim, call, settle. Run it twice and the shopper still pays once."""
    if payment.status != Payment.Status.CAPTURING:
        _claim(payment)
    intent = gateway.retrieve(payment.reference)  # look first: an earlier call may have worked
    _check(payment, intent)
    if intent.status == "requires_capture":
        with _numbered(payment, "capture") as key:
            intent = gateway.capture(payment.reference, key=key)
    _write_end(payment, intent)


def settle(payment: Payment, intent: gateway.Intent) -> None:
    """Write down what the provider took, and the sale with it."""
    with transaction.atomic():
        if payment.status == Payment.Status.STARTED:  # captured by hand at the provider
            advance(payment, Payment.Status.AUTHORIZED)
            lifecycle.authorize(payment.order)
        if payment.status == Payment.Status.AUTHORIZED:
            advance(payment, Payment.Status.CAPTURING)
        if payment.status == Payment.Status.CAPTURING:
            advance(payment, Payment.Status.CAPTURED, captured=intent.captured)
            lifecycle.mark_paid(payment.order)
        Payment.objects.filter(pk=payment.pk).update(refunded=intent.refunded)


def void(payment: Payment) -> None:
    """Let the money go: its order ended without a sale. Never after the capture was claimed."""
    if payment.reference:
        intent = gateway.retrieve(payment.reference)
        _check(payment, intent)
        if intent.status == "succeeded":
            raise Taken(f"{payment} was captured by hand. Please give it back by hand, too.")
        if intent.status != "canceled":
            with _numbered(payment, "cancel") as key:
                intent = gateway.cancel(payment.reference, key=key)
        _write_end(payment, intent)
    else:
        advance(payment, Payment.Status.VOIDED, is_void_due=False)


@transaction.atomic
def _claim(payment: Payment) -> None:
    """From here on it can be captured only. Of a capture and a cancel, this row lets one win."""
    advance(payment, Payment.Status.CAPTURING)
    if Payment.objects.filter(pk=payment.pk, is_void_due=True).exists():
        raise StaleState(f"The order of {payment} has ended.")


def _write_end(payment: Payment, intent: gateway.Intent) -> None:
    if intent.status == "succeeded":
        settle(payment, intent)
    elif intent.status == "canceled":  # by us; or by the bank, after days; or by hand
        _let_go(payment)


@transaction.atomic
def _let_go(payment: Payment) -> None:
    """Write down that the provider holds nothing any more; an order that waited for it ends."""
    was_claimed = payment.status == Payment.Status.CAPTURING
    to = Payment.Status.FAILED if was_claimed else Payment.Status.VOIDED
    advance(payment, to, is_void_due=False)
    if payment.order.status in Order.HOLDING:
        lifecycle.drop(payment.order)


@contextmanager
def _numbered(payment: Payment, verb: str) -> Iterator[str]:
    """The idempotency key of a call. After an unclear answer the next call gets a new one.

    The provider replays even a stored 500 for ever under the same key. A new key is safe: the
    intent was looked at first, and it can be captured or cancelled only once.
    """
    try:
        yield f"{verb}-{payment.order.token}-{payment.calls}"
    except gateway.GatewayBusy:  # nothing unclear about it: the same key will be answered
        raise
    except gateway.GatewayUnavailable:
        Payment.objects.filter(pk=payment.pk).update(calls=F("calls") + 1)
        raise


def _check(payment: Payment, intent: gateway.Intent) -> None:
    ours = (payment.reference, payment.amount, payment.currency, str(payment.order.token))
    theirs = (
        intent.reference,
        intent.amount,
        intent.currency,
        intent.metadata.get("order"),
    )
    if ours != theirs:
        raise Mismatch(f"{payment}: the provider's intent does not match the order.")
