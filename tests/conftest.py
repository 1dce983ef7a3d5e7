"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache

from orders.till.server import Till


@pytest.fixture(scope="session")
def till() -> Iterator[Till]:
    """The stand-in payment provider, over real HTTP; nothing rings back."""
    running = Till(":memory:").start()
    before = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = running.address
    yield running
    settings.STRIPE_API_BASE = before
    running.stop()


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Limits and guards live in the cache: no test may feel the one before it."""
    cache.clear()
