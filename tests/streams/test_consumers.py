"""The room's socket, through the whole application: guards, sessions, routing."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.utils import timezone

from livecommerce import signed_in
from orders import lifecycle as orders
from shops import stock
from shops.models import Member, User
from streams import consumers, lifecycle, log, pins, presence
from streams.fanout import hub
from streams.models import Reaction, RoomEvent, Show, Standing
from streams.talk import chat, polls, standings
from streams.video import publisher
from streams.video.ingest import alarms
from tests.factories import make_item, make_order, make_show, make_staff
from tests.streams.sockets import (
    HOST,
    OURS,
    closed_with,
    first_of,
    hear,
    knock,
    opened,
    room,
    told,
)

pytestmark = pytest.mark.django_db(transaction=True)
GUEST = chat.Speaker("guest-x")
say = sync_to_async(chat.say)


@pytest.fixture
def show():
    return make_show()


@pytest.fixture
def item(show):
    return make_item(show)


async def test_who_joins_hears_the_room_as_it_is_and_then_each_fact(show, item):
    await say(show, GUEST, "before")

    async with room(show) as socket:
        first = socket.first
        assert first["type"] == "room.snapshot"
        assert [fact["data"]["text"] for fact in first["chat"]] == ["before"]

        await sync_to_async(pins.open)(item)
        await say(show, GUEST, "after")

        heard = [await hear(socket, "pin.opened"), await hear(socket, "chat.posted")]
        assert [fact["seq"] for fact in heard] == [first["seq"] + 1, first["seq"] + 2]
        assert heard == await sync_to_async(log.after)(show, first["seq"])


async def test_who_comes_back_hears_exactly_what_was_missed(show):
    for text in "abc":
        await say(show, GUEST, text)

    async with room(show, after=1) as socket:
        await say(show, GUEST, "d")

        facts = await sync_to_async(log.after)(show, 1, limit=2)
        assert socket.first == {"type": "room.facts", "facts": facts}
        assert (await hear(socket, "chat.posted"))["seq"] == 4


async def test_who_missed_nothing_hears_nothing_twice(show):
    await say(show, GUEST, "a")

    async with room(show, after=1) as socket:
        assert socket.first == {"type": "room.facts", "facts": []}
        assert await told(socket) == []


@pytest.mark.parametrize("after", ["", "-1", "x", "1.5", "9" * 15, "9" * 400, "NaN", "1&after=2"])
async def test_a_number_that_is_none_of_this_room_gets_a_snapshot(show, after):
    await say(show, GUEST, "a")

    async with opened(f"/ws/live/{show.slug}/?after={after}") as socket:
        assert (await hear(socket, "room.snapshot", "room.facts"))["type"] == "room.snapshot"


async def test_an_open_socket_may_ask_for_what_it_missed(show):
    for text in "abc":
        await say(show, GUEST, text)

    async with room(show) as socket:
        await socket.send_json_to({"type": "room.catch_up", "after": 2})

        assert [fact["seq"] for fact in await told(socket)] == [3]


async def test_everyone_in_the_room_hears_a_message_as_text(show):
    text = "<img src=x onerror=alert(1)> & \"hello\" 'there' </script>"
    async with room(show) as ann, room(show, visitor="bob") as bob:
        await ann.send_json_to({"type": "chat.say", "text": text, "name": "<b>Ann", "nonce": "n1"})

        heard = await hear(bob, "chat.posted")
        assert heard["data"] == {"name": "<b>Ann", "text": text, "role": "guest"}
        said = {"type": "chat.said", "nonce": "n1", "seq": heard["seq"]}
        hers = [await hear(ann, "chat.posted", "chat.said") for _ in range(2)]
        assert sorted(hers, key=lambda frame: frame["type"]) == [heard, said]


async def test_another_room_hears_nothing(show):
    other = await sync_to_async(make_show)()
    async with room(show) as here, room(other) as there:
        await here.send_json_to({"type": "chat.say", "text": "hello", "nonce": "n1"})
        await hear(here, "chat.said")

        assert await told(there) == []


async def test_staff_speak_under_their_own_name_and_guests_cannot(show):
    mira = await sync_to_async(make_staff)("host", shop=show.shop, first_name="Mira")
    async with room(show, user=mira) as socket:
        await socket.send_json_to({"type": "chat.say", "text": "hi", "name": "Bob", "nonce": "1"})

        heard = await hear(socket, "chat.posted")

    assert heard["data"] == {"name": "Mira", "text": "hi", "role": "host"}


async def test_a_refusal_names_its_message_and_is_told_to_nobody_else(show):
    async with room(show) as ann, room(show, visitor="bob") as bob:
        await ann.send_json_to({"type": "chat.say", "text": "", "nonce": "n7"})

        refusal = await hear(ann, "error")
        assert (refusal["code"], refusal["field"], refusal["nonce"]) == ("invalid", "text", "n7")
        assert await told(bob) == []
    assert not await RoomEvent.objects.aexists()


async def test_a_flood_is_refused_with_a_reason_and_a_new_socket_does_not_help(show):
    async with room(show) as first, room(show) as second:
        for _ in range(chat.BURST):
            await first.send_json_to({"type": "chat.say", "text": "buy", "nonce": "n"})
            await hear(first, "chat.said")
        await second.send_json_to({"type": "chat.say", "text": "buy", "nonce": "n"})

        refusal = await hear(second, "error")

    assert refusal["code"] == "too_fast"
    assert "wait" in refusal["detail"]
    assert await RoomEvent.objects.acount() == chat.BURST


async def test_a_socket_that_was_open_before_the_end_cannot_talk_after_it(show):
    async with room(show) as socket:
        await sync_to_async(lifecycle.end)(await Show.objects.aget(pk=show.pk))
        await hear(socket, "show.ended")

        await socket.send_json_to({"type": "chat.say", "text": "hello?", "nonce": "n"})

        assert (await hear(socket, "error"))["code"] == "chat_closed"


BAD_FRAMES = [
    "{",
    "null",
    "[]",
    "1",
    '"chat.say"',
    "[" * 8000,
    '{"type": "chat.say"}',
    '{"type": "chat.say", "text": 1, "nonce": "n"}',
    '{"type": "chat.say", "text": "hi", "nonce": null}',
    '{"type": "chat.say", "text": "hi", "nonce": "n", "reply_to": "1"}',
    '{"type": "chat.say", "text": "hi", "nonce": "n", "reply_to": -1}',
    '{"type": "chat.say", "text": "hi", "nonce": "n", "reply_to": true}',
    '{"type": "chat.say", "text": "hi", "nonce": "n", "name": ["Ann"]}',
    '{"type": "question.ask", "text": "hi", "nonce": "n", "name": 5}',
    '{"type": "room.catch_up", "after": -1}',
    '{"type": "room.catch_up", "after": 1e99}',
    '{"type": "room.catch_up", "after": true}',
    '{"type": "room.catch_up", "after": NaN}',
    '{"type": "room.catch_up", "after": 9007199254740993000}',
    '{"type": "room_fact", "fact": {}}',
    '{"type": "room.fact", "fact": {"type": "show.ended"}}',
    '{"type": "desk.news", "news": {}}',
    '{"type": "websocket.disconnect"}',
    "\x00",
]


@pytest.mark.parametrize("raw", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
async def test_a_frame_that_is_none_is_answered_and_nothing_else_happens(show, raw):
    async with room(show) as ann, room(show, visitor="bob") as bob:
        await ann.send_to(text_data=raw)

        refusal = await hear(ann, "error")
        assert refusal.pop("nonce", "n") == "n"
        assert refusal == {"type": "error", "code": "bad_frame"}
        assert await told(bob) == []
        assert await told(ann) == []  # and the socket is still open
    assert not await RoomEvent.objects.aexists()


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"bytes_data": b"\x00\x01"}, consumers.NO_BINARY),
        ({"text_data": "x" * (consumers.MAX_FRAME + 1)}, consumers.TOO_BIG),
        ({"text_data": "é" * (consumers.MAX_FRAME // 2 + 1)}, consumers.TOO_BIG),
    ],
    ids=["binary", "too big", "too big in bytes"],
)
async def test_a_frame_that_is_not_for_us_closes_its_own_socket_only(show, frame, code):
    async with room(show, visitor="bob") as bob:
        ann = await sync_to_async(knock)(f"/ws/live/{show.slug}/")
        await ann.connect()
        await ann.send_to(**frame)

        assert await closed_with(ann) == code
        await ann.disconnect()
        assert await told(bob) == []


async def test_a_name_of_half_a_letter_or_a_strange_nonce_breaks_no_socket(show):
    async with room(show) as socket:
        raw = '{"type": "chat.say", "text": "hi", "name": "\\ud800", "nonce": "\\ud800"}'
        await socket.send_to(text_data=raw)

        answer = await hear(socket, "error")

        assert json.dumps(answer, ensure_ascii=False).encode()  # it can travel
        assert await told(socket) == []


async def test_an_address_of_many_fields_is_read_as_if_it_asked_for_nothing(show, caplog):
    query = "&".join(["after=0"] * 100)
    async with opened(f"/ws/live/{show.slug}/?{query}") as socket:
        assert (await first_of(socket))["type"] == "room.snapshot"

    assert not [record for record in caplog.records if record.exc_info]


async def test_a_nonce_comes_back_shortened(show):
    async with room(show) as socket:
        await socket.send_json_to({"type": "chat.say", "text": "hi", "nonce": "n" * 1000})

        assert (await hear(socket, "chat.said"))["nonce"] == "n" * 64


async def test_a_room_that_does_not_exist_is_closed_for_good(show):
    socket = await sync_to_async(knock)("/ws/live/no-such-show/")
    await socket.connect()

    assert await closed_with(socket) == consumers.NOT_FOUND
    await socket.disconnect()


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "http://evil.example",
        f"http://{HOST}.evil.example",
        f"http://evil.example/{OURS}",
        f"http://evil{HOST}",
        f"https://{HOST}",
        f"http://{HOST}@evil.example",
        f"http://user@{HOST}",
        f"{OURS}/",
        f"{OURS} ",
        OURS.upper(),
        "http://127.0.0.1:80000",
        "file://",
    ],
)
@pytest.mark.parametrize("path", ["live", "studio"])
async def test_a_foreign_page_is_refused_before_the_socket_is_accepted(show, origin, path):
    socket = await sync_to_async(knock)(f"/ws/{path}/{show.slug}/", origin=origin)

    is_open, _ = await socket.connect()

    assert not is_open
    assert hub.known(show.slug) is None


@pytest.mark.parametrize("path", ["/ws/", "/ws/x", "/ws/live/", "/ws/live/a%00b/", "/ws/live/a/b/"])
async def test_an_address_that_does_not_exist_is_refused_without_an_error(show, path):
    socket = await sync_to_async(knock)(path)

    is_open, _ = await socket.connect()

    assert not is_open


LEAVING = {
    "the role": lambda user, session: Member.objects.filter(user=user).delete(),
    "the account": lambda user, session: User.objects.filter(pk=user.pk).update(is_active=False),
    "the session": lambda user, session: session.flush(),
    "the password": lambda user, session: change_password(user),
}


def change_password(user):
    user.set_password("another one")
    user.save()


@pytest.mark.parametrize("leave", LEAVING.values(), ids=LEAVING)
async def test_who_is_not_of_the_shop_any_more_is_let_go_of(show, item, leave, monkeypatch):
    monkeypatch.setattr(signed_in, "EVERY", 0.05)
    mira = await sync_to_async(make_staff)("moderator", shop=show.shop)
    session = await sync_to_async(publisher.signed_in)(mira)
    async with room(show, session=session) as desk, room(show, visitor="bob") as guest:
        await asyncio.sleep(0.2)
        assert await told(desk) == []  # nothing changed: she stays

        await sync_to_async(leave)(mira, SessionStore(session))

        assert await closed_with(desk) == consumers.NOT_ALLOWED
        assert await told(guest) == []


async def test_our_own_page_is_let_in(show):
    async with room(show, origin=OURS) as socket:
        assert socket.first["type"] == "room.snapshot"


async def test_hosts_hear_what_sells_and_moderators_and_shoppers_do_not(show, item):
    mira = await sync_to_async(make_staff)(Member.Role.HOST, shop=show.shop)
    noor = await sync_to_async(make_staff)(Member.Role.MODERATOR, shop=show.shop)
    stranger = await sync_to_async(make_staff)(Member.Role.OWNER)
    async with (
        room(show, user=mira) as desk,
        room(show) as shopper,
        room(show, user=stranger, visitor="zoe") as other,
        room(show, user=noor) as moderator,
    ):
        order = await sync_to_async(make_order)(variant=await item.product.variants.aget())
        await sync_to_async(orders.cancel)(order)

        news = await hear(desk, "order.cancelled")
        assert news["data"]["number"] == order.number
        assert await told(shopper) == []
        assert await told(other) == []
        assert await told(moderator) == []


async def test_a_control_room_that_opens_later_hears_what_is_wrong_with_the_picture(show):
    mira = await sync_to_async(make_staff)(Member.Role.HOST, shop=show.shop)
    await alarms.alert(show, "storage_failed", "Storage fails.")
    address = f"/ws/live/{show.slug}/"
    async with opened(address, user=mira) as desk, opened(address) as shopper:
        assert (await hear(desk, "picture.alert"))["data"]["code"] == "storage_failed"
        assert "picture.alert" not in [said["type"] for said in await told(shopper)]
    await alarms.well(show, "storage_failed")


async def test_everyone_hears_how_many_are_left(show, item):
    variant = await item.product.variants.aget()
    async with room(show) as socket:
        await sync_to_async(stock.hold)({variant.pk: 2})

        async with asyncio.timeout(5):
            while (await hear(socket, "room.levels")).get("stock") != {str(variant.pk): 3}:
                pass


async def test_who_enters_is_counted_and_who_leaves_is_not(show):
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(room(show))
        async with room(show, visitor="bob"):
            async with asyncio.timeout(5):
                while (await hear(first, "room.levels")).get("viewers") != 2:
                    pass
            assert await sync_to_async(presence.viewers)([show.pk]) == {show.pk: 2}
        async with asyncio.timeout(5):
            while (await hear(first, "room.levels")).get("viewers") != 1:
                pass


async def test_a_mute_and_its_end_are_told_to_whom_they_concern(show):
    mira = await sync_to_async(make_staff)("moderator", shop=show.shop)
    said = (await say(show, chat.Speaker("guest-ann"), "rude")).seq
    rude = await RoomEvent.objects.aget(seq=said)
    async with room(show) as ann, room(show, visitor="bob") as bob:
        await sync_to_async(standings.mute)(show, rude, 5, mira)

        told_her = await hear(ann, "you.standing")
        assert told_her["muted_until"]
        await Standing.objects.aupdate(muted_until=timezone.now())  # its time is over
        await sync_to_async(log.ring)(show.pk)

        all_well = {"type": "you.standing", "muted_until": None, "is_banned": False}
        assert await hear(ann, "you.standing") == all_well
        assert "you.standing" not in {frame["type"] for frame in await told(bob)}


async def test_who_may_not_talk_hears_it_when_she_joins(show):
    await Standing.objects.acreate(shop=show.shop, author="guest-ann", name="Ann", is_banned=True)

    async with opened(f"/ws/live/{show.slug}/") as ann:
        assert await hear(ann, "you.standing") == {
            "type": "you.standing",
            "muted_until": None,
            "is_banned": True,
        }
        await ann.send_json_to({"type": "room.react", "kind": "heart", "count": 3})
        await ann.send_json_to({"type": "chat.say", "text": "hi", "name": "Al", "nonce": "n"})
        assert (await hear(ann, "error"))["code"] == "banned"
    assert not await Reaction.objects.aexists()


async def test_a_database_that_fails_is_told_and_ends_no_socket(show, monkeypatch):
    def fail(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(polls, "vote", fail)
    async with room(show) as socket:
        await socket.send_json_to({"type": "poll.vote", "poll": 1, "option": 0, "nonce": "n"})

        refusal = await hear(socket, "error")
        assert (refusal["code"], refusal["nonce"]) == ("unavailable", "n")
        assert await told(socket) == []


async def test_who_has_no_cookie_may_watch_and_not_talk(show):
    async with room(show, visitor=None) as socket:
        assert socket.first["type"] == "room.snapshot"
        await socket.send_json_to({"type": "chat.say", "text": "hi", "nonce": "n"})

        assert (await hear(socket, "error"))["code"] == "no_cookie"
    assert not await RoomEvent.objects.aexists()


async def test_who_never_stops_is_shown_the_door_and_the_others_stay(show, monkeypatch):
    monkeypatch.setattr(consumers, "MOST_REFUSED", 10)
    async with room(show, visitor="bob") as bob:
        ann = await sync_to_async(knock)(f"/ws/live/{show.slug}/")
        await ann.connect()
        for _ in range(consumers.FRAMES[0] + 15):
            await ann.send_json_to({"type": "are.you.there"})

        assert await closed_with(ann) == consumers.UNDER_ATTACK
        await ann.disconnect()
        assert await told(bob) == []


async def test_hearts_are_summed_and_told_as_a_level(show):
    async with room(show) as ann, room(show, visitor="bob") as bob:
        for socket, count in ((ann, 3), (bob, 20)):
            await socket.send_json_to({"type": "room.react", "kind": "heart", "count": count})

        async with asyncio.timeout(5):
            while (await hear(bob, "room.levels")).get("reactions") != {"heart": 23}:
                pass
    assert not await RoomEvent.objects.aexists()


async def test_two_sockets_of_one_page_are_one_viewer(show):
    page = f"/ws/live/{show.slug}/?page="
    one, other = page + "a" * 16, page + "b" * 16
    async with opened(one) as first, opened(one), opened(other):
        async with asyncio.timeout(5):
            while (await hear(first, "room.levels")).get("viewers") != 2:
                pass
        await asyncio.sleep(0.1)
        assert await sync_to_async(presence.viewers)([show.pk]) == {show.pk: 2}


async def test_what_moderators_do_is_read_by_them_alone(show):
    mira = await sync_to_async(make_staff)("moderator", shop=show.shop, first_name="Mira")
    noor = await sync_to_async(make_staff)("moderator", shop=show.shop)
    said = (await say(show, GUEST, "rude")).seq
    async with room(show, user=noor) as staff, room(show) as guest:
        await sync_to_async(chat.hide)(show, said, mira)

        acted = await hear(staff, "mod.acted")
        assert (acted["data"]["action"], acted["data"]["by"]) == ("hide", "Mira")
        assert (await hear(guest, "mod.acted"))["data"] == {"hidden": True}


async def test_one_person_is_a_few_viewers_at_most_and_nobody_without_a_cookie(show):
    def page(letter):
        return f"/ws/live/{show.slug}/?page={letter * 8}"

    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(opened(page("a")))
        for letter in "bcdef":
            await stack.enter_async_context(opened(page(letter)))
        await stack.enter_async_context(opened(page("g"), visitor="bob"))
        await stack.enter_async_context(opened(page("h"), visitor=None))
        async with asyncio.timeout(5):
            while (await hear(first, "room.levels")).get("viewers") != hub.MOST_PAGES + 1:
                pass
        await asyncio.sleep(0.1)
        assert await sync_to_async(presence.viewers)([show.pk]) == {show.pk: hub.MOST_PAGES + 1}


async def test_everything_is_not_told_again_and_again(show):
    async with room(show) as socket:
        for _ in range(consumers.CATCH_UPS[0] + 1):
            await socket.send_json_to({"type": "room.catch_up", "after": 0})

        assert (await hear(socket, "error"))["code"] == "too_fast"


@pytest.mark.parametrize("session", ["\\000", "a b", "../x", "é"])
async def test_a_session_that_cannot_be_is_nobodys(show, session):
    async with room(show, session=f'"{session}"') as socket:
        assert socket.first["type"] == "room.snapshot"
