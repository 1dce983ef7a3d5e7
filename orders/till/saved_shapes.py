"""How what is kept for next time looks; as in shapes, an underscore is the till's own note."""

import secrets

from .shapes import base

NULL_IN_CUSTOMER = (
    "address currency default_source delinquent description discount email name phone shipping"
    " test_clock"
)
NULL_IN_SETUP = (
    "application automatic_payment_methods cancellation_reason customer customer_account"
    " description excluded_payment_method_types flow_directions last_setup_error latest_attempt"
    " mandate next_action on_behalf_of payment_method payment_method_configuration_details"
    " single_use_mandate"
)


def customer(now: int, tail: str, **values) -> dict:
    return {
        **base("customer", "cus", now, tail),
        **dict.fromkeys(NULL_IN_CUSTOMER.split()),
        "balance": 0,
        "invoice_prefix": tail[:8].upper(),
        "metadata": {},
        "preferred_locales": [],
        "tax_exempt": "none",
        **values,
    }


def customer_session(
    now: int, tail: str, *, customer: str, features: dict, expires_at: int
) -> dict:
    return {
        **base("customer_session", "cuss", now, tail),
        "client_secret": f"cuss_secret_{secrets.token_hex(24)}",
        "components": {"payment_element": {"enabled": True, "features": features}},
        "customer": customer,
        "customer_account": None,
        "expires_at": expires_at,
    }


def setup_intent(now: int, tail: str, **values) -> dict:
    return {
        **base("setup_intent", "seti", now, tail),
        **dict.fromkeys(NULL_IN_SETUP.split()),
        "client_secret": f"seti_{tail}_secret_{secrets.token_hex(12)}",
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
        **values,
    }


def visit(now: int, tail: str, **values) -> dict:
    """The till's own: a shopper on another page. `outcome` is "" until she decided."""
    return {**base("till_visit", "pa_nonce", now, tail), "outcome": "", **values}
