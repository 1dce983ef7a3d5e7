from collections.abc import Iterator

import pytest
import requests
import stripe

from orders import books
from orders.models import Order
from orders.till.server import Till


@pytest.fixture
def till(settings) -> Iterator[Till]:
    """A till with an empty ledger, so that the books of both sides can be compared."""
    running = Till(":memory:").start()
    settings.STRIPE_API_BASE = running.address
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def _an_impatient_sdk(monkeypatch):
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)


@pytest.fixture
def faults(till):
    """faults(on, kind, times=1): what goes wrong next at the till."""
    path = f"{till.address}/_till/faults"

    def add(on, kind, times=1):
        wanted = {"on": on, "kind": kind, "times": times}
        requests.post(path, json=wanted, timeout=10).raise_for_status()

    yield add
    requests.delete(path, timeout=10)


@pytest.fixture
def books_are_right(till):
    """books_are_right(): no difference, in our rows and at the provider."""

    def check():
        found = books.check(with_provider=Order.objects.exists())
        assert found == {name: [] for name in books.RULES}

    return check
