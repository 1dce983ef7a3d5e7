"""The till's own paths, /_till/…: faults, the clock and the ledger, for tests and for the books."""

import json

from . import intents
from .desk import Answer
from .faults import Faults
from .ledger import Ledger
from .refusals import Refusal, bad_parameter


class Controls:
    def __init__(self, ledger: Ledger, faults: Faults):
        self._ledger, self._faults = ledger, faults

    def serve(self, method: str, path: str, body: str) -> Answer:
        match method, path.removeprefix("/_till/"):
            case "GET", "ledger":
                with self._ledger.store.transaction():
                    return _said(self._ledger.summary())
            case "GET", "faults":
                return _said({"faults": self._faults.waiting()})
            case "POST", "faults":
                return _said(self._faults.add(_read(body)))
            case "DELETE", "faults":
                self._faults.clear()
                return _said({"faults": []})
            case "POST", "clock":
                return _said(self._turn(_read(body)))
        raise Refusal(f"There is no {method} {path[:200]} here.", status=404)

    def _turn(self, wanted: dict) -> dict:
        """Set the clock wrong by so many seconds; what expires by that expires now."""
        offset = wanted.get("offset")
        if type(offset) is not int or abs(offset) > 10**9:
            raise bad_parameter("offset is a whole number of seconds.", "offset")
        self._ledger.offset = offset
        with self._ledger.store.transaction():
            intents.expire_overdue(self._ledger)
        return {"offset": offset, "now": self._ledger.now()}


def _read(body: str) -> dict:
    try:
        wanted = json.loads(body)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise Refusal("This takes a JSON object.")
    return wanted


def _said(thing: dict) -> Answer:
    return Answer(200, json.dumps(thing))
