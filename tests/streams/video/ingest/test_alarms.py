"""What control rooms hear of a picture that is in trouble."""

import asyncio

import pytest
from asgiref.sync import sync_to_async

from livecommerce.realtime import listen
from streams import desk
from streams.video.ingest import alarms
from tests.factories import make_show

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_raised():
    alarms._raised.clear()


async def heard_by(shop_id, doing):
    """The news of a shop while something is done."""
    news = []
    hearing = asyncio.create_task(
        listen([desk.group(shop_id)], lambda message: news.append(message["news"]))
    )
    await asyncio.sleep(0.05)
    await doing
    await asyncio.sleep(0.05)
    hearing.cancel()
    return news


async def test_trouble_is_told_once_to_the_shops_own_control_rooms_until_it_is_over():
    show = await sync_to_async(make_show)()
    other = await sync_to_async(make_show)()

    async def trouble():
        await alarms.alert(show, "storage_failed", "No space left.")
        await alarms.alert(show, "storage_failed", "No space left.")
        await alarms.well(show, "storage_slow", "storage_failed")
        await alarms.well(show, "storage_failed")

    told = await heard_by(show.shop_id, trouble())

    about = {"show": show.slug, "code": "storage_failed"}
    assert told == [
        {"type": "picture.alert", "data": about | {"detail": "No space left."}},
        {"type": "picture.well", "data": about},
    ]
    assert await heard_by(other.shop_id, alarms.alert(show, "storage_slow", "Slow.")) == []


async def test_news_that_cannot_be_told_does_no_harm(monkeypatch):
    def fail(*args):
        raise ConnectionError("no database")

    show = await sync_to_async(make_show)()
    monkeypatch.setattr(desk, "tell", fail)

    await alarms.alert(show, "storage_failed", "No space left.")
    await alarms.well(show, "storage_failed")

    assert alarms._raised == {}
