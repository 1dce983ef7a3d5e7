"""Cards kept for next time: the provider keeps them, we keep which customer somebody is there.

The only writer of Customer. Whose e-mail it is was never proved, so nothing is found by e-mail:
cards and orders belong to whoever was signed in.
"""

import hashlib
import logging
import uuid

from django.core.cache import cache

from livecommerce.errors import DomainError
from orders import gateway
from orders.answers import Card
from orders.models import Customer, Order
from shops.models import User

logger = logging.getLogger(__name__)
DAY = 24 * 3600  # seconds the provider remembers an idempotency key


class NoSuchCard(DomainError):
    """It is not hers, or it was removed already."""

    code = "no_such_card"


def reference_of(user: User) -> str:
    """The provider's name for this person, made when first asked for. Asking twice makes one."""
    known = Customer.objects.filter(user=user).first()
    if known:
        return known.reference
    try:
        made = gateway.create_customer(
            email=user.email, key=_key(user), metadata={"user": str(user.pk)}
        )
    except gateway.KeySpent:
        _next_key(user)
        raise
    except gateway.GatewayBusy:  # two tabs asked at once: the other call may be through
        if known := Customer.objects.filter(user=user).first():
            return known.reference
        raise
    # Of two calls the first row stays; a customer nobody wrote down holds nothing.
    Customer.objects.bulk_create([Customer(user=user, reference=made)], ignore_conflicts=True)
    return Customer.objects.get(user=user).reference


def of_order(order: Order) -> str:
    """The customer who pays for it; "" for a guest, and for whom the provider will not know."""
    if order.user is None:
        return ""
    try:
        return reference_of(order.user)
    except gateway.PaymentRefused as refusal:  # its rules for an e-mail are stricter than ours
        logger.warning("no customer for user %s: %s", order.user_id, refusal.detail)
        return ""


def session_of(order: Order, user: User) -> str:
    """A secret with which one payment form shows her saved cards; "" when there is nothing to show.

    Good for one form only, so it is asked for when the payment is opened and not kept.
    """
    is_hers = user.is_authenticated and order.user_id == user.pk
    if not is_hers or order.status != Order.Status.PENDING or not order.payment.reference:
        return ""
    known = Customer.objects.filter(user=user).first()
    try:
        return gateway.customer_session(known.reference) if known else ""
    except DomainError:  # paying goes on without: with a card typed in
        return ""


def setup(user: User) -> str:
    """A secret with which a page keeps one card for this person."""
    try:
        return gateway.setup_intent(reference_of(user), key=f"setup-{user.pk}-{uuid.uuid4().hex}")
    except gateway.PaymentRefused as refusal:
        lost(user, refusal)
        raise


def cards(user: User) -> list[Card]:
    """Her saved cards, newest first."""
    known = Customer.objects.filter(user=user).first()
    try:
        return gateway.payment_methods(known.reference) if known else []
    except gateway.PaymentRefused as refusal:
        if lost(user, refusal):
            return []
        raise


def forget(user: User, card: str) -> None:
    """Remove a saved card. Looked up among her own first: an id alone proves nothing."""
    if card not in {each.reference for each in cards(user)}:
        raise NoSuchCard("This card is not saved any more.")
    gateway.detach(card)


def lost(user: User, refusal: gateway.PaymentRefused) -> bool:
    """Whether the provider knows this customer no more: deleted there, or it is another provider.

    The row goes, so that the next call makes a new one.
    """
    if refusal.reason != gateway.NO_CUSTOMER:
        return False
    Customer.objects.filter(user=user).delete()
    _next_key(user)  # the old key would be answered with the customer that is gone
    return True


def _key(user: User) -> str:
    """The idempotency key of making a customer; other words under one key would be refused."""
    words = f"{user.email} {user.date_joined.timestamp()}"
    digest = hashlib.sha256(words.encode()).hexdigest()[:12]
    return f"customer-{user.pk}-{digest}-{_turn(user)}"


def _turn(user: User) -> str:
    try:
        return cache.get(f"customer-turn-{user.pk}", "0")
    except Exception:  # a dead cache: the key of the first call, which is right most times
        return "0"


def _next_key(user: User) -> None:
    """What was answered to the key so far would be answered for ever."""
    try:
        cache.set(f"customer-turn-{user.pk}", uuid.uuid4().hex[:8], timeout=2 * DAY)
    except Exception:  # as above
        logger.warning("no new key for a customer", exc_info=True)
