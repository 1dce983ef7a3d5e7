"""What the payment provider answers, as plain values; amounts are minor units of their currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Intent:
    """A payment as the provider sees it."""

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
    capture_before: datetime | None = None  # the bank lets an authorised amount go then
    is_disputed: bool = False


@dataclass(frozen=True)
class Refund:
    """Money on its way back: pending, requires_action, succeeded, failed or canceled."""

    reference: str
    intent: str  # of which payment
    status: str
    amount: int
    failure: str
    metadata: dict[str, str]


@dataclass(frozen=True)
class Dispute:
    """A shopper asked her bank to take the money back; `status` is the provider's word."""

    reference: str
    intent: str  # of which payment
    status: str
    amount: int


@dataclass(frozen=True)
class Card:
    """A card kept for next time, as far as anybody may know it."""

    reference: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True)
class Event:
    """A doorbell: which payment to look at, and why."""

    id: str
    type: str
    reference: str  # the payment intent; "" when the event is about something else
    created: int  # seconds since 1970


def intent(found: Mapping) -> Intent:
    charge, error = found["latest_charge"], found["last_payment_error"] or {}
    if isinstance(charge, str) or charge is None:  # not tried yet, or not asked for
        charge = {}
    card = (charge.get("payment_method_details") or {}).get("card") or {}
    until = card.get("capture_before")
    return Intent(
        reference=found["id"],
        status=found["status"],
        amount=found["amount"],
        currency=found["currency"],
        captured=found["amount_received"],
        # Older API versions count a released authorisation as refunded; no money moved.
        refunded=charge["amount_refunded"] if charge.get("captured") else 0,
        capturable=found["amount_capturable"],
        client_secret=found["client_secret"] or "",
        failure=error.get("message") or "",
        failure_code=error.get("decline_code") or error.get("code") or "",
        metadata=_notes(found),
        capture_before=datetime.fromtimestamp(until, UTC) if until else None,
        is_disputed=bool(charge.get("disputed")),
    )


def refund(found: Mapping) -> Refund:
    return Refund(
        reference=found["id"],
        intent=found["payment_intent"] or "",
        status=found["status"] or "pending",
        amount=found["amount"],
        failure=found.get("failure_reason") or "",
        metadata=_notes(found),
    )


def dispute(found: Mapping) -> Dispute:
    return Dispute(found["id"], found["payment_intent"] or "", found["status"], found["amount"])


def event(found: Mapping) -> Event:
    thing = found["data"]["object"]
    is_intent = thing["object"] == "payment_intent"
    reference = thing["id"] if is_intent else thing.get("payment_intent")
    return Event(found["id"], found["type"], reference or "", found["created"])


def _notes(found: Mapping) -> dict[str, str]:
    return {name: str(note) for name, note in (found["metadata"] or {}).items()}
