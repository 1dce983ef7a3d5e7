"""The paths that keep cards for next time: customers, their sessions, setup intents, methods."""

from . import customers, forms, listings, methods, setups

ID = forms.text(100)
EXPAND = {"expand": forms.listing(forms.text(100))}
SECRET = {"client_secret": forms.text(200)}
ON_OFF = forms.choice("enabled", "disabled")
REDISPLAY = forms.choice("always", "limited", "unspecified")
CUSTOMERS, SESSIONS = "/v1/customers", "/v1/customer_sessions"
SETUPS, METHODS = "/v1/setup_intents", "/v1/payment_methods"

CUSTOMER = {
    **EXPAND,
    "description": forms.text(350),
    "email": forms.email,
    "metadata": forms.metadata,
    "name": forms.text(256),
}
FEATURES = {
    "payment_method_allow_redisplay_filters": forms.listing(REDISPLAY),
    "payment_method_redisplay": ON_OFF,
    "payment_method_redisplay_limit": forms.integer(1, 10),
    "payment_method_remove": ON_OFF,
    "payment_method_save": ON_OFF,
    "payment_method_save_usage": forms.choice("off_session", "on_session"),
}
ELEMENT = {"enabled": forms.required(forms.flag), "features": forms.group(FEATURES)}
SESSION = {
    **EXPAND,
    "customer": forms.required(ID),
    "components": forms.required(
        forms.group({"payment_element": forms.required(forms.group(ELEMENT))})
    ),
}
SETUP = {
    **EXPAND,
    "automatic_payment_methods": forms.group(
        {
            "enabled": forms.required(forms.flag),
            "allow_redirects": forms.choice("always", "never"),
        }
    ),
    "customer": ID,
    "description": forms.text(1000),
    "metadata": forms.metadata,
    "usage": forms.choice("off_session", "on_session"),
}
CONFIRM = {
    **EXPAND,
    **SECRET,
    "payment_method": ID,
    "return_url": forms.url,
    "use_stripe_sdk": forms.flag,
}
AUTHENTICATE = {**SECRET, "outcome": forms.required(forms.choice("succeed", "fail"))}
LISTED = {
    **EXPAND,
    "customer": forms.required(ID),
    "limit": forms.integer(1, 100),
    "starting_after": ID,
    "type": forms.choice("card", "klarna"),
}


def _new(verb):
    return lambda ledger, ident, params, is_page: verb(ledger, params)


def _on(verb):
    return lambda ledger, ident, params, is_page: verb(ledger, ident, params)


def _customer(ledger, ident, params, is_page):
    return ledger.find("customer", ident)


def _methods(ledger, ident, params, is_page):
    customers.known(ledger, params)
    return listings.page(ledger, "payment_method", METHODS, params)


# (what faults call it, method, path, work, what it takes, may a page call it)
ROUTES = (
    ("customer", "POST", CUSTOMERS, _new(customers.create), CUSTOMER, False),
    ("customers", "GET", f"{CUSTOMERS}/{{id}}", _customer, EXPAND, False),
    ("session", "POST", SESSIONS, _new(customers.open_session), SESSION, False),
    # The till's own: Stripe's script asks its maker in ways of its own.
    ("redisplay", "GET", f"{SESSIONS}/payment_methods", _new(customers.shown_to), SECRET, True),
    ("setup", "POST", SETUPS, _new(setups.create), SETUP, False),
    ("setups", "GET", f"{SETUPS}/{{id}}", _on(setups.look), {**EXPAND, **SECRET}, True),
    ("setups", "POST", f"{SETUPS}/{{id}}/confirm", _on(setups.confirm), CONFIRM, True),
    (
        "setups",
        "POST",
        f"{SETUPS}/{{id}}/authenticate",
        _on(setups.authenticate),
        AUTHENTICATE,
        True,
    ),
    ("methods", "GET", METHODS, _methods, LISTED, False),
    (
        "attach",
        "POST",
        f"{METHODS}/{{id}}/attach",
        _on(methods.attach_by_id),
        {**EXPAND, "customer": forms.required(ID)},
        False,
    ),
    ("detach", "POST", f"{METHODS}/{{id}}/detach", _on(methods.detach), EXPAND, False),
)
