"""The only file that speaks to the payment provider; plain values go in and come out."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

import stripe
from django.conf import settings
from urllib3 import Timeout

from livecommerce.errors import DomainError
from orders import answers
from orders.answers import Card, Dispute, Event, Intent, Refund

# Seconds. A page waits 10 at the longest: what failed at once is tried once more, nothing else.
TIMEOUT = Timeout(connect=3, read=8, total=9)
AT_ONCE, PAUSE = 0.8, 0.2
PAGE = 100
ENDS = ("succeeded", "canceled")  # an intent moves no further
TELLING = (  # events that may say something new of a payment
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.refunded",
    "refund.failed",
    "refund.updated",
)
NO_CUSTOMER = "customer_missing"  # our word for: the provider knows this customer no more
CONFLICT = 409  # the idempotency key, or the payment, is in use by another call
BROKEN = 500  # and above
# What a signed body without the fields of an event raises.
SHAPELESS = (AttributeError, KeyError, TypeError)


class GatewayUnavailable(DomainError):
    """Nobody knows whether it was done: look, or ask again with the same key."""

    code = "payment_unavailable"


class GatewayBusy(GatewayUnavailable):
    """The same call is under way from elsewhere: its answer will be the answer to both."""


class KeySpent(GatewayUnavailable):
    """The provider keeps a failure for this key and replays it for ever: look, then a new key."""


class PaymentRefused(DomainError):
    """The provider said no, and it will say no again. `reason` is its own code."""

    code = "payment_refused"

    def __init__(self, detail: str, *, reason: str = ""):
        super().__init__(detail)
        self.reason = reason


class BadSignature(DomainError):
    """The webhook is forged, damaged or too old."""

    code = "bad_signature"


def create_intent(
    *, amount: int, currency: str, key: str, metadata: dict, email: str, customer: str = ""
) -> Intent:
    """A payment the shopper may authorise; nothing is taken before capture().

    With a customer, she may pay with a card kept for her, or keep the one she pays with.
    """
    params = {
        "amount": amount,
        "currency": currency,
        "capture_method": "manual",
        "automatic_payment_methods": {"enabled": True},
        "metadata": {name: str(note) for name, note in metadata.items()},
    }
    if email:
        params["receipt_email"] = email
    if customer:
        params["customer"] = customer
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
    params = {**_made_since(since), "expand": ["data.latest_charge"]}
    yield from _walk(_payments(), params, answers.intent)


def refund(reference: str, *, amount: int, key: str, metadata: dict) -> Refund:
    """Give back a part of what was captured, or all of it."""
    notes = {name: str(note) for name, note in metadata.items()}
    params = {"payment_intent": reference, "amount": amount, "metadata": notes}
    made = _ask(_api().refunds.create, params, {"idempotency_key": key})
    return answers.refund(made.to_dict())


def refunds(reference: str) -> Iterator[Refund]:
    """Every refund of a payment, whoever made it, newest first."""
    params = {"payment_intent": reference, "limit": PAGE}
    yield from _walk(_api().refunds, params, answers.refund)


def disputes(reference: str) -> Iterator[Dispute]:
    """Every dispute about a payment, newest first."""
    params = {"payment_intent": reference, "limit": PAGE}
    yield from _walk(_api().disputes, params, answers.dispute)


def all_refunds(since: datetime) -> Iterator[Refund]:
    """Every refund made since then, of any payment."""
    yield from _walk(_api().refunds, _made_since(since), answers.refund)


def all_disputes(since: datetime) -> Iterator[Dispute]:
    """Every dispute opened since then, about any payment."""
    yield from _walk(_api().disputes, _made_since(since), answers.dispute)


def events(since: datetime) -> Iterator[Event]:
    """What the provider rang for since then, heard or not, newest first."""
    params = {**_made_since(since), "types": list(TELLING)}
    yield from _walk(_api().events, params, answers.event)


def create_customer(*, email: str, key: str, metadata: dict) -> str:
    """Somebody the provider may keep cards for; answers its reference."""
    notes = {name: str(note) for name, note in metadata.items()}
    params = {"metadata": notes, **({"email": email} if email else {})}
    return _ask(_api().customers.create, params, {"idempotency_key": key}).id


def customer_session(customer: str) -> str:
    """A secret with which one payment form shows, keeps and removes this customer's cards."""
    features = {
        "payment_method_redisplay": "enabled",
        "payment_method_allow_redisplay_filters": ["always", "limited", "unspecified"],
        "payment_method_save": "enabled",
        "payment_method_save_usage": "on_session",
        "payment_method_remove": "enabled",
    }
    components = {"payment_element": {"enabled": True, "features": features}}
    params = {"customer": customer, "components": components}
    return _ask(_api().customer_sessions.create, params).client_secret


