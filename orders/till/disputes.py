"""Disputes: a shopper has her bank take the money back, and the bank decides."""

from . import shapes
from .ledger import Ledger
from .refusals import Refusal

STATUSES = ("needs_response", "under_review", "won", "lost")
OVER = ("won", "lost")


def move(ledger: Ledger, ident: str, status: str) -> dict:
    """The dispute about a payment intent, in this state; opened, if there was none."""
    intent = ledger.find("payment_intent", ident, param="payment_intent")
    known = ledger.store.newest("dispute", equal={"payment_intent": ident}, limit=1)
    if not known:
        return _open(ledger, intent, status)
    dispute = known[0] | {"status": status}
    ledger.save(dispute)
    ledger.ring("charge.dispute.closed" if status in OVER else "charge.dispute.updated", dispute)
    return dispute


def _open(ledger: Ledger, intent: dict, status: str) -> dict:
    if not intent["amount_received"]:
        raise Refusal("Nothing of this was captured.", code="charge_not_captured")
    charge = ledger.find("charge", intent["latest_charge"]) | {"disputed": True}
    dispute = ledger.new(shapes.dispute, charge=charge, status=status)
    ledger.save(dispute, charge)
    ledger.ring("charge.dispute.created", dispute)
    return dispute
