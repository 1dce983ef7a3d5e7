"""Customers: who keeps cards for next time, and what a page may do with them for a while."""

from . import saved_shapes, shapes
from .ledger import Ledger
from .refusals import bad_parameter, missing

LASTS = 1800  # seconds a session's secret is good for
DEFAULTS = {
    "payment_method_allow_redisplay_filters": ["always"],
    "payment_method_redisplay": "disabled",
    "payment_method_redisplay_limit": 3,
    "payment_method_remove": "disabled",
    "payment_method_save": "disabled",
    "payment_method_save_usage": None,
}


def create(ledger: Ledger, params: dict) -> dict:
    customer = ledger.new(saved_shapes.customer, **params)
    ledger.save(customer)
    ledger.ring("customer.created", customer)
    return customer


def known(ledger: Ledger, params: dict) -> dict:
    """The parameters, once the customer they name is found; none need be named."""
    if "customer" in params:
        ledger.find("customer", params["customer"], param="customer", status=400)
    return params


def open_session(ledger: Ledger, params: dict) -> dict:
    """A secret for one page: it sees this customer's cards and may do what the features say."""
    known(ledger, params)
    element = params["components"]["payment_element"]
    if not element["enabled"]:
        raise bad_parameter("Enable payment_element.", "components")
    features = {**DEFAULTS, **element.get("features", {})}
    session = ledger.new(
        saved_shapes.customer_session,
        customer=params["customer"],
        features=features,
        expires_at=ledger.now() + LASTS,
    )
    ledger.save(session)
    return session


def shown_to(ledger: Ledger, params: dict) -> dict:
    """The saved cards a page may offer again, newest first."""
    session = _session(ledger, params)
    features = session["components"]["payment_element"]["features"]
    found = []
    if features["payment_method_redisplay"] == "enabled":
        found = [
            shapes.shown(method)
            for method in ledger.store.newest(
                "payment_method", equal={"customer": session["customer"], "type": "card"}
            )
            if method["allow_redisplay"] in features["payment_method_allow_redisplay_filters"]
        ]
    limit = features["payment_method_redisplay_limit"]
    return shapes.page("/v1/customer_sessions/payment_methods", found[:limit], len(found) > limit)


def _session(ledger: Ledger, params: dict) -> dict:
    # Found by its secret alone: whoever guesses hears what a typo hears.
    secret = params["client_secret"]
    found = ledger.store.newest("customer_session", equal={"client_secret": secret}, limit=1)
    if not found or found[0]["expires_at"] <= ledger.now():
        raise missing("customer_session", secret, param="client_secret")
    return found[0]