def setup_intent(customer: str, *, key: str) -> str:
    """A secret with which a page keeps a card for this customer; nothing is paid."""
    params = {
        "customer": customer,
        "usage": "on_session",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }
    return _ask(_api().setup_intents.create, params, {"idempotency_key": key}).client_secret


def payment_methods(customer: str) -> list[Card]:
    """The cards kept for this customer, newest first."""
    found = _ask(_api().payment_methods.list, {"customer": customer, "type": "card", "limit": PAGE})
    return [
        Card(each.id, each.card.brand, each.card.last4, each.card.exp_month, each.card.exp_year)
        for each in found.data
    ]


def detach(method: str) -> None:
    """Forget a card; nobody can pay with it any more."""
    _ask(_api().payment_methods.detach, method)


def read_event(payload: bytes, signature: str) -> Event:
    """The event in a webhook's body. Raises BadSignature unless the provider signed it lately."""
    client = _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)
    for secret in webhook_secrets():
        with suppress(stripe.SignatureVerificationError, ValueError, *SHAPELESS):
            return answers.event(client.construct_event(payload, signature, secret).to_dict())
    raise BadSignature("This webhook is not signed by the payment provider.")


def webhook_secrets() -> list[str]:
    """Whose signatures are believed: several, while one secret takes the place of another."""
    listed = settings.STRIPE_WEBHOOK_SECRET.split(",")
    return [secret.strip() for secret in listed if secret.strip()]


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
        max_network_retries=0,  # _ask does it
        http_client=stripe.RequestsClient(timeout=TIMEOUT),
    )


def _api():
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE).v1


def _payments():
    return _api().payment_intents


def _made_since(since: datetime) -> dict:
    return {"created": {"gte": int(since.timestamp())}, "limit": PAGE}


def _call(verb: str, *args, **options) -> Intent:
    return answers.intent(_ask(getattr(_payments(), verb), *args, **options).to_dict())


def _ask(call: Callable, *args, **options):
    """One answer; if there was none at once, a second try, which is the same call by its key."""
    began = time.monotonic()
    try:
        return call(*args, **options)
    except stripe.StripeError as error:
        is_passing = isinstance(error, stripe.APIConnectionError) or error.http_status == CONFLICT
        if not is_passing or time.monotonic() - began > AT_ONCE:
            raise _refusal(error) from error
    time.sleep(PAUSE)
    try:
        return call(*args, **options)
    except stripe.StripeError as error:
        raise _refusal(error) from error


def _walk(service, params: dict, shape: Callable) -> Iterator:
    try:
        for found in _ask(service.list, params).auto_paging_iter():
            yield shape(found.to_dict())
    except stripe.StripeError as error:
        raise _refusal(error) from error


def _refusal(error: stripe.StripeError) -> DomainError:
    if error.http_status == CONFLICT:
        return GatewayBusy("This payment is being worked on. Try again in a moment.")
    if isinstance(error, stripe.IdempotencyError) or (error.http_status or 0) >= BROKEN:
        return KeySpent("The payment provider failed. Please try again.")
    refusals = (stripe.CardError, stripe.InvalidRequestError)
    if isinstance(error, refusals):
        return PaymentRefused(
            error.user_message or "The payment was refused.", reason=_reason(error)
        )
    # Wrong API keys are here too: our fault, so that a task tries again after it was mended.
    return GatewayUnavailable("The payment provider cannot be reached. Try again in a moment.")


def _reason(error: stripe.StripeError) -> str:
    if error.code == "resource_missing" and error.param == "customer":
        return NO_CUSTOMER
    return error.code or ""
