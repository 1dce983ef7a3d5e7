"""The money of an order: claim, call, settle. The only writer of Payment.

The network is never inside a transaction. What is owed can always be read from the rows, so a
call that died is made again by a sweeper, under the same idempotency key.
"""

from contextlib import suppress

from django.db import transaction
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.states import StaleState, advance
from orders import customers, gateway, letters, lifecycle, orphans
from orders.answers import Intent
from orders.keys import numbered
from orders.models import Letter, Order, Payment
from shops import stock

TO_CAPTURED = (Payment.Status.STARTED, Payment.Status.AUTHORIZED, Payment.Status.CAPTURING)


class Mismatch(DomainError):
    """The provider's object is not the one we asked for: nothing is believed of it."""

    code = "payment_mismatch"


def start(payment: Payment) -> Payment:
    """Have a PaymentIntent for the order. Asking twice makes one."""
    if payment.reference:
        return payment
    customer = customers.of_order(payment.order)
    try:
        with numbered(payment, _name("intent", payment, customer)) as key:
            intent = gateway.create_intent(
                amount=payment.amount,
                currency=payment.currency,
                key=key,
                metadata={"order": str(payment.order.token)},
                email=payment.order.email,
                customer=customer,
            )
    except gateway.GatewayBusy:  # two tabs opened it at once: the other call may be through
        payment.refresh_from_db(fields=["reference", "client_secret"])
        if payment.reference:
            return payment
        raise
    except gateway.PaymentRefused as refusal:
        if customer:  # deleted at the provider: asked again, it goes on with a new one
            customers.lost(payment.order.user, refusal)
        raise
    waiting = Payment.objects.filter(
        pk=payment.pk, status=Payment.Status.STARTED, reference__isnull=True, is_void_due=False
    )
    if waiting.update(reference=intent.reference, client_secret=intent.client_secret):
        payment.reference, payment.client_secret = intent.reference, intent.client_secret
        return payment
    payment.refresh_from_db(fields=["status", "reference", "client_secret"])
    if payment.reference != intent.reference:  # nobody else knows of this intent
        orphans.abandon(intent)
    if payment.reference is None:
        raise StaleState(f"The order of {payment} has ended.")
    return payment


def look(payment: Payment) -> Intent | None:
    """Fetch the intent and bring our rows to where it is. Safe at any time, any number of times."""
    if not payment.reference:
        return None
    intent = gateway.retrieve(payment.reference)
    _check(payment, intent)
    if intent.status == "requires_capture":
        authorize(payment, intent)
    elif intent.status in gateway.ENDS:
        with suppress(StaleState):  # we are there already, or somebody else brought us there
            _write_end(payment, intent)
    elif intent.failure:
        Payment.objects.filter(pk=payment.pk).update(refusal=intent.failure[:300])
    return intent


def authorize(payment: Payment, intent: Intent | None = None) -> None:
    """The card said yes. If the order ended meanwhile, the money is let go instead."""
    until = intent.capture_before if intent else None
    try:
        with transaction.atomic():
            advance(payment, Payment.Status.AUTHORIZED, refusal="", capture_before=until)
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
        try:
            with numbered(payment, _name("capture", payment)) as key:
                intent = gateway.capture(payment.reference, key=key)
        except gateway.PaymentRefused as refusal:
            intent = gateway.retrieve(payment.reference)
            if intent.status not in gateway.ENDS:
                flag(payment, f"The capture was refused: {refusal.detail}")
                raise
    _write_end(payment, intent)


@transaction.atomic
def settle(payment: Payment, intent: Intent) -> None:
    """Write down what the provider took, and the sale with it.

    Somebody may have captured by hand, even for an order that has ended. Then the money is written
    down without a sale, so that it can be given back, and flagged.
    """
    for step in TO_CAPTURED[TO_CAPTURED.index(payment.status) + 1 :]:
        advance(payment, step)
    advance(
        payment,
        Payment.Status.CAPTURED,
        captured=intent.captured,
        is_void_due=False,
        flag="" if intent.captured == payment.amount else "Only a part was captured, by hand.",
    )
    order = payment.order
    if order.status == Order.Status.PENDING:
        stock.lock(order.quantities())  # before her bag: whoever places for her holds it in turn
        lifecycle.authorize(order)
    if order.status == Order.Status.AUTHORIZED:
        lifecycle.mark_paid(order)
    else:
        flag(payment, f"Captured by hand after the order was {order.status}: give it back.")


