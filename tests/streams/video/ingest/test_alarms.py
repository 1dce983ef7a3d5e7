"""What control rooms hear of a picture that is in trouble."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.core.cache import cache

from livecommerce.realtime import listen, put_away
from streams import desk, lifecycle
from streams.video.ingest import alarms
from tests.factories import make_show

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_raised():
    alarms._raised.clear()
    cache.clear()


async def heard_by(shop_id, doing):
    """The news of a shop while something is done."""
    group, news = desk.group(shop_id), []
    hearing = asyncio.create_task(listen([group], lambda message: news.append(message["news"])))

    async def hear(mark):
        async with asyncio.timeout(5):
            while mark not in news:
                await get_channel_layer().group_send(group, {"type": "news", "news": mark})
                await asyncio.sleep(0.01)

    await hear("begin")
    await doing
    await hear("end")
    await put_away(hearing)
    return [each for each in news if each not in ("begin", "end")]


standing = sync_to_async(alarms.standing)


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

    assert alarms._raised == {show.pk: {}}


async def test_who_opens_later_is_told_what_still_is_wrong():
    show = await sync_to_async(make_show)()
    await alarms.alert(show, "storage_failed", "No space left.")
    await alarms.alert(show, "storage_slow", "Slow.")
    await alarms.well(show, "storage_slow")

    about = {"show": show.slug, "code": "storage_failed", "detail": "No space left."}
    assert await standing(show) == [{"type": "picture.alert", "data": about}]

    await alarms.well(show, "storage_failed")
    assert await standing(show) == []


async def test_of_a_show_that_is_over_nothing_is_wrong_any_more():
    show = await sync_to_async(make_show)()
    await alarms.alert(show, "ffmpeg_failed", "Died.")

    await sync_to_async(lifecycle.end)(show)

    assert await standing(show) == []


async def test_what_a_dead_process_raised_the_next_one_says_is_well():
    show = await sync_to_async(make_show)()
    await alarms.alert(show, "storage_failed", "No space left.")
    alarms._raised.clear()

    alarms.take_up(show)
    told = await heard_by(show.shop_id, alarms.well(show, "storage_failed"))

    assert [news["type"] for news in told] == ["picture.well"]
    assert await standing(show) == []
