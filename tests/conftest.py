"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from orders import books, gateway
from orders.models import Order
from orders.till.server import Till


@pytest.fixture
def till(settings) -> Iterator[Till]:
    """The stand-in payment provider, over real HTTP, with an empty ledger; nothing rings back."""
    running = Till(":memory:").start()
    settings.STRIPE_API_BASE = running.address
    yield running
    running.stop()


@pytest.fixture
def books_are_right(till):
    """books_are_right(): no difference, in our rows and at the provider."""

    def check():
        found = books.check(with_provider=Order.objects.exists())
        assert found == {name: [] for name in books.RULES}

    return check


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Limits and guards live in the cache: no test may feel the one before it."""
    cache.clear()


@pytest.fixture(autouse=True)
def _an_impatient_gateway(monkeypatch):
    monkeypatch.setattr(gateway, "PAUSE", 0.01)
