"""Payment methods: a card becomes a pm_… that one payment intent may use."""

import re
import time

from . import shapes
from .cards import CARDS, READY_MADE, Card
from .ledger import Ledger
from .refusals import Refusal, bad_parameter, missing


def create(ledger: Ledger, params: dict, *, is_page: bool) -> dict:
    """Turn a card into a payment method, as Stripe.js does from the page."""
    if not is_page:
        raise bad_parameter(
            "Card numbers are taken from the page only, never from a server.", "card[number]"
        )
    card, month, year = _read(params["card"])
    method = ledger.new(shapes.method, card=card, exp_month=month, exp_year=year)
    details = params.get("billing_details", {})
    address = {**method["billing_details"]["address"], **details.get("address", {})}
    method["billing_details"] |= {**details, "address": address}
    ledger.save(method)
    return method


def pick(ledger: Ledger, name: str, intent: dict) -> tuple[dict, Card]:
    """The method to charge, bound to the intent from now on, and the card behind it."""
    if name in READY_MADE:
        card, year = CARDS[READY_MADE[name]], time.gmtime(ledger.now()).tm_year + 1
        method = ledger.new(shapes.method, card=card, exp_month=12, exp_year=year)
    else:
        method = ledger.find("payment_method", name, param="payment_method", status=400)
    # Somebody else's card, by its id: answered like an id that does not exist.
    if method["_intent"] not in (None, intent["id"]):
        raise missing("payment_method", name, param="payment_method", status=400)
    method["_intent"] = intent["id"]
    ledger.save(method)
    return method, CARDS[method["_number"]]


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
