"""The only file that speaks to the payment provider; plain values go in and come out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import stripe
from django.conf import settings

from livecommerce.errors import DomainError

TIMEOUT = (3, 10)  # seconds to connect, seconds to answer
PAGE = 100
CONFLICT = 409  # the idempotency key, or the payment, is in use by another call
# What a signed body without the fields of an event raises.
SHAPELESS = (AttributeError, KeyError, TypeError)


class GatewayUnavailable(DomainError):
    """Nobody knows whether it was done: look, or ask again with the same key."""

    code = "payment_unavailable"


class GatewayBusy(GatewayUnavailable):
    """The same call is under way from elsewhere: its answer will be the answer to both."""


class PaymentRefused(DomainError):
    """The provider said no, and it will say no again. `reason` is its own code."""

    code = "payment_refused"

    def __init__(self, detail: str, *, reason: str = ""):
        super().__init__(detail)
        self.reason = reason


class BadSignature(DomainError):
    """The webhook is forged, damaged or too old."""

    code = "bad_signature"


@dataclass(frozen=True)
class Intent:
    """A payment as the provider sees it; amounts are minor units of `currency`."""

    reference: str
    status: str
    amount: int
    currency: str
    captured: int
    refunded: int
    capturable: int
    client_secret: str
    failure: str  # for the shopper; "" when the last try did not fail
    failure_code: str
    metadata: dict[str, str]


@dataclass(frozen=True)
class Event:
    """A doorbell: which payment to look at, and why."""

    id: str
    type: str
    reference: str  # the payment intent; "" when the event is about something else
    created: int  # seconds since 1970


def create_intent(*, amount: int, currency: str, key: str, metadata: dict, email: str) -> Intent:
    """A payment the shopper may authorise; nothing is taken before capture()."""
    params = {
        "amount": amount,
        "currency": currency,
        "capture_method": "manual",
        "automatic_payment_methods": {"enabled": True},
        "metadata": {name: str(note) for name, note in metadata.items()},
    }
    if email:
        params["receipt_email"] = email
    return _call("create", params, options={"idempotency_key": key})


def retrieve(reference: str) -> Intent:
    """How the payment stands now."""
    return _call("retrieve", reference, {"expand": ["latest_charge"]})


def capture(reference: str, *, key: str) -> Intent:
    """Take the whole authorised amount."""
    params = {"expand": ["latest_charge"]}
    return _call("capture", reference, params, options={"idempotency_key": key})


def cancel(reference: str, *, key: str) -> Intent:
    """Give up on a payment that was not captured; its client secret is dead from now on."""
    params = {"expand": ["latest_charge"]}
    return _call("cancel", reference, params, options={"idempotency_key": key})


def intents(since: datetime) -> Iterator[Intent]:
    """Every payment made since then, newest first, page after page."""
    params = {
        "created": {"gte": int(since.timestamp())},
        "expand": ["data.latest_charge"],
        "limit": PAGE,
    }
    try:
        for intent in _payments().list(params).auto_paging_iter():
            yield _intent(intent)
    except stripe.StripeError as error:
        raise _refusal(error) from error


def read_event(payload: bytes, signature: str) -> Event:
    """The event in a webhook's body. Raises BadSignature unless the provider signed it lately."""
    client = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)
    try:
        event = client.construct_event(payload, signature, settings.STRIPE_WEBHOOK_SECRET)
        thing = event.data.object
        is_intent = thing["object"] == "payment_intent"
        reference = thing["id"] if is_intent else thing.to_dict().get("payment_intent")
        return Event(event.id, event.type, reference or "", event.created)
    except (stripe.SignatureVerificationError, ValueError, *SHAPELESS) as error:
        raise BadSignature("This webhook is not signed by the payment provider.") from error


def ping() -> None:
    """Whether the provider answers, and takes our secret key (PaymentRefused when it does not)."""
    try:
        _payments().list({"limit": 1})
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise PaymentRefused("The secret key is not accepted.", reason="bad_key") from error
    except stripe.StripeError as error:
        raise _refusal(error) from error


@lru_cache(maxsize=4)
def _client(secret_key: str, api_base: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base} if api_base else {},
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def _payments():
    client = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)
    return client.v1.payment_intents


def _call(verb: str, *args, **options) -> Intent:
    try:
        return _intent(getattr(_payments(), verb)(*args, **options))
    except stripe.StripeError as error:
        raise _refusal(error) from error


def _refusal(error: stripe.StripeError) -> DomainError:
    if error.http_status == CONFLICT:
        return GatewayBusy("This payment is being worked on. Try again in a moment.")
    refusals = (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError)
    if isinstance(error, refusals):
        return PaymentRefused(
            error.user_message or "The payment was refused.", reason=error.code or ""
        )
    # Wrong API keys are here too: our fault, so that a task tries again after it was mended.
    return GatewayUnavailable("The payment provider cannot be reached. Try again in a moment.")


def _intent(found: stripe.PaymentIntent) -> Intent:
    charge, error = found.latest_charge, found.last_payment_error
    # Older API versions count a released authorisation as refunded; no money moved.
    is_captured = isinstance(charge, stripe.Charge) and charge.captured
    return Intent(
        reference=found.id,
        status=found.status,
        amount=found.amount,
        currency=found.currency,
        captured=found.amount_received,
        refunded=charge.amount_refunded if is_captured else 0,
        capturable=found.amount_capturable,
        client_secret=found.client_secret or "",
        failure=(getattr(error, "message", None) or "") if error else "",
        failure_code=_failure_code(error) if error else "",
        metadata={name: str(note) for name, note in found.metadata.to_dict().items()},
    )


def _failure_code(error: stripe.StripeObject) -> str:
    return getattr(error, "decline_code", None) or getattr(error, "code", None) or ""
