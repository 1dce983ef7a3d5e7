"""Setup intents: a card is kept for next time without a payment."""

from . import methods, saved_shapes, shapes
from .customers import known
from .intents import NOT_APPROVED, UNPAID, opened, question
from .ledger import Ledger
from .refusals import Refusal, unexpected_state

KEPT = ("customer", "description", "metadata", "usage")


def create(ledger: Ledger, params: dict) -> dict:
    known(ledger, params)
    setup = ledger.new(
        saved_shapes.setup_intent,
        **{name: params[name] for name in KEPT if name in params},
        automatic_payment_methods=params.get("automatic_payment_methods"),
    )
    ledger.save(setup)
    return setup


def look(ledger: Ledger, ident: str, params: dict) -> dict:
    return opened(ledger, ident, params, kind="setup_intent")


def confirm(ledger: Ledger, ident: str, params: dict) -> dict:
    """Try the card: kept, refused (402), or the bank asks the shopper first."""
    setup = look(ledger, ident, params)
    name = params.get("payment_method") or setup["payment_method"]
    if setup["status"] not in UNPAID or not name:
        raise unexpected_state(setup, "confirm")
    method, card = methods.pick(ledger, name, setup)
    setup |= {"payment_method": method["id"], "last_setup_error": None, "next_action": None}
    if not card.asks:
        return _keep(ledger, setup, method, card)
    setup |= {"status": "requires_action", "next_action": question(method)}
    ledger.save(setup)
    ledger.ring("setup_intent.requires_action", setup)
    return setup


def authenticate(ledger: Ledger, ident: str, params: dict) -> dict:
    """The shopper's answer to the bank's question; the till's own path."""
    setup = look(ledger, ident, params)
    if setup["status"] != "requires_action":
        raise unexpected_state(setup, "authenticate")
    method, card = methods.pick(ledger, setup["payment_method"], setup)
    setup["next_action"] = None
    if params["outcome"] == "succeed":
        return _keep(ledger, setup, method, card)
    _fail(ledger, setup, method, {**NOT_APPROVED, "code": "setup_intent_authentication_failure"})
    return setup


def _keep(ledger: Ledger, setup: dict, method: dict, card) -> dict:
    if card.code:
        _fail(ledger, setup, method, card.refusal)
        raise Refusal(
            status=402, **card.refusal, payment_method=shapes.shown(method), setup_intent=setup
        )
    setup["status"] = "succeeded"
    ledger.save(setup)
    if setup["customer"]:
        methods.attach(ledger, method, setup["customer"])
    ledger.ring("setup_intent.succeeded", setup)
    return setup


def _fail(ledger: Ledger, setup: dict, method: dict, error: dict) -> None:
    setup |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_setup_error": {**error, "payment_method": shapes.shown(method)},
    }
    ledger.save(setup)
    ledger.ring("setup_intent.setup_failed", setup)
