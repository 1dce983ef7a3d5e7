"""What is due, found in the rows and done: the bell may have been lost, the rows are not.

Every sweep may run at any time, in several processes at once: each step is decided by a row.
Each yields a line per thing done, for the command that shows it.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.states import StaleState
from orders import lifecycle, payments
from orders.models import Order, Payment

PATIENCE = timedelta(seconds=30)  # a task may still be at it
BATCH = 200
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
    """Authorised payments, and captures that were claimed by a worker that died."""
    stale = timezone.now() - PATIENCE
    due = Payment.objects.filter(
        Q(status=Payment.Status.AUTHORIZED, is_void_due=False)
        | Q(status=Payment.Status.CAPTURING, changed_at__lte=stale)
    )
    yield from _each(due, payments.capture, "captured")


def settle_unclear() -> Iterator[str]:
    """Payments whose webhook never came."""
    stale = timezone.now() - PATIENCE
    unclear = Payment.objects.filter(
        status=Payment.Status.STARTED,
        reference__isnull=False,
        changed_at__lte=stale,
        order__status=Order.Status.PENDING,
    )
    yield from _each(unclear, payments.look, "looked at")


def _each(due, act, done: str) -> Iterator[str]:
    for payment in due.select_related("order")[:BATCH]:
        try:
            act(payment)
            yield f"{payment}: {done}"
        except StaleState:  # somebody else did it
            continue
        except DomainError as refusal:  # one sick payment must not keep the others waiting
            logger.warning("%s: %s", payment, refusal.detail)
