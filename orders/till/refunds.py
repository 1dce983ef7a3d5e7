"""Refunds: captured money that goes back, never more than was captured."""

from . import shapes
from .ledger import Ledger
from .refusals import Refusal, bad_parameter


def create(ledger: Ledger, params: dict) -> dict:
    """Give back all that is left, or a part of it."""
    charge = _charge(ledger, params)
    if not charge["captured"]:
        raise Refusal(
            "Nothing of this was captured: cancel the PaymentIntent instead.",
            code="charge_not_refundable",
        )
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not left:
        raise Refusal("All of this was refunded before.", code="charge_already_refunded")
    amount = params.get("amount", left)
    if amount > left:
        raise Refusal(
            "This is more than is left of the charge.", code="amount_too_large", param="amount"
        )
    told = {name: params[name] for name in ("metadata", "reason") if name in params}
    refund = ledger.new(shapes.refund, charge=charge, amount=amount, **told)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    ledger.save(refund, charge)
    ledger.ring("charge.refunded", charge)
    return refund


def move(ledger: Ledger, ident: str, status: str) -> dict:
    """What the bank says of it later: pending, succeeded, or failed, and the money is back."""
    refund = ledger.find("refund", ident, param="refund")
    charge = ledger.find("charge", refund["charge"])
    if status == "failed" != refund["status"]:
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        refund["failure_reason"] = "expired_or_canceled_card"
    refund["status"] = status
    ledger.save(refund, charge)
    ledger.ring("refund.failed" if status == "failed" else "refund.updated", refund)
    return refund


def _charge(ledger: Ledger, params: dict) -> dict:
    if "payment_intent" in params:
        intent = ledger.find(
            "payment_intent", params["payment_intent"], param="payment_intent", status=400
        )
        if (
            not intent["latest_charge"]
            or params.get("charge", intent["latest_charge"]) != (intent["latest_charge"])
        ):
            raise Refusal(
                "This PaymentIntent has no such charge to refund.",
                code="charge_not_refundable",
                param="payment_intent",
            )
        return ledger.find("charge", intent["latest_charge"])
    if "charge" in params:
        return ledger.find("charge", params["charge"], param="charge", status=400)
    raise bad_parameter("Name a payment_intent or a charge.", "payment_intent", "parameter_missing")
