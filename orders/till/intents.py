"""Payment intents: from a price, by way of a card, to money. The rules of Stripe's life cycle."""

import hmac

from . import methods, shapes, visits
from .cards import PAID_LATER_IN, Card
from .customers import known
from .ledger import Ledger
from .refusals import Refusal, bad_parameter, missing, unexpected_state

UNPAID = ("requires_payment_method", "requires_confirmation", "requires_action")
NOT_APPROVED = {
    "message": "The payment was not approved. Try again, or pay in another way.",
    "type": "invalid_request_error",
}
KEPT = (  # parameters that become fields as they are
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "receipt_email",
    "setup_future_usage",
    "shipping",
    "statement_descriptor_suffix",
    "transfer_group",
)


def create(ledger: Ledger, params: dict) -> dict:
    """A new intent; with confirm=true its card is tried at once."""
    types, automatic = params.get("payment_method_types"), params.get("automatic_payment_methods")
    if types and automatic and automatic["enabled"]:
        raise bad_parameter("Give either the types or automatic_payment_methods.", "currency")
    if "return_url" in params and not params.get("confirm"):
        raise bad_parameter("A return_url needs confirm=true.", "return_url")
    _refuse_descriptor(params)
    known(ledger, params)
    if not types and automatic is None:
        automatic = {"enabled": True}
    if automatic and automatic["enabled"]:
        automatic = {"allow_redirects": "always", **automatic}
    intent = ledger.new(
        shapes.intent,
        **{name: params[name] for name in KEPT if name in params},
        automatic_payment_methods=automatic,
        capture_method=params.get("capture_method", "automatic_async"),
        payment_method_types=types or _offered(params["currency"], automatic),
    )
    if "payment_method" in params:
        method, _ = methods.pick(ledger, params["payment_method"], intent)
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    ledger.save(intent)
    if params.get("confirm"):
        again = {name: params[name] for name in ("return_url",) if name in params}
        return confirm(ledger, intent["id"], again)
    return intent


def opened(ledger: Ledger, ident: str, params: dict, kind: str = "payment_intent") -> dict:
    """The intent; who shows its client secret must show the right one."""
    intent = ledger.find(kind, ident, param="intent")
    secret = params.get("client_secret", intent["client_secret"])
    if not hmac.compare_digest(secret.encode(), intent["client_secret"].encode()):
        raise missing(kind, ident, param="intent")
    return intent


def confirm(ledger: Ledger, ident: str, params: dict) -> dict:
    """Try the card: authorised, refused (402), or the shopper is asked first, here or elsewhere."""
    intent = opened(ledger, ident, params)
    name = params.get("payment_method")
    if intent["status"] not in UNPAID or (intent["status"] == "requires_action" and not name):
        raise unexpected_state(intent, "confirm")
    automatic = intent["automatic_payment_methods"] or {}
    if automatic.get("allow_redirects") == "always" and "return_url" not in params:
        raise bad_parameter(
            "Some ways to pay leave the page: give a return_url, or create the intent with"
            " automatic_payment_methods[allow_redirects]=never.",
            "return_url",
        )
    name = name or intent["payment_method"]
    if not name:
        raise unexpected_state(intent, "confirm, without a payment method,")
    method, card = methods.pick(ledger, name, intent)
    if method["type"] not in intent["payment_method_types"]:
        raise bad_parameter(f"This cannot be paid with {method['type']}.", "payment_method")
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}
    if "setup_future_usage" in params:
        intent["setup_future_usage"] = params["setup_future_usage"]
    if card.leaves:
        intent["next_action"] = visits.start(ledger, intent, _way_back(params))
    elif card.asks:
        intent["next_action"] = question(method)
    else:
        return _charge(ledger, intent, method, card)
    intent["status"] = "requires_action"
    ledger.save(intent)
    ledger.ring("payment_intent.requires_action", intent)
    return intent


def authenticate(ledger: Ledger, ident: str, params: dict) -> dict:
    """The shopper's answer to the bank's question (3-D Secure); the till's own path."""
    intent = opened(ledger, ident, params)
    # Who has to decide elsewhere cannot say yes here.
    if (intent["next_action"] or {}).get("type") != "use_stripe_sdk":
        raise unexpected_state(intent, "authenticate")
    method, card = methods.pick(ledger, intent["payment_method"], intent)
    return answer(ledger, intent, method, card, is_approved=params["outcome"] == "succeed")