def waive(payment: Payment) -> None:
    """Nothing is to be paid: the sale is written down at once. Part of a transaction."""
    advance(payment, Payment.Status.AUTHORIZED)
    lifecycle.authorize(payment.order)
    advance(payment, Payment.Status.CAPTURING)
    advance(payment, Payment.Status.CAPTURED)
    lifecycle.mark_paid(payment.order)


def void(payment: Payment) -> None:
    """Let the money go: its order ended without a sale. Never after the capture was claimed."""
    if payment.reference is None:
        _close(payment)
        return
    intent = gateway.retrieve(payment.reference)
    _check(payment, intent)
    if intent.status not in gateway.ENDS:
        with numbered(payment, _name("cancel", payment)) as key:
            intent = gateway.cancel(payment.reference, key=key)
    _write_end(payment, intent)


@transaction.atomic
def warn(payment: Payment) -> None:
    """The bank lets this money go soon: tell the shop, by letter and at its desk."""
    letters.owe(Letter.Kind.AUTHORIZATION, payment.pk)
    until = payment.capture_before.isoformat()
    lifecycle.tell_of_money(payment.order, "payment.ending", until=until)


def flag(payment: Payment, words: str) -> None:
    """Have a person look at it; the books name it until then."""
    words = words[:300]
    if Payment.objects.filter(pk=payment.pk).exclude(flag=words).update(flag=words):
        lifecycle.tell_of_money(payment.order, "payment.flagged", words=words)


@transaction.atomic
def _claim(payment: Payment) -> None:
    """From here on it can be captured only. Of a capture and a cancel, this row lets one win."""
    advance(payment, Payment.Status.CAPTURING)
    if Payment.objects.filter(pk=payment.pk, is_void_due=True).exists():
        raise StaleState(f"The order of {payment} has ended.")


def _write_end(payment: Payment, intent: Intent) -> None:
    if intent.status == "succeeded":
        if payment.status not in TO_CAPTURED:
            raise StaleState(f"{payment} has ended.")
        settle(payment, intent)
    elif intent.status == "canceled":  # by us; or by the bank, after days; or by hand
        _let_go(payment)


@transaction.atomic
def _let_go(payment: Payment) -> None:
    """Write down that the provider holds nothing any more; an order that waited for it ends."""
    was_claimed = payment.status == Payment.Status.CAPTURING
    to = Payment.Status.FAILED if was_claimed else Payment.Status.VOIDED
    advance(payment, to, is_void_due=False, flag="")
    if payment.order.status in Order.HOLDING:
        lifecycle.drop(payment.order)


def _close(payment: Payment) -> None:
    """It never had an intent; if it gets one at this moment, the next sweep cancels that."""
    unopened = Payment.objects.filter(
        pk=payment.pk, reference__isnull=True, status__in=Payment.VOIDABLE
    )
    over = {"status": Payment.Status.VOIDED, "is_void_due": False, "changed_at": timezone.now()}
    if not unopened.update(**over):
        raise StaleState(f"{payment} has an intent.")


def _name(verb: str, payment: Payment, *more: str) -> str:
    # More that is sent is in the name: other words under one key would be refused for ever.
    return "-".join([verb, *filter(None, more), str(payment.order.token)])


def _check(payment: Payment, intent: Intent) -> None:
    ours = (payment.reference, payment.amount, payment.currency, str(payment.order.token))
    theirs = (intent.reference, intent.amount, intent.currency, intent.metadata.get("order"))
    if ours != theirs:
        flag(payment, f"The provider says {theirs[1]} {theirs[2]} for order {theirs[3]}.")
        raise Mismatch(f"{payment}: the provider's intent does not match the order.")
