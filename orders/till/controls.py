"""The till's own paths, /_till/…: faults, the clock, the banks and the ledger, for tests."""

import json

from . import disputes, forms, intents, refunds, shapes
from .desk import Answer
from .faults import Faults
from .ledger import Ledger
from .refusals import Refusal, bad_parameter

REFUND = forms.choice("pending", "succeeded", "failed")
DISPUTE = forms.choice(*disputes.STATUSES)


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
            case "POST", "refunds":
                return _said(self._move(refunds.move, "refund", REFUND, _read(body)))
            case "POST", "disputes":
                return _said(self._move(disputes.move, "payment_intent", DISPUTE, _read(body)))
        raise Refusal(f"There is no {method} {path[:200]} here.", status=404)

    def _move(self, move, named: str, status: forms.Rule, wanted: dict) -> dict:
        """What a bank would do: {named: id, "status": …}."""
        wanted = forms.check(
            wanted, {named: forms.required(forms.text(100)), "status": forms.required(status)}
        )
        with self._ledger.store.transaction():
            return shapes.shown(move(self._ledger, wanted[named], wanted["status"]))

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
