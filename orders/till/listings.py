"""Lists, page by page, and ids that open into the objects they name."""

from . import shapes
from .ledger import Ledger
from .refusals import bad_parameter, missing

FILTERS = ("payment_intent", "charge", "customer", "type")
OPENS = {  # which fields of an object may be expanded, and what they hold
    "payment_intent": {
        "customer": "customer",
        "latest_charge": "charge",
        "payment_method": "payment_method",
    },
    "setup_intent": {"customer": "customer", "payment_method": "payment_method"},
    "charge": {"payment_intent": "payment_intent"},
    "dispute": {"charge": "charge", "payment_intent": "payment_intent"},
    "refund": {"charge": "charge", "payment_intent": "payment_intent"},
}


def page(ledger: Ledger, kind: str, url: str, params: dict) -> dict:
    """One page, newest first; starting_after is the last id of the page before."""
    before = None
    if after := params.get("starting_after"):
        if ledger.store.get(kind, after) is None:
            raise missing(kind, after, param="starting_after", status=400)
        before = ledger.store.seq(after)
    limit = params.get("limit", 10)
    equal = {name: params[name] for name in FILTERS if name in params}
    if "types" in params:
        equal["type"] = params["types"]
    found = ledger.store.newest(
        kind, created=params.get("created"), equal=equal, before=before, limit=limit + 1
    )
    return shapes.page(url, [shapes.shown(thing) for thing in found[:limit]], len(found) > limit)


def expand(ledger: Ledger, answer: dict, paths: list[str]) -> dict:
    """Put whole objects where paths name ids: latest_charge, in a list data.latest_charge."""
    things = answer["data"] if answer["object"] == "list" else [answer]
    for path in paths:
        field = path.removeprefix("data.") if answer["object"] == "list" else path
        if field == path and answer["object"] == "list":
            raise bad_parameter(f"This cannot be expanded: {path}", "expand")
        for thing in things:
            kind = OPENS.get(thing["object"], {}).get(field)
            if kind is None:
                raise bad_parameter(f"This cannot be expanded: {path}", "expand")
            if isinstance(thing[field], str):
                thing[field] = shapes.shown(ledger.find(kind, thing[field]))
    return answer
