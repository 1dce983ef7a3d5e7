import pytest

from streams import lifecycle
from streams.video.replay import extras
from tests.factories import make_show
from tests.streams.video.recording import record


@pytest.fixture
def show(fragmented):
    """Ended, with one take of four seconds, 720 pixels wide."""
    show = make_show()
    record(show, fragmented)
    lifecycle.end(show)
    extras.plan(show)
    return show


@pytest.fixture
def broken(fragmented):
    """Ended, with two takes of four seconds, a minute apart."""
    show = make_show()
    record(show, fragmented, lost=True, ago=70)
    record(show, fragmented, ago=6)
    lifecycle.end(show)
    extras.plan(show)
    return show
