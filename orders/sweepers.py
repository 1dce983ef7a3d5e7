"""What is due, found in the rows and done: the bell may have been lost, the rows are not.

Every sweep may run at any time, in several processes at once: each step is decided by a row.
Each yields a line per thing done, for the command that shows it.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.states import StaleState
from orders import doorbell, gateway, letters, lifecycle, orphans, payments, returns, waiting
from orders.models import Letter, Order, Payment, Refund

PATIENCE = timedelta(seconds=30)  # a task may still be at it
BATCH = 200
# An authorisation ends at capture_before: so long before, the shop is told; so long, it is captured
# though the shopper might still take her order back.
WARNED, CAPTURED = timedelta(hours=24), timedelta(hours=6)
RUNG = timedelta(minutes=20)  # how far back the provider is asked what it rang for
OPENED = timedelta(hours=2)  # and which payments were opened there
logger = logging.getLogger(__name__)


def expire() -> Iterator[str]:
    """Unpaid orders whose time is up; then the intents that nobody may pay any more."""
    for order in Order.objects.overdue(timezone.now())[:BATCH]:
        try:
            lifecycle.expire(order)
            yield f"{order}: expired"
        except StaleState:  # paid while we were looking
            continue
    yield from void_due()


def void_due() -> Iterator[str]:
    """Payments of orders that ended without a sale."""
    due = Payment.objects.filter(is_void_due=True, status__in=Payment.VOIDABLE)
    yield from _each(due, payments.void, "voided")


def capture_due() -> Iterator[str]:
    """Authorised payments whose time has come, and captures claimed by a worker that died.

    Then the shops are told of authorisations that will not last much longer.
    """
    now = timezone.now()
    is_time = Q(order__capture_at__lte=now) | Q(capture_before__lte=now + CAPTURED)
    is_time |= Q(order__capture_at=None)  # authorised before there was an undo time
    due = Payment.objects.filter(
        Q(is_time, status=Payment.Status.AUTHORIZED, is_void_due=False)
        | Q(status=Payment.Status.CAPTURING, changed_at__lte=now - PATIENCE)
    )
    yield from _each(due, payments.capture, "captured")
    told = Letter.objects.filter(kind=Letter.Kind.AUTHORIZATION).values("subject")
    ending = Payment.objects.filter(
        status__in=Payment.UNTAKEN, is_void_due=False, capture_before__lte=now + WARNED
    ).exclude(pk__in=told)
    for payment in ending.select_related("order")[:BATCH]:
        payments.warn(payment)
        yield f"{payment}: the shop is told that it ends"


def settle_unclear() -> Iterator[str]:
    """Payments whose webhook never came."""
    unclear = Payment.objects.filter(
        status=Payment.Status.STARTED,
        reference__isnull=False,
        changed_at__lte=timezone.now() - PATIENCE,
        order__status=Order.Status.PENDING,
    )
    yield from _each(unclear, payments.look, "looked at")


def settle_refunds() -> Iterator[str]:
    """Refunds that were asked for, and what became of those on their way."""
    stale = timezone.now() - PATIENCE
    due = Refund.objects.filter(status=Refund.Status.DUE, changed_at__lte=stale)
    yield from _each(due, returns.send, "looked after", "payment__order")


def hear_missed() -> Iterator[str]:
    """What the provider rang for and nobody answered: captures by hand, refunds, disputes."""
    for event in _listed(doorbell.unheard, timezone.now() - RUNG):
        try:
            if doorbell.answer(event):
                yield f"{event.type} {event.reference}: heard"
        except DomainError as refusal:
            logger.warning("%s %s: %s", event.type, event.reference, refusal.detail)
            if _is_away(refusal):
                break


def cancel_orphans() -> Iterator[str]:
    """Intents that no payment answers for, or whose order has ended."""
    for intent in _listed(orphans.find, timezone.now() - OPENED):
        try:
            orphans.abandon(intent)
            yield f"{intent.reference}: cancelled"
        except gateway.PaymentRefused:  # it ended at this moment
            continue
        except DomainError as refusal:
            logger.warning("%s: %s", intent.reference, refusal.detail)
            if _is_away(refusal):
                break


def walk_line() -> Iterator[str]:
    """Calls whose time is up go to the next; then whoever waits for what is free is called."""
    for place in waiting.overdue()[:BATCH]:
        try:
            waiting.lapse(place)
            yield f"{place}: lapsed"
        except StaleState:  # she buys at this moment
            continue
    for variant_id in waiting.callable_variants():
        for place in waiting.call([variant_id]):
            yield f"{place}: called"


def send_letters() -> Iterator[str]:
    """Mail that is owed."""
    for letter in letters.due()[:BATCH]:
        if done := letters.send(letter):
            yield f"{letter}: {done}"


def _each(due, act, done: str, order: str = "order") -> Iterator[str]:
    for row in due.select_related(order).order_by("changed_at")[:BATCH]:
        # To the end of the queue: what fails again and again must not keep the others waiting.
        type(row).objects.filter(pk=row.pk).update(changed_at=timezone.now())
        try:
            act(row)
            yield f"{row}: {done}"
        except StaleState:  # somebody else did it
            continue
        except DomainError as refusal:
            logger.warning("%s: %s", row, refusal.detail)
            if _is_away(refusal):
                break


def _listed(read: Callable, since: datetime) -> list:
    """What the provider tells since then, read to its end; nothing, when it tells none of it."""
    try:
        return list(read(since))
    except DomainError as refusal:
        logger.warning("%s: %s", read.__module__, refusal.detail)
        return []


def _is_away(refusal: DomainError) -> bool:
    """Whether nobody answers at the provider: to wait as long for the next one helps nobody."""
    return type(refusal) is gateway.GatewayUnavailable