def answer(ledger: Ledger, intent: dict, method: dict, card: Card, *, is_approved: bool) -> dict:
    """The shopper was asked, and said this."""
    intent["next_action"] = None
    if is_approved:
        return _charge(ledger, intent, method, card)
    error = {**NOT_APPROVED, "code": "payment_intent_authentication_failure"}
    _fail(ledger, intent, method, error)
    return intent


def question(method: dict) -> dict:
    """What Stripe calls next_action, for 3-D Secure: its script asks the shopper on the page."""
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": method["id"]},
    }


def capture(ledger: Ledger, ident: str, params: dict) -> dict:
    """Take an authorised amount, or a part of it; the rest is let go."""
    intent = ledger.find("payment_intent", ident, param="intent")
    if intent["status"] != "requires_capture":
        raise unexpected_state(intent, "capture")
    _refuse_descriptor(params)
    amount = params.get("amount_to_capture", intent["amount_capturable"])
    if amount > intent["amount_capturable"]:
        raise bad_parameter(
            "This is more than can be captured.", "amount_to_capture", "amount_too_large"
        )
    charge = ledger.find("charge", intent["latest_charge"])
    intent["metadata"] = _noted(intent["metadata"], params)
    _take(ledger, intent, charge, amount)
    return intent


def cancel(ledger: Ledger, ident: str, params: dict) -> dict:
    """Give the intent up; an authorised amount is let go, and nothing counts as refunded."""
    intent = ledger.find("payment_intent", ident, param="intent")
    if intent["status"] not in (*UNPAID, "requires_capture"):
        raise unexpected_state(intent, "cancel")
    intent |= {
        "status": "canceled",
        "canceled_at": ledger.now(),
        "cancellation_reason": params.get("cancellation_reason"),
        "amount_capturable": 0,
        "next_action": None,
    }
    ledger.save(intent)
    ledger.ring("payment_intent.canceled", intent)
    return intent


def expire_overdue(ledger: Ledger) -> None:
    """Cancel what was authorised and not captured in time, as the banks do."""
    for intent in ledger.store.newest("payment_intent", equal={"status": "requires_capture"}):
        charge = ledger.find("charge", intent["latest_charge"])
        if charge["_capture_before"] <= ledger.now():
            cancel(ledger, intent["id"], {"cancellation_reason": "expired"})


def _charge(ledger: Ledger, intent: dict, method: dict, card: Card) -> dict:
    charge = ledger.new(shapes.charge, intent=intent, method=method, card=card)
    intent["latest_charge"] = charge["id"]
    ledger.save(charge)
    if card.code:
        error = {"charge": charge["id"], **card.refusal}
        _fail(ledger, intent, method, error)
        raise Refusal(
            status=402, **error, payment_method=shapes.shown(method), payment_intent=intent
        )
    if intent["setup_future_usage"] and intent["customer"] and method["type"] == "card":
        methods.attach(ledger, method, intent["customer"])
    if intent["capture_method"] == "manual":
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        ledger.save(intent)
        ledger.ring("payment_intent.amount_capturable_updated", intent)
    else:
        _take(ledger, intent, charge, intent["amount"])
    return intent


def _take(ledger: Ledger, intent: dict, charge: dict, amount: int) -> None:
    charge |= {"captured": True, "amount_captured": amount}
    charge["payment_method_details"].get("card", {}).pop("capture_before", None)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount}
    ledger.save(charge, intent)
    ledger.ring("payment_intent.succeeded", intent)


def _fail(ledger: Ledger, intent: dict, method: dict, error: dict) -> None:
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": {**error, "payment_method": shapes.shown(method)},
    }
    ledger.save(intent)
    ledger.ring("payment_intent.payment_failed", intent)


def _offered(currency: str, automatic: dict) -> list[str]:
    is_later = automatic["enabled"] and automatic["allow_redirects"] == "always"
    return ["card", "klarna"] if is_later and currency in PAID_LATER_IN else ["card"]


def _way_back(params: dict) -> str:
    if "return_url" not in params:
        raise bad_parameter("Say where the shopper comes back to.", "return_url")
    return params["return_url"]


def _noted(notes: dict, params: dict) -> dict:
    notes = {**notes, **params.get("metadata", {})}
    return {name: note for name, note in notes.items() if note}


def _refuse_descriptor(params: dict) -> None:
    if "statement_descriptor" in params:
        raise bad_parameter(
            "Cards take statement_descriptor_suffix instead.",
            "statement_descriptor",
            "payment_intent_invalid_parameter",
        )
