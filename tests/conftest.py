"""What every test may ask for."""

import os
from collections.abc import Iterator

import pytest
import requests
from django.conf import settings as product
from django.core.cache import caches
from django.db import connection, transaction
from django.test import SimpleTestCase, TransactionTestCase
from xdist.scheduler import LoadScopeScheduling

from orders import books, gateway
from orders.models import Order
from orders.till.server import Till

# Stories of a folder are told together, for they share houses; these go by themselves.
TOLD_APART = {
    "test_the_show_goes_on.py": "waits",
    "test_axe.py": "demo",
    "test_behind_nginx.py": "fronted",
    "test_slow_lines.py": "demo",
    "test_watching.py": "demo",
}
OF_MIGRATIONS = {"django_content_type", "auth_permission"}  # the same rows for ever


def pytest_configure():
    """What each test would pay for and none asks about."""
    product.WHITENOISE_AUTOREFRESH = True  # else every client opens each static file first
    product.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    product.DATABASES["default"]["OPTIONS"] |= _forgetful(product.DATABASES["default"])
    TransactionTestCase._fixture_teardown = _empty


def _forgetful(database: dict) -> dict:
    """Rows of a test need not outlive the power."""
    said = database["OPTIONS"].get("init_command")
    return {"init_command": said.replace("synchronous=FULL", "synchronous=OFF")} if said else {}


def _empty(case) -> None:
    """After a test that commits: Django would make every table and every permission anew."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(set(tables) - OF_MIGRATIONS):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


class Spread(LoadScopeScheduling):
    """Which tests go to one worker, in the order in which they run."""

    def _split_scope(self, nodeid: str) -> str:
        *folders, file = nodeid.partition("::")[0].split("/")
        return TOLD_APART.get(file, "/".join(folders))


def pytest_xdist_make_scheduler(config, log):
    return Spread(config, log)


def pytest_collection_modifyitems(config, items):
    """On the grown lane: what meets its servers. The rest is proven on the other one."""
    if os.environ.get("LANE") != "grown":
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
