"""The provider rings, or is asked what it rang for. What is said is fetched again, never believed.

Each event is answered once, and answering is looking, so that order and repetition do not matter.
"""

import logging
from collections.abc import Iterator
from datetime import datetime

from django.core.cache import cache

from orders import gateway, payments, returns
from orders.answers import Event
from orders.models import Payment, WebhookEvent

RINGS = ("ok", "duplicate", "bad")  # how a ring at the door can end
logger = logging.getLogger(__name__)


def answer(event: Event) -> bool:
    """Look at the payment that an event names. False: it was answered before.

    Raises GatewayUnavailable: then it is to be rung again.
    """
    if WebhookEvent.objects.filter(event_id=event.id).exists():
        return False
    if payment := payment_of(event):
        try:
            look(payment)
        except (payments.Mismatch, gateway.PaymentRefused) as refusal:
            # A person has to: to be rung again would not mend it.
            logger.error("%s: %s", payment, refusal.detail)
    # Remembered only now: an answer that failed half-way must be asked for again.
    WebhookEvent.objects.bulk_create(
        [WebhookEvent(event_id=event.id, type=event.type[:64], reference=event.reference[:64])],
        ignore_conflicts=True,
    )
    return True


def look(payment: Payment) -> None:
    """Bring our rows to where the provider is: capture, refunds, disputes."""
    intent = payments.look(payment)
    payment.refresh_from_db()
    if intent and returns.is_behind(payment, intent):
        returns.follow(payment)


def payment_of(event: Event) -> Payment | None:
    if not event.reference:
        return None
    return Payment.objects.select_related("order").filter(reference=event.reference).first()


def unheard(since: datetime) -> Iterator[Event]:
    """What the provider rang for since then and nobody answered, oldest first."""
    rung = [event for event in gateway.events(since) if event.reference]
    ids = [event.id for event in rung]
    heard = set(WebhookEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
    yield from (event for event in reversed(rung) if event.id not in heard)


def count(ring: str) -> None:
    """Remember how a ring ended, for the figures; a dead cache is no reason to turn one away."""
    try:
        cache.add(f"rings-{ring}", 0, timeout=None)
        cache.incr(f"rings-{ring}")
    except Exception:
        logger.warning("rings are not being counted", exc_info=True)


def counts() -> dict[str, int]:
    """{"ok": …, "duplicate": …, "bad": …} since the cache began."""
    found = cache.get_many([f"rings-{ring}" for ring in RINGS])
    return {ring: found.get(f"rings-{ring}", 0) for ring in RINGS}
