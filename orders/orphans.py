"""Intents at the provider that were made for an order of ours and that no payment answers for."""

import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from orders import gateway
from orders.answers import Intent
from orders.models import Payment

ENDED = (Payment.Status.VOIDED, Payment.Status.FAILED)


def find(since: datetime) -> Iterator[Intent]:
    """Those opened since then that could still be paid, and must not be.

    An order that we do not know may be one of another shop on the same account, or one that a
    backup lost: its intent is not touched, and the books name it.
    """
    payable = [intent for intent in gateway.intents(since) if intent.status not in gateway.ENDS]
    ours = Payment.objects.filter(order__token__in=set(_tokens(payable))).select_related("order")
    by_order = {str(payment.order.token): payment for payment in ours}
    for intent in payable:
        payment = by_order.get(intent.metadata.get("order"))
        if payment and (payment.status in ENDED or _is_another(payment, intent)):
            yield intent


def abandon(intent: Intent) -> None:
    """Cancel it: from now on its client secret is dead, and nothing is held on a card."""
    # What is cancelled twice is refused, so the key may change: a stored failure must not stay.
    minute = int(time.time()) // 60
    gateway.cancel(intent.reference, key=f"abandon-{intent.reference}-{minute}")


def _is_another(payment: Payment, intent: Intent) -> bool:
    # A payment that has none yet may be about to get this one: the same key answers it again.
    return payment.reference not in (None, intent.reference)


def _tokens(intents: Iterable[Intent]) -> Iterator[UUID]:
    for intent in intents:
        with suppress(ValueError):  # whoever has the account may write anything there
            yield UUID(intent.metadata.get("order", ""))
