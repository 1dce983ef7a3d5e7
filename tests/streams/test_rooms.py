import pytest
from django.contrib.auth.models import AnonymousUser

from shops import stock
from streams import chat, lifecycle, log, pins, rooms
from streams.models import Show
from tests.factories import make_item, make_shop, make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
GUEST = chat.Speaker("guest-ann")


@pytest.fixture
def show():
    return make_show()


def append(show, count):
    for number in range(count):
        log.append(show, "pin.closed", {"n": number})


def test_a_snapshot_is_the_room_as_it_is_now(show):
    item = make_item(show, show_price=700)
    variant = item.product.variants.get()
    pin = pins.open(item)
    chat.say(show, GUEST, "hello", "Priya")
    stock.hold({variant.pk: 2})

    room = rooms.snapshot(show)

    assert room == {
        "type": "room.snapshot",
        "seq": 2,
        "show": {
            "slug": show.slug,
            "title": show.title,
            "status": "live",
            "starts_at": log.stamp(show.starts_at),
            "live_at": log.stamp(show.live_at),
            "ended_at": None,
        },
        "on_air": False,
        "pin": pins.card(pins.current(show)),
        "chat": log.after(show, 1),
        "viewers": 0,
        "stock": {str(variant.pk): 3},
    }
    assert room["pin"]["pin"] == pin.pk


def test_a_snapshot_knows_a_show_better_than_who_asks(show):
    stale = Show.objects.get(pk=show.pk)
    lifecycle.end(show)

    assert rooms.snapshot(stale)["show"]["status"] == "ended"


def test_a_snapshot_has_the_last_messages_and_none_that_was_hidden(show, monkeypatch):
    monkeypatch.setattr(rooms, "CHAT_BACKLOG", 3)
    host = chat.Speaker("user-1", "Mira", "host")
    for number in range(5):
        chat.say(show, host, f"message {number}")
    chat.hide(show, 4)

    said = rooms.snapshot(show)["chat"]

    assert [fact["data"]["text"] for fact in said] == ["message 1", "message 2", "message 4"]


def test_catching_up_is_exactly_what_was_missed(show):
    append(show, 5)

    assert rooms.catch_up(show, 3) == {"type": "room.facts", "facts": log.after(show, 3)}
    assert [fact["seq"] for fact in rooms.catch_up(show, 3)["facts"]] == [4, 5]
    assert rooms.catch_up(show, 5) == {"type": "room.facts", "facts": []}


def test_who_is_too_far_behind_starts_anew(show, monkeypatch):
    append(show, log.CATCH_UP_LIMIT + 1)

    assert len(rooms.catch_up(show, 1)["facts"]) == log.CATCH_UP_LIMIT
    assert rooms.catch_up(show, 0)["type"] == "room.snapshot"


@pytest.mark.parametrize("ahead", [1, 10**12])
def test_who_comes_from_the_future_starts_anew(show, ahead):
    append(show, 2)

    assert rooms.catch_up(show, 2 + ahead)["type"] == "room.snapshot"


def test_state_built_from_facts_is_the_state_fetched_fresh(show):
    """Before + what was missed = after, for chat and pin."""
    items = [make_item(show) for _ in range(2)]
    before = rooms.snapshot(show)
    chat.say(show, GUEST, "one")
    pins.open(items[0])
    rude = chat.say(show, GUEST, "rude").seq
    pins.open(items[1])
    chat.hide(show, rude)
    chat.say(show, GUEST, "two")

    said, pin = {fact["seq"]: fact for fact in before["chat"]}, before["pin"]
    for fact in rooms.catch_up(show, before["seq"])["facts"]:
        match fact["type"]:
            case "chat.posted" if "hidden" not in fact["data"]:
                said[fact["seq"]] = fact
            case "chat.hidden":
                said.pop(fact["data"]["seq"], None)
            case "pin.opened":
                pin = fact["data"]
            case "pin.closed":
                pin = None if pin and pin["pin"] == fact["data"]["pin"] else pin

    after = rooms.snapshot(show)
    assert (list(said.values()), pin) == (after["chat"], after["pin"])


@pytest.mark.parametrize(
    ("role", "spoken"),
    [
        ("owner", "host"),
        ("producer", "host"),
        ("host", "host"),
        ("moderator", "moderator"),
        ("desk", None),
    ],
)
def test_the_part_a_person_has_is_told_by_her_role_in_this_shop(show, role, spoken):
    person = make_staff(role, shop=show.shop)

    assert rooms.role_of(show.shop, person) == spoken
    assert rooms.role_of(make_shop(), person) is None


def test_who_has_no_part_is_a_guest(show):
    gone = make_staff(shop=show.shop, is_active=False)

    for person in (None, AnonymousUser(), make_user(), gone):
        assert rooms.speaker(show, person, "ann") == chat.Speaker("guest-ann")


def test_only_the_desk_hears_what_sells(show):
    assert set(rooms.groups(show, at_desk=True)) - set(rooms.groups(show)) == {
        f"desk.{show.shop_id}"
    }
