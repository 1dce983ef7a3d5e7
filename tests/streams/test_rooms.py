import pytest
from django.contrib.auth.models import AnonymousUser

from shops import stock
from streams import deals, lifecycle, log, offers, pins, rooms
from streams.models import Show
from streams.talk import chat, moderation, polls, questions, reactions
from tests.factories import make_item, make_shop, make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
GUEST = chat.Speaker("guest-ann")


@pytest.fixture
def show():
    return make_show()


def test_a_snapshot_is_the_room_as_it_is_now(show):
    item = make_item(show, show_price=700)
    variant = item.product.variants.get()
    pin = pins.open(item)
    chat.say(show, GUEST, "hello", "Priya")
    stock.hold({variant.pk: 2})
    mara = make_staff("moderator", shop=show.shop)
    chat.pin(show, 2, mara)
    question = questions.ask(show, GUEST, "How tall?", "Priya")
    poll = polls.open(show, "Which next?", ["Sage", "Oat"])
    moderation.set_rules(show, mara, slow_seconds=10)
    reactions.add(show.pk, {"heart": 3})
    deal = deals.open(item, price=600, seconds=60, cap=4)
    deals.take(deal, 1)
    offer = offers.open(show, "TEN", "10 % off")

    room = rooms.snapshot(show)

    assert room == {
        "type": "room.snapshot",
        "seq": log.last_seq(show),
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
        "deals": [deals.card(deal)],
        "offer": offers.card(offer),
        "drops": [],
        "chat": log.after(show, 1, limit=1),
        "pinned_message": {"seq": 2, "name": "Priya", "text": "hello", "role": "guest"},
        "questions": [questions.shape(question)],
        "poll": polls.shape(poll),
        "rules": {"slow_seconds": 10, "no_links": False, "holds_first": False},
        "viewers": 0,
        "stock": {str(variant.pk): 3},
        "deals_left": {str(deal.pk): 3},
        "reactions": {"heart": 3},
        "votes": {str(question.pk): 0},
        "poll_counts": {str(poll.pk): [0, 0]},
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
    chat.hide(show, 4, make_staff(shop=show.shop))

    said = rooms.snapshot(show)["chat"]

    assert [fact["data"]["text"] for fact in said] == ["message 1", "message 2", "message 4"]


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


def test_who_has_no_part_speaks_as_a_guest_and_under_the_name_of_an_account(show):
    gone = make_staff(shop=show.shop, is_active=False)
    known = make_user(first_name="Priya", last_name="Nair")

    for person in (AnonymousUser(), gone):
        assert rooms.speaker(show, person, "ann") == chat.Speaker("guest-ann")
    assert rooms.speaker(show, known, "ann") == chat.Speaker(f"user-{known.pk}", "Priya Nair")


def test_who_has_no_cookie_is_nobody(show):
    assert rooms.speaker(show, AnonymousUser(), "") == chat.Speaker("")
