"""Idempotency keys: the first answer to a key is the answer for ever."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .refusals import Refusal
from .store import Store


class Keys:
    """Which keys have a call under way, and what was answered to the others."""

    def __init__(self, store: Store):
        self._store = store
        self._lock = threading.Lock()
        self._under_way: set[str] = set()

    @contextmanager
    def using(self, key: str) -> Iterator[None]:
        """Hold the key for one call: a second call at the same time gets 409."""
        with self._lock:
            if key in self._under_way:
                raise Refusal(
                    "A call with this idempotency key is still under way.",
                    status=409,
                    code="idempotency_key_in_use",
                    kept=False,
                )
            self._under_way.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.discard(key)

    def kept(self, key: str, digest: str) -> tuple[int, str] | None:
        """(status, body) answered before, or None; other parameters than before are refused."""
        found = self._store.answer(key)
        if found is None:
            return None
        if found[0] != digest:
            raise Refusal(
                "This idempotency key was used before, with other parameters.",
                type="idempotency_error",
                kept=False,
            )
        return found[1:]


def digest(method: str, path: str, form: dict) -> str:
    """What must be the same for two calls to be the same call."""
    return hashlib.sha256(json.dumps([method, path, form], sort_keys=True).encode()).hexdigest()
