"""Payment methods: a pm_… that one intent may use, or, attached, its customer again and again."""

import re
import time

from . import shapes
from .cards import CARDS, LATER, READY_MADE, Card
from .customers import known
from .ledger import Ledger
from .refusals import Refusal, bad_parameter, missing


def create(ledger: Ledger, params: dict, *, is_page: bool) -> dict:
    """Turn a card into a payment method, as Stripe.js does from the page."""
    if params["type"] == "klarna":
        return _save(ledger, ledger.new(shapes.later, **_asked(params)), params)
    if "card" not in params:
        raise bad_parameter("Missing parameter: card", "card", "parameter_missing")
    if not is_page:
        raise bad_parameter(
            "Card numbers are taken from the page only, never from a server.", "card[number]"
        )
    card, month, year = _read(params["card"])
    method = ledger.new(shapes.method, card=card, exp_month=month, exp_year=year, **_asked(params))
    return _save(ledger, method, params)


def _asked(params: dict) -> dict:
    return {"allow_redisplay": params.get("allow_redisplay", "unspecified")}


def _save(ledger: Ledger, method: dict, params: dict) -> dict:
    details = params.get("billing_details", {})
    address = {**method["billing_details"]["address"], **details.get("address", {})}
    method["billing_details"] |= {**details, "address": address}
    ledger.save(method)
    return method


def pick(ledger: Ledger, name: str, intent: dict) -> tuple[dict, Card]:
    """The method to charge, bound to the intent from now on, and the card behind it."""
    if name == "pm_klarna":
        method = ledger.new(shapes.later)
    elif name in READY_MADE:
        card, year = CARDS[READY_MADE[name]], time.gmtime(ledger.now()).tm_year + 1
        method = ledger.new(shapes.method, card=card, exp_month=12, exp_year=year)
    else:
        method = ledger.find("payment_method", name, param="payment_method", status=400)
    owner, bound_to = method["customer"], method["_intent"]
    is_theirs = owner == intent["customer"] if owner else bound_to in (None, intent["id"])
    # Somebody else's card, by its id: answered like an id that does not exist.
    if not is_theirs:
        raise missing("payment_method", name, param="payment_method", status=400)
    method["_intent"] = intent["id"]
    ledger.save(method)
    return method, CARDS.get(method["_number"], LATER)


def attach(ledger: Ledger, method: dict, customer: str) -> dict:
    """Keep it for its customer; from now on nobody else may use it."""
    if method["customer"] == customer:
        return method
    method["customer"] = customer
    ledger.save(method)
    ledger.ring("payment_method.attached", method)
    return method


def attach_by_id(ledger: Ledger, ident: str, params: dict) -> dict:
    """A method that was never used is attached; a used one is spent, one of another is not hers."""
    known(ledger, params)
    method, _ = pick(ledger, ident, {"id": None, "customer": params["customer"]})
    return attach(ledger, method, params["customer"])


def detach(ledger: Ledger, ident: str, params: dict) -> dict:
    """Forget it; it can never be charged again."""
    method = ledger.find("payment_method", ident, param="payment_method")
    if not method["customer"]:
        raise bad_parameter("This payment method is not attached.", "payment_method")
    method |= {"customer": None, "_intent": "detached"}
    ledger.save(method)
    ledger.ring("payment_method.detached", method)
    return method


def _read(form: dict) -> tuple[Card, int, int]:
    card = CARDS.get(re.sub(r"[ -]", "", form["number"]))
    if card is None:
        raise _wrong("number", "incorrect_number", "This is not the number of a test card.")
    month, year = form["exp_month"], form["exp_year"]
    year += 2000 if year < 100 else 0
    today = time.gmtime()
    if not 1 <= month <= 12:
        raise _wrong("exp_month", "invalid_expiry_month", "A month is between 1 and 12.")
    if (year, month) < (today.tm_year, today.tm_mon) or year > today.tm_year + 50:
        raise _wrong("exp_year", "invalid_expiry_year", "The card's last month is over.")
    if not re.fullmatch(r"[0-9]{4}" if card.brand == "amex" else r"[0-9]{3}", form["cvc"]):
        raise _wrong("cvc", "invalid_cvc", "The security code is not complete.")
    return card, month, year


def _wrong(param: str, code: str, message: str) -> Refusal:
    return bad_parameter(message, param, code, status=402, type="card_error")
