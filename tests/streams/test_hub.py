"""What one socket, one failure or one bad moment may not do to a room."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from livecommerce import realtime
from livecommerce.layers import OneProcessChannelLayer
from livecommerce.wire import Frame
from streams import rooms
from streams.fanout import hub
from streams.fanout.feed import Feed
from streams.fanout.viewer import Viewer
from streams.models import Presence, RoomEvent
from streams.talk import chat, reactions, standings
from tests.factories import make_show, make_staff
from tests.streams.sockets import hear, room, told

pytestmark = pytest.mark.django_db(transaction=True)
GUEST = chat.Speaker("guest-x")
say = sync_to_async(chat.say)


@pytest.fixture
def show():
    return make_show()


async def breaks(message):
    raise OSError("gone")


async def swallows(message):
    pass


async def test_a_socket_that_breaks_in_the_middle_of_a_sweep_silences_nobody(show):
    async with room(show) as ann:
        broken = Viewer(breaks, "guest-bob")
        inside = await hub.enter(show, broken, None)
        for text in ("one", "two"):
            await say(show, GUEST, text)
            assert (await hear(ann, "chat.posted"))["data"]["text"] == text
        await inside.leave(broken)


async def test_a_sweep_that_fails_is_not_the_last(show, monkeypatch):
    async with room(show) as ann:
        bring, failures = Feed.bring, [RuntimeError("once")]

        def fail_once(self, viewer):
            if failures:
                raise failures.pop()
            return bring(self, viewer)

        monkeypatch.setattr(Feed, "bring", fail_once)
        await say(show, GUEST, "hello")

        assert (await hear(ann, "chat.posted"))["data"]["text"] == "hello"


async def test_a_sweep_without_news_makes_the_next_message_wait_for_nothing(show, monkeypatch):
    monkeypatch.setattr(hub, "BEAT", 60)
    async with room(show) as ann:
        await told(ann)  # and the levels of the first beat
        monkeypatch.setattr(hub, "TICK", 60)
        hub._hubs[show.pk]._news.set()
        await asyncio.sleep(0.1)

        await say(show, GUEST, "at once")
        assert (await hear(ann, "chat.posted"))["data"]["text"] == "at once"

        await say(show, GUEST, "not so soon after the first")
        assert await ann.receive_nothing(0.3)


async def test_who_left_in_the_middle_of_a_sweep_is_offered_nothing_more(show):
    sent = []

    async def keep(message):
        sent.append(message)

    bob = Viewer(keep, "guest-bob")
    inside = await hub.enter(show, bob, None)
    await inside.leave(bob)
    sent.clear()

    assert not bob.offer(Frame("late"))
    assert sent == []


async def test_who_cannot_be_welcomed_leaves_no_ghost(show, monkeypatch):
    def fail(self, viewer, after):
        raise RuntimeError("no")

    monkeypatch.setattr(hub.Hub, "welcome", fail)
    with pytest.raises(RuntimeError):
        await hub.enter(show, Viewer(swallows, "ann", page="a" * 8), None)

    assert hub.known(show.slug) is None
    assert await Presence.objects.filter(viewers__gt=0).acount() == 0


@pytest.mark.parametrize("moment", [0, 0.01, 0.02, 0.03, 0.05, 0.08])
async def test_the_last_to_leave_ends_the_room_at_any_moment(show, moment):
    viewer = Viewer(swallows, "ann", page="a" * 8)
    inside = await hub.enter(show, viewer, None)
    await asyncio.sleep(moment)

    async with asyncio.timeout(5):
        await inside.leave(viewer)

    assert all(task.done() for task in inside._tasks.values())
    assert await sync_to_async(rooms.levels)(show) | {"viewers": 0} == await sync_to_async(
        rooms.levels
    )(show)


async def test_hearts_of_whoever_leaves_last_are_kept_and_those_of_a_failed_beat_too(
    show, monkeypatch
):
    viewer = Viewer(swallows, "ann", page="a" * 8)
    inside = await hub.enter(show, viewer, None)
    tend, failures = rooms.tend, [OperationalError("away")] * 2

    def fail_twice(*args, **kwargs):
        if failures:
            raise failures.pop()
        return tend(*args, **kwargs)

    monkeypatch.setattr(rooms, "tend", fail_twice)
    inside.react(viewer, "heart", 3)
    async with asyncio.timeout(5):
        while failures:
            await asyncio.sleep(0.01)
    inside.react(viewer, "heart", 4)
    await inside.leave(viewer)

    assert await sync_to_async(reactions.totals)(show) == {"heart": 7}


async def test_a_ban_is_not_untold_by_a_beat_that_read_before_it(show, monkeypatch):
    mira = await sync_to_async(make_staff)("moderator", shop=show.shop)
    rude = await RoomEvent.objects.aget(seq=(await say(show, chat.Speaker("guest-ann"), "x")).seq)
    tend = rooms.tend

    def stale(*args, **kwargs):
        return rooms.Tending(tend(*args, **kwargs).last, rooms.levels(show), {})

    async with room(show) as ann:
        monkeypatch.setattr(rooms, "tend", stale)
        await sync_to_async(standings.ban)(show, rude, mira)
        assert (await hear(ann, "you.standing"))["is_banned"]
        assert not (await hear(ann, "you.standing"))["is_banned"]  # the beat from before
        monkeypatch.setattr(rooms, "tend", tend)

        assert (await hear(ann, "you.standing"))["is_banned"]


async def test_a_layer_that_fails_at_first_is_tried_again(monkeypatch):
    monkeypatch.setattr(realtime, "DEAF", 0.01)
    heard, failures = asyncio.Event(), [ConnectionError("away")] * 3
    layer = OneProcessChannelLayer()
    new_channel = layer.new_channel

    async def fail_first():
        if failures:
            raise failures.pop()
        return await new_channel()

    monkeypatch.setattr(layer, "new_channel", fail_first)
    monkeypatch.setattr(realtime, "get_channel_layer", lambda: layer)
    listening = asyncio.create_task(realtime.listen(["group"], lambda message: heard.set()))
    async with asyncio.timeout(5):
        while not heard.is_set():
            await layer.group_send("group", {"type": "x"})
            await asyncio.sleep(0.01)
    listening.cancel()


async def test_a_room_that_is_open_for_days_goes_on_hearing():
    layer = OneProcessChannelLayer()
    channel = await layer.new_channel()
    await layer.group_add("group", channel)
    layer.groups["group"][channel] -= 3 * 24 * 3600

    await layer.group_send("group", {"type": "x"})

    async with asyncio.timeout(1):
        assert await layer.receive(channel) == {"type": "x"}
