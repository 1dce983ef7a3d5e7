"""Webhooks: events, signed and posted by one thread; what was not sent is a row that waits."""

import hashlib
import heapq
import hmac
import itertools
import json
import threading
import time
import urllib.request
from http.client import HTTPException

from .faults import POSTING, Faults
from .ledger import Ledger

DELAYS = (0, 0.5, 1, 2, 4, 8)  # seconds before each try
PATIENCE = 5  # seconds a receiver may take
HELD = 2  # seconds a reordered event waits for another to overtake it

# No proxy of the environment, because the receiver is on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def signature(body: bytes, secret: str, moment: int) -> str:
    """The Stripe-Signature header: t=…,v1=HMAC-SHA256(secret, "t.body")."""
    mac = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"


class Postman(threading.Thread):
    """Posts each event until it is accepted, a few times at most, in the order they happened."""

    def __init__(self, ledger: Ledger, faults: Faults, url: str, secret: str):
        super().__init__(name="till-postman", daemon=True)
        self._ledger, self._faults, self._url, self._secret = ledger, faults, url, secret
        self._bell = threading.Condition()
        self._is_rung = self._is_stopping = False
        self._seen = 0  # place of the last event that was picked up
        self._due: list[tuple] = []  # heap of (when, turn, try, fault, event)
        self._turn = itertools.count()
        self._held: tuple | None = None

    def ring(self) -> None:
        """There may be something to post."""
        with self._bell:
            self._is_rung = True
            self._bell.notify()

    def stop(self) -> None:
        with self._bell:
            self._is_stopping = True
            self._bell.notify()
        self.join(timeout=PATIENCE + 1)

    def run(self) -> None:
        while not self._is_stopping:
            self._pick_up()
            while self._due and self._due[0][0] <= time.monotonic() and not self._is_stopping:
                self._try(*heapq.heappop(self._due)[2:])
            with self._bell:
                if not self._is_rung and not self._is_stopping:
                    ahead = self._due[0][0] - time.monotonic() if self._due else None
                    self._bell.wait(None if ahead is None else max(0, ahead))
                self._is_rung = False

    def _pick_up(self) -> None:
        for place, event in self._ledger.store.unsent(self._seen):
            self._seen = place
            fault = self._faults.take("webhook", POSTING)
            match fault["kind"]:
                case "silent":
                    self._settle(event)
                case "reorder":
                    self._held = self._queue(event, fault, after=HELD)
                    continue
                case "late":
                    self._queue(event, fault, after=fault["seconds"])
                case "double":
                    self._queue(event, fault)
                    self._queue(event, fault)
                case _:
                    self._queue(event, fault)
            if self._held in self._due:  # overtaken: now it may follow
                self._due.remove(self._held)
                heapq.heapify(self._due)
                self._queue(self._held[4], self._held[3])
            self._held = None

    def _queue(self, event: dict, fault: dict, *, after: float = 0, attempt: int = 0) -> tuple:
        entry = (time.monotonic() + after, next(self._turn), attempt, fault, event)
        heapq.heappush(self._due, entry)
        return entry

    def _try(self, attempt: int, fault: dict, event: dict) -> None:
        if self._post(event, fault["kind"]):
            self._settle(event)
        elif attempt + 1 < len(DELAYS):
            self._queue(event, fault, after=DELAYS[attempt + 1], attempt=attempt + 1)

    def _post(self, event: dict, fault: str) -> bool:
        body = json.dumps(event, indent=2).encode()
        secret = "whsec_forged" if fault == "forged" else self._secret
        moment = self._ledger.now() - (3600 if fault == "old" else 0)
        request = urllib.request.Request(
            self._url,
            data=body,
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature(body, secret, moment),
                "User-Agent": "till/1",
            },
        )
        try:
            with _opener.open(request, timeout=PATIENCE) as answer:
                return 200 <= answer.status < 300
        except (OSError, HTTPException):  # refused, broken off, too slow, or answered with an error
            return False

    def _settle(self, event: dict) -> None:
        with self._ledger.store.transaction():
            self._ledger.save({**event, "pending_webhooks": 0})
