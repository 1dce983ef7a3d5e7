"""What a process has on air: found again after a restart, given up when it is elsewhere or over."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.database import in_database
from streams import lifecycle
from streams.models import Show, Take
from streams.video.origin import air
from tests.factories import make_show
from tests.streams.video.hls_rules import read
from tests.streams.video.origin.feeding import Feeder
from tests.streams.video.origin.test_recorded import shown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    """Nothing is on air before a test, nor after it."""
    monkeypatch.setattr(air, "EVERY", 0.02)
    monkeypatch.setattr(air, "STAYS", 0.5)
    air._shows.clear()
    yield
    air._shows.clear()


async def until(is_so):
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


def segments(window):
    return read(window.text(skip=False).decode())["segments"]


async def test_a_show_has_one_window_here_however_often_it_is_opened():
    show = await in_database(make_show)()

    one, two = await asyncio.gather(air.open(show), air.open(show))

    assert one is two is air.find(show.slug) is await air.open(show)
    assert air.windows() == [one]
    assert air.find("another") is None


async def test_a_restarted_process_goes_on_counting_behind_a_gap():
    show = await in_database(shown)(range(7), status=Take.Status.LOST)
    window = await air.open(show)
    feeder = Feeder(window, began=timezone.now())
    feeder.begin()

    sequence = feeder.segment()

    found = segments(window)
    text = window.text(skip=False).decode()
    assert found[0]["number"] == 0
    assert sequence == found[-1]["number"] == 7 + text.count("#EXT-X-GAP\n")
    assert 1 <= text.count("#EXT-X-GAP\n") <= air.MOST_GAPS
    assert found[-1]["discontinuity"] == 1


async def test_after_a_take_in_good_order_nothing_is_missing():
    show = await in_database(shown)(range(7), status=Take.Status.FINISHED)
    window = await air.open(show)
    feeder = Feeder(window, began=timezone.now())
    feeder.begin()

    assert feeder.segment() == 7
    assert "EXT-X-GAP" not in window.text(skip=False).decode()


async def test_at_the_end_of_the_show_the_last_segment_comes_in_then_the_playlist_ends():
    show = await in_database(make_show)()
    window = await air.open(show)
    feeder = Feeder(window, began=timezone.now())
    feeder.begin()
    feeder.segment()
    feeder.part()

    await in_database(lifecycle.end)(show)
    await asyncio.sleep(0.1)
    assert not window.is_over
    window.lose()
    await until(lambda: window.is_over)

    assert len(segments(window)) == 2
    assert air.find(show.slug) is window  # players come back to read the end
    await until(lambda: air.find(show.slug) is None)


async def test_a_publisher_that_never_says_goodbye_does_not_keep_a_show_open(monkeypatch):
    monkeypatch.setattr(air, "LAST_SEGMENT", 0.2)
    show = await in_database(make_show)()
    window = await air.open(show)
    Feeder(window).begin()

    air.close(show.slug)

    await until(lambda: window.is_over)
    assert not window.is_receiving


async def test_a_show_that_went_on_elsewhere_is_dropped_here():
    show = await in_database(shown)(range(3))
    window = await air.open(show)
    assert air.find(show.slug) is window

    await in_database(go_on_elsewhere)(show)

    await until(lambda: air.find(show.slug) is None)
    assert not window.is_over
    again = await air.open(show)
    assert again is not window
    assert again.next_sequence > 3


async def test_a_database_that_is_away_ends_no_show(monkeypatch):
    show = await in_database(make_show)()
    window = await air.open(show)

    def away(*_):
        raise OSError("away")

    monkeypatch.setattr(air, "_status", away)
    await asyncio.sleep(0.1)

    assert air.find(show.slug) is window
    assert not window.is_over


def go_on_elsewhere(show: Show) -> None:
    """Another process has a take of its own, and a segment of it is stored."""
    now = timezone.now()
    take = Take.objects.create(show=show, opened_at=now, heard_at=now + timedelta(seconds=1))
    show.renditions.get(name="source").segments.create(
        take=take, number=0, sequence=3, at=now, duration=2, size=1, path="takes/x.m4s"
    )
