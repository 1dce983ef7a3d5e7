import inspect

import pytest
from asgiref.sync import async_to_sync
from channels.layers import channel_layers

from streams.fanout import hub, scribe


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run `async def` tests as Django runs its own: the database stays in this thread."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    async_to_sync(pyfuncitem.obj)(**{name: pyfuncitem.funcargs[name] for name in wanted})
    return True


@pytest.fixture(autouse=True)
def _rooms_of_their_own(monkeypatch):
    """Sockets and counts of one test are nothing to the next, whose loop is another."""
    monkeypatch.setattr(hub, "BEAT", 0.02)
    monkeypatch.setattr(scribe, "TICK", 0.01)
    channel_layers.backends.clear()
    hub._hubs.clear()
