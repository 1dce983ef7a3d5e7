import pytest
from django.core.cache import cache

from streams.talk import pace


@pytest.fixture
def no_cache(monkeypatch):
    def gone(*_, **__):
        raise ConnectionError("nobody is there")

    for name in ("add", "set", "get", "incr", "delete"):
        monkeypatch.setattr(cache, name, gone)


def test_nobody_is_silenced_by_a_cache_that_is_away(no_cache):
    for _ in range(3):
        pace.count("ann", most=1, seconds=10, things="messages")
        pace.space("ann-slow", seconds=10)
    pace.give_back("ann-slow")


def test_while_it_is_there_it_is_asked():
    pace.count("ann", most=1, seconds=10, things="messages")
    pace.space("ann-slow", seconds=10)

    with pytest.raises(pace.TooFast):
        pace.count("ann", most=1, seconds=10, things="messages")
    with pytest.raises(pace.TooFast):
        pace.space("ann-slow", seconds=10)
