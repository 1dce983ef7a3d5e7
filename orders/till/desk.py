"""The desk: one API call from key to answer, with idempotency and the faults that were asked for.

The work and the answer kept for its key are one transaction, so that a till killed in between
never does the same thing twice.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from . import faults as striking
from . import forms, keys, listings, routes
from .faults import Faults
from .ledger import Ledger
from .refusals import Refusal, broken


class Dropped(Exception):
    """The connection is to be closed without an answer."""


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    form: str  # the body, or the query of a GET
    api_key: str
    idempotency_key: str = ""


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    headers: dict = field(default_factory=dict)


def refused(refusal: Refusal) -> Answer:
    return Answer(refusal.status, json.dumps({"error": refusal.error}, indent=2))


class Desk:
    def __init__(self, ledger: Ledger, faults: Faults, ring: Callable[[], None]):
        self._ledger, self._faults, self._ring = ledger, faults, ring
        self._keys = keys.Keys(ledger.store)

    def serve(self, call: Call) -> Answer:
        """The answer to a call. Raises Dropped when there is to be none."""
        try:
            route, ident = routes.find(call.method, call.path)
            is_page = _is_page(call.api_key, route)
            self._on_arrival(route.name)
            form = forms.decode(call.form)
            if call.method == "POST" and call.idempotency_key:
                answer = self._once(route, ident, form, is_page, call)
            else:
                answer = self._work(route, ident, form, is_page)
        except Refusal as refusal:
            answer = refused(refusal)
        else:
            self._on_leaving(route.name)
        self._ring()
        return answer

    def _once(self, route, ident, form, is_page, call) -> Answer:
        if len(call.idempotency_key) > 255:
            raise Refusal("An idempotency key has 255 letters at most.", kept=False)
        key = f"{'page' if is_page else 'server'}:{call.idempotency_key}"
        digest = keys.digest(call.method, call.path, form)
        echo = {"Idempotency-Key": call.idempotency_key}
        with self._keys.using(key):
            if before := self._keys.kept(key, digest):
                return Answer(*before, {**echo, "Idempotent-Replayed": "true", **_final(before[0])})
            answer = self._work(route, ident, form, is_page, keep=(key, digest))
        return Answer(answer.status, answer.body, {**echo, **_final(answer.status)})

    def _work(self, route, ident, form, is_page, keep=None) -> Answer:
        """Do it and keep the answer. What was refused before it was tried leaves no trace."""
        params = forms.check(form, route.takes)
        if is_page and "client_secret" in route.takes and "client_secret" not in params:
            raise forms.bad_parameter(
                "A publishable key needs the client secret.", "client_secret", "parameter_missing"
            )
        fault = self._faults.take(route.name, striking.WORKING)
        if fault["kind"] == "slow":
            time.sleep(fault["seconds"])
        with self._ledger.store.transaction():
            try:
                if fault["kind"] == "500_before":
                    raise broken()
                done = route.work(self._ledger, ident, params, is_page)
                done = routes.shape(done, is_page=is_page)
                done = listings.expand(self._ledger, done, params.get("expand", []))
                answer = Answer(200, json.dumps(done, indent=2))
            except Refusal as refusal:
                if not refusal.kept:
                    raise
                for kind in refusal.error.keys() & {"payment_intent", "setup_intent"}:
                    refusal.error[kind] = routes.shape(refusal.error[kind], is_page=is_page)
                answer = refused(refusal)
            if fault["kind"] == "500_after":
                answer = refused(broken())
            if keep:
                self._ledger.store.keep_answer(*keep, answer.status, answer.body)
        return answer

    def _on_arrival(self, name: str) -> None:
        match self._faults.take(name, striking.ARRIVING)["kind"]:
            case "drop_before":
                raise Dropped
            case "429":
                raise Refusal("Too many calls.", status=429, code="rate_limit", kept=False)
            case "409":
                raise Refusal("Locked by another call.", status=409, code="lock_timeout")

    def _on_leaving(self, name: str) -> None:
        fault = self._faults.take(name, striking.LEAVING)
        if fault["kind"] == "slow_after":
            time.sleep(fault["seconds"])
        if fault["kind"] == "drop_after":
            self._ring()
            raise Dropped


def _is_page(api_key: str, route: routes.Route) -> bool:
    """True for a publishable key, False for a secret one; any other is refused."""
    if api_key.startswith("sk_test_"):
        return False
    if api_key.startswith("pk_test_") and route.is_open:
        return True
    raise Refusal("This needs another API key.", status=401, kept=False)


def _final(status: int) -> dict:
    """A kept failure would only be replayed: the SDK is told not to try again."""
    return {"Stripe-Should-Retry": "false"} if status >= 500 else {}
