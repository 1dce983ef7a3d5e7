"""The till's book: objects with ids and times, and an event for each change."""

import secrets
import time

from . import shapes
from .refusals import missing
from .store import Store


class Ledger:
    """What the rules of intents, refunds and methods read and write, inside one transaction."""

    def __init__(self, store: Store, has_webhook: bool):
        self.store = store
        self.address = ""  # of the till, for pages of its own
        self.offset = 0  # seconds by which the till's clock is wrong, on purpose
        self._has_webhook = has_webhook

    def now(self) -> int:
        return int(time.time()) + self.offset

    def new(self, shape, **values) -> dict:
        """A fresh object with an id nobody can guess."""
        return shape(self.now(), secrets.token_hex(12), **values)

    def find(self, kind: str, ident: str, **refusal) -> dict:
        """The object, or resource_missing."""
        found = self.store.get(kind, ident)
        if found is None:
            raise missing(kind, ident, **refusal)
        return found

    def save(self, *things: dict) -> None:
        for thing in things:
            self.store.put(thing)

    def ring(self, type: str, thing: dict) -> None:
        """Note what happened; the postman reads these notes after the commit."""
        snapshot = shapes.shown(thing)
        event = self.new(shapes.event, type=type, thing=snapshot, pending=int(self._has_webhook))
        self.store.put(event)

    def summary(self) -> dict:
        """Every payment intent with the money that really moved, for those who check the books."""
        charges: dict[str, list[dict]] = {}
        for charge in self.store.newest("charge"):
            charges.setdefault(charge["payment_intent"], []).append(charge)
        rows = [_row(intent, charges) for intent in self.store.newest("payment_intent")]
        return {
            "payment_intents": rows,
            "captured": sum(row["captured"] for row in rows),
            "refunded": sum(row["refunded"] for row in rows),
        }


def _row(intent: dict, charges: dict[str, list[dict]]) -> dict:
    taken = [charge for charge in charges.get(intent["id"], []) if charge["captured"]]
    copied = ("id", "status", "amount", "currency", "amount_capturable", "created", "metadata")
    return {
        **{name: intent[name] for name in copied},
        "captures": len(taken),
        "captured": sum(charge["amount_captured"] for charge in taken),
        "refunded": sum(charge["amount_refunded"] for charge in taken),
    }
