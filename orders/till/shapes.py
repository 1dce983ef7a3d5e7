"""How Stripe's objects look (API 2026-10-28): pure functions that return fresh dictionaries.

A name that begins with an underscore is the till's own note and never leaves the house.
"""

import secrets

from .cards import Card

API_VERSION = "2026-10-28.endive"
HOLD_SECONDS = 7 * 24 * 3600  # how long a card keeps an uncaptured amount
ANSWER_SECONDS = 9 * 24 * 3600  # to say something about a dispute
FOR_THE_PAGE = (  # what a publishable key may see of an intent
    "id object amount automatic_payment_methods canceled_at cancellation_reason capture_method"
    " client_secret confirmation_method created currency description last_payment_error livemode"
    " next_action payment_method payment_method_types processing receipt_email setup_future_usage"
    " shipping status"
)
SETUP_FOR_THE_PAGE = (
    "id object automatic_payment_methods cancellation_reason client_secret created description"
    " last_setup_error livemode next_action payment_method payment_method_types status usage"
)
NULL_IN_INTENT = (
    "application application_fee_amount canceled_at cancellation_reason customer"
    " customer_account description excluded_payment_method_types last_payment_error"
    " latest_charge next_action on_behalf_of payment_method"
    " payment_method_configuration_details processing receipt_email review"
    " setup_future_usage shipping source statement_descriptor statement_descriptor_suffix"
    " transfer_data transfer_group"
)
NULL_IN_CHARGE = (
    "application application_fee application_fee_amount balance_transaction"
    " calculated_statement_descriptor customer failure_balance_transaction on_behalf_of"
    " receipt_number receipt_url review source source_transfer statement_descriptor"
    " transfer_data"
)
NULL_IN_REFUND = (
    "balance_transaction reason receipt_number source_transfer_reversal transfer_reversal"
    " customer customer_account"
)
NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def shown(thing: dict) -> dict:
    """The object without the till's own notes."""
    return {name: value for name, value in thing.items() if not name.startswith("_")}


def for_the_page(thing: dict) -> dict:
    """The object as a publishable key sees it: no metadata, no charge."""
    if thing["object"] == "setup_intent":
        return {name: thing[name] for name in SETUP_FOR_THE_PAGE.split()}
    if thing["object"] != "payment_intent":
        return shown(thing)
    return {name: thing[name] for name in FOR_THE_PAGE.split()}


def base(kind: str, prefix: str, now: int, tail: str) -> dict:
    made = {"id": f"{prefix}_{tail}", "object": kind, "created": now}
    return made if kind == "refund" else {**made, "livemode": False}


def intent(now: int, tail: str, **values) -> dict:
    nothing = dict.fromkeys(NULL_IN_INTENT.split())
    return {
        **base("payment_intent", "pi", now, tail),
        **nothing,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "client_secret": f"pi_{tail}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "metadata": {},
        "payment_method_options": {},
        "status": "requires_payment_method",
        **values,
    }


def charge(now: int, tail: str, *, intent: dict, method: dict, card: Card) -> dict:
    """The bank's answer to one try: authorised, or refused with the card's code."""
    nothing = dict.fromkeys(NULL_IN_CHARGE.split())
    is_refused, is_manual = bool(card.code), intent["capture_method"] == "manual"
    kind = method["type"]
    details = _of_card(intent, method, card) if kind == "card" else _of_later(method)
    if kind == "card" and is_manual and not is_refused:
        details["capture_before"] = now + HOLD_SECONDS
    return {
        **base("charge", "ch", now, tail),
        **nothing,
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "captured": False,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "failure_code": card.code or None,
        "failure_message": card.message or None,
        "fraud_details": {},
        "metadata": intent["metadata"],
        "outcome": {
            "advice_code": None,
            "network_advice_code": None,
            "network_decline_code": "05" if is_refused else None,
            "network_status": "declined_by_network" if is_refused else "approved_by_network",
            "reason": card.decline_code or None,
            "seller_message": card.message or "Approved.",
            "type": "issuer_declined" if is_refused else "authorized",
        },
        "paid": not is_refused,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {kind: details, "type": kind},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "shipping": intent["shipping"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "failed" if is_refused else "succeeded",
        "transfer_group": intent["transfer_group"],
        "_capture_before": now + HOLD_SECONDS,
    }


def _of_later(method: dict) -> dict:
    return {
        "payer_details": {"address": {"country": method["billing_details"]["address"]["country"]}},
        "payment_method_category": "pay_later",
        "preferred_locale": None,
    }


def _of_card(intent: dict, method: dict, card: Card) -> dict:
    is_refused = bool(card.code)
    return {
        "amount_authorized": None if is_refused else intent["amount"],
        "authorization_code": None if is_refused else "123456",
        "brand": card.brand,
        "checks": method["card"]["checks"],
        "country": "US",
        "exp_month": method["card"]["exp_month"],
        "exp_year": method["card"]["exp_year"],
        "extended_authorization": {"status": "disabled"},
        "fingerprint": method["card"]["fingerprint"],
        "funding": "credit",
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
        "regulated_status": "unregulated",
        "three_d_secure": {"result": "authenticated", "version": "2.2.0"} if card.asks else None,
        "transaction_link_id": None,
        "wallet": None,
    }


def method(now: int, tail: str, *, card: Card, exp_month: int, exp_year: int, **values) -> dict:
    return {
        **base("payment_method", "pm", now, tail),
        "allow_redisplay": "unspecified",
        "billing_details": {
            "address": NO_ADDRESS,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "US",
            "display_brand": card.brand,
            "exp_month": exp_month,
            "exp_year": exp_year,
            "fingerprint": f"till{card.last4}",
            "funding": "credit",
            "generated_from": None,
            "last4": card.last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
        "customer": None,
        "customer_account": None,
        "metadata": {},
        "type": "card",
        "_number": card.number,
        "_intent": None,
        **values,
    }


def later(now: int, tail: str, **values) -> dict:
    """A payment method without a card: the shopper decides at Klarna."""
    made = method(now, tail, card=Card(""), exp_month=0, exp_year=0, **values)
    del made["card"]
    return made | {"type": "klarna", "klarna": {"dob": None}}


def refund(now: int, tail: str, *, charge: dict, **values) -> dict:
    return {
        **base("refund", "re", now, tail),
        **dict.fromkeys(NULL_IN_REFUND.split()),
        "charge": charge["id"],
        "currency": charge["currency"],
        "destination_details": {
            "card": {"reference_status": "pending", "type": "refund"},
            "type": "card",
        },
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "status": "succeeded",
        **values,
    }


def dispute(now: int, tail: str, *, charge: dict, status: str) -> dict:
    return {
        **base("dispute", "du", now, tail),
        "amount": charge["amount_captured"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "currency": charge["currency"],
        "evidence_details": {
            "due_by": now + ANSWER_SECONDS,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": status,
    }


def event(now: int, tail: str, *, type: str, thing: dict, pending: int) -> dict:
    return {
        **base("event", "evt", now, tail),
        "api_version": API_VERSION,
        "data": {"object": thing},
        "pending_webhooks": pending,
        "request": {"id": None, "idempotency_key": None},
        "type": type,
    }


def page(url: str, things: list[dict], has_more: bool) -> dict:
    return {"object": "list", "url": url, "has_more": has_more, "data": things}
