"""Which path does what, who may call it and which parameters it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import forms, intents, listings, methods, refunds, saved, shapes
from .forms import Rule
from .ledger import Ledger
from .refusals import Refusal, bad_parameter

MOST = 99_999_999
CURRENCIES = (
    "aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bif bmd bnd bob brl bsd bwp byn bzd"
    " cad cdf chf clp cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf"
    " gtq gyd hkd hnl htg huf idr ils inr isk jmd jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr"
    " lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen"
    " pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs"
    " top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw bhd jod omr"
    " tnd"
)


def currency(value, name):
    if not isinstance(value, str) or value.lower() not in CURRENCIES.split():
        raise bad_parameter("This is not a currency: three letters, as in eur.", name)
    return value.lower()


@dataclass(frozen=True)
class Route:
    name: str  # what faults call it
    method: str
    path: re.Pattern
    work: Callable
    takes: dict[str, Rule]
    is_open: bool  # may be called with a publishable key


ADDRESS = {
    name: forms.text() for name in ("city", "country", "line1", "line2", "postal_code", "state")
}
EXPAND = {"expand": forms.listing(forms.text(100))}
SECRET = {"client_secret": forms.text(200)}
DESCRIPTORS = {
    "statement_descriptor": forms.text(22),
    "statement_descriptor_suffix": forms.text(22),
}
PAGED = {
    **EXPAND,
    "created": forms.moment,
    "limit": forms.integer(1, 100),
    "starting_after": forms.text(100),
}
CREATE = {
    **EXPAND,
    **DESCRIPTORS,
    "amount": forms.required(forms.integer(1, MOST, "amount_too_large")),
    "currency": forms.required(currency),
    "automatic_payment_methods": forms.group(
        {
            "enabled": forms.required(forms.flag),
            "allow_redirects": forms.choice("always", "never"),
        }
    ),
    "capture_method": forms.choice("automatic", "automatic_async", "manual"),
    "confirm": forms.flag,
    "confirmation_method": forms.choice("automatic"),
    "customer": forms.text(100),
    "description": forms.text(1000),
    "metadata": forms.metadata,
    "payment_method": forms.text(100),
    "payment_method_types": forms.listing(forms.choice("card", "klarna")),
    "receipt_email": forms.email,
    "return_url": forms.url,
    "setup_future_usage": forms.choice("off_session", "on_session"),
    "shipping": forms.group(
        {
            "address": forms.required(forms.group(ADDRESS)),
            "name": forms.required(forms.text()),
            "carrier": forms.text(),
            "phone": forms.text(),
            "tracking_number": forms.text(),
        }
    ),
    "transfer_group": forms.text(),
}
CONFIRM = {
    **EXPAND,
    **SECRET,
    "payment_method": forms.text(100),
    "return_url": forms.url,
    "setup_future_usage": forms.choice("off_session", "on_session"),
    "use_stripe_sdk": forms.flag,
}
CAPTURE = {
    **EXPAND,
    **DESCRIPTORS,
    "amount_to_capture": forms.integer(1, MOST, "amount_too_large"),
    "metadata": forms.metadata,
}
REASONS = ("duplicate", "fraudulent", "requested_by_customer")
REFUND = {
    **EXPAND,
    "amount": forms.integer(1, MOST, "amount_too_large"),
    "charge": forms.text(100),
    "payment_intent": forms.text(100),
    "metadata": forms.metadata,
    "reason": forms.choice(*REASONS),
}
METHOD = {
    "type": forms.required(forms.choice("card", "klarna")),
    "allow_redisplay": saved.REDISPLAY,
    "card": forms.group(
        {
            "number": forms.required(forms.text(40)),
            "exp_month": forms.required(forms.integer(0, 9999)),
            "exp_year": forms.required(forms.integer(0, 9999)),
            "cvc": forms.required(forms.text(10)),
        }
    ),
    "billing_details": forms.group(
        {
            "address": forms.group(ADDRESS),
            "email": forms.email,
            "name": forms.text(),
            "phone": forms.text(),
        }
    ),
}


def _find(kind: str, param: str = "id"):
    def work(ledger: Ledger, ident: str, params: dict, is_page: bool) -> dict:
        return ledger.find(kind, ident, param=param)

    return work


def _page(kind: str, url: str):
    def work(ledger: Ledger, ident: str, params: dict, is_page: bool) -> dict:
        return listings.page(ledger, kind, url, params)

    return work


def _on_intent(verb: Callable):
    def work(ledger: Ledger, ident: str, params: dict, is_page: bool) -> dict:
        return verb(ledger, ident, params)

    return work


def _new(verb: Callable):
    def work(ledger: Ledger, ident: str, params: dict, is_page: bool) -> dict:
        return verb(ledger, params)

    return work


def _tokenise(ledger: Ledger, ident: str, params: dict, is_page: bool) -> dict:
    return methods.create(ledger, params, is_page=is_page)


def _route(name, method, path, work, takes, is_open=False) -> Route:
    pattern = re.compile(path.replace("{id}", r"([A-Za-z0-9_]{1,100})"))
    return Route(name, method, pattern, work, takes, is_open)


INTENTS, EVENTS = "/v1/payment_intents", "/v1/events"
DISPUTES = "/v1/disputes"
AUTHENTICATE = {**SECRET, "outcome": forms.required(forms.choice("succeed", "fail"))}
CANCEL = {**EXPAND, "cancellation_reason": forms.choice(*REASONS, "abandoned")}
LOOK = {**EXPAND, **SECRET}
REFUNDS = {**PAGED, "charge": forms.text(100), "payment_intent": forms.text(100)}
EVENTS_TAKE = {
    **PAGED,
    "type": forms.text(100),
    "types": forms.listing(forms.text(100)),
}
ROUTES = [
    _route("create", "POST", INTENTS, _new(intents.create), CREATE),
    _route("list", "GET", INTENTS, _page("payment_intent", INTENTS), PAGED),
    _route("retrieve", "GET", f"{INTENTS}/{{id}}", _on_intent(intents.opened), LOOK, True),
    _route(
        "confirm", "POST", f"{INTENTS}/{{id}}/confirm", _on_intent(intents.confirm), CONFIRM, True
    ),
    _route(
        "authenticate",
        "POST",
        f"{INTENTS}/{{id}}/authenticate",
        _on_intent(intents.authenticate),
        AUTHENTICATE,
        True,
    ),
    _route("capture", "POST", f"{INTENTS}/{{id}}/capture", _on_intent(intents.capture), CAPTURE),
    _route("cancel", "POST", f"{INTENTS}/{{id}}/cancel", _on_intent(intents.cancel), CANCEL),
    _route("refund", "POST", "/v1/refunds", _new(refunds.create), REFUND),
    _route("refunds", "GET", "/v1/refunds", _page("refund", "/v1/refunds"), REFUNDS),
    _route("refunds", "GET", "/v1/refunds/{id}", _find("refund"), EXPAND),
    _route("charge", "GET", "/v1/charges/{id}", _find("charge"), EXPAND),
    _route("tokenise", "POST", "/v1/payment_methods", _tokenise, METHOD, True),
    _route("method", "GET", "/v1/payment_methods/{id}", _find("payment_method"), EXPAND),
    _route("disputes", "GET", DISPUTES, _page("dispute", DISPUTES), REFUNDS),
    _route("disputes", "GET", f"{DISPUTES}/{{id}}", _find("dispute"), EXPAND),
    _route("events", "GET", EVENTS, _page("event", EVENTS), EVENTS_TAKE),
    _route("events", "GET", f"{EVENTS}/{{id}}", _find("event"), EXPAND),
    *(_route(*each) for each in saved.ROUTES),
]


def find(method: str, path: str) -> tuple[Route, str]:
    """The route and the id in its path, or 404."""
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if match and route.method == method:
            return route, (match.groups() or ("",))[0]
    raise Refusal(f"There is no {method} {path[:200]} here.", status=404, kept=False)


def shape(answer: dict, *, is_page: bool) -> dict:
    """The answer as this caller may see it."""
    if answer["object"] == "list":
        return answer
    return shapes.for_the_page(answer) if is_page else shapes.shown(answer)
