"""Real processes that are killed, starved and lied to. Every test is bounded."""

import asyncio
import inspect
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

from tests import browser as browsers
from tests import house as houses
from tests import lanes
from tests.chaos import evening as evenings
from tests.chaos.webs import Backstage, Redis, Web, running
from tests.house import House
from tests.journeys.visitors import Visitors

ARTEFACTS = Path(os.environ.get("ARTEFACTS", houses.ROOT / "var" / "artefacts")) / "chaos"
LIMIT = 60  # seconds for one test; what is promised sooner is asserted sooner


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run `async def` tests in a loop of their own, not for ever."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}

    async def bounded():
        async with asyncio.timeout(LIMIT):
            await pyfuncitem.obj(**arguments)

    asyncio.run(bounded())
    return True


@pytest.fixture(scope="session")
def laptop(tmp_path_factory) -> Iterator[SimpleNamespace]:
    """SQLite and nothing else: house, backstage."""
    house = _house("laptop", tmp_path_factory.mktemp("laptop"))
    house.migrate()
    backstage = Backstage(house)
    yield SimpleNamespace(house=house, backstage=backstage)
    backstage.close()


@pytest.fixture
def evening(request, tmp_path):
    with evenings.opened(tmp_path, ARTEFACTS / request.node.name) as evening:
        yield evening
    assert "Traceback" not in evening.log()


@pytest.fixture
def launch():
    """launch(): another Chromium, with a camera that is not there."""
    flags = [*browsers.FLAGS, *browsers.CAMERA]
    with sync_playwright() as playwright:
        yield lambda: playwright.chromium.launch(executable_path=browsers.chromium(), args=flags)


@pytest.fixture
def visitors(launch, evening):
    present = Visitors(launch(), evening.house.artefacts)
    yield present
    present.leave()


@pytest.fixture(scope="session")
def town() -> Iterator[SimpleNamespace]:
    """PostgreSQL and Redis: house, backstage, redis."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lc-")))
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own when we are root
        redis = Redis(folder)
        stack.callback(redis.stop)
        addresses = stack.enter_context(lanes.postgresql(folder / "pg")) | redis.start()
        house = _house("town", folder / "var", **addresses)
        house.migrate()
        backstage = Backstage(house)
        stack.callback(backstage.close)
        yield SimpleNamespace(house=house, backstage=backstage, redis=redis)


@pytest.fixture(scope="session")
def pair(town) -> Iterator[list[Web]]:
    """Two web processes of the town. Who kills one starts it again."""
    webs = [Web(town.house, "first"), Web(town.house, "second")]
    with running(*webs):
        yield webs


def _house(name: str, var: Path, **addresses: str) -> House:
    # The key of the tests themselves: they write the visitors' cookies.
    secrets = {"SECRET_KEY": settings.SECRET_KEY, "STATICFILES_HASHED": "false"}
    return House(name, var, ARTEFACTS / name, **secrets, **addresses)
