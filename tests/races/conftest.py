from collections.abc import Iterator

import pytest
import stripe

from orders import books
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
def books_are_right(till):
    """books_are_right(): no difference, in our rows and at the provider."""

    def check():
        assert books.check(with_provider=True) == {name: [] for name in books.RULES}

    return check
