"""What every test may ask for."""

import os
from collections.abc import Iterator

import pytest
import requests
from django.core.cache import caches
from django.test import SimpleTestCase

from orders import books, gateway
from orders.models import Order
from orders.till.server import Till


def pytest_collection_modifyitems(config, items):
    """On the grown lane: what meets its servers. The rest was proven on the other one."""
    if "DATABASE_URL" not in os.environ:
        return
    alone = {item for item in items if not _meets_servers(item)}
    config.hook.pytest_deselected(items=alone)
    items[:] = [item for item in items if item not in alone]


def _meets_servers(item) -> bool:
    is_wiring = "livecommerce" in item.path.parts[-2]
    needs_rows = item.get_closest_marker("django_db") or "db" in item.fixturenames
    is_django = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    return bool(is_wiring or needs_rows or is_django)


@pytest.fixture
def till(settings) -> Iterator[Till]:
    """The stand-in payment provider, over real HTTP, with an empty ledger; nothing rings back."""
    running = Till(":memory:").start()
    settings.STRIPE_API_BASE = running.address
    yield running
    running.stop()


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


@pytest.fixture(autouse=True)
def _nothing_remembered():
    """Limits and guards live in the cache: no test may feel the one before it."""
    for cache in caches.all():
        cache.clear()


@pytest.fixture(autouse=True)
def _an_impatient_gateway(monkeypatch):
    monkeypatch.setattr(gateway, "PAUSE", 0.01)
