import json

import pytest
from rest_framework.test import APIClient

from shops.models import Member
from streams.models import Pin, RoomEvent, Show
from streams.talk import chat
from tests.factories import make_item, make_show, make_staff, make_user

pytestmark = pytest.mark.django_db
Role = Member.Role


def test_a_host_puts_an_item_on_every_screen(signed_in):
    show = make_show()
    item = make_item(show)

    answer = pin(signed_in(make_staff(Role.HOST, shop=show.shop)), show, item.pk)

    assert answer.status_code == 201
    opened = Pin.objects.get(closed_at=None)
    assert (answer.json()["pin"], answer.json()["item"]) == (opened.pk, item.pk)


def test_taking_an_item_off_the_screens_can_be_asked_twice(signed_in):
    show = make_show()
    client = signed_in(make_staff(Role.PRODUCER, shop=show.shop))
    pin(client, show, make_item(show).pk)

    answers = [client.delete(f"/api/v1/shows/{show.slug}/pin/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert not Pin.objects.filter(closed_at=None).exists()
    assert RoomEvent.objects.filter(type="pin.closed").count() == 1


def test_nothing_is_pinned_while_the_show_is_not_live(signed_in):
    show = make_show(status=Show.Status.SCHEDULED)

    answer = pin(signed_in(make_staff(shop=show.shop)), show, make_item(show).pk)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_on_air")
    assert not Pin.objects.exists()


def test_a_show_starts_once_and_ends_once(signed_in):
    show = make_show(status=Show.Status.SCHEDULED)
    client = signed_in(make_staff(shop=show.shop))

    verbs = ["end", "start", "start", "end", "end"]
    answers = [client.post(f"/api/v1/shows/{show.slug}/{verb}/") for verb in verbs]

    assert [answer.status_code for answer in answers] == [409, 200, 409, 200, 409]
    assert answers[0].json()["code"] == "stale_state"
    assert answers[3].json()["status"] == "ended"
    assert list(RoomEvent.objects.values_list("type", flat=True)) == ["show.started", "show.ended"]


VERBS = {
    "pin": lambda client, slug, item: client.post(
        f"/api/v1/shows/{slug}/pin/", {"item": item}, format="json"
    ),
    "unpin": lambda client, slug, item: client.delete(f"/api/v1/shows/{slug}/pin/"),
    "start": lambda client, slug, item: client.post(f"/api/v1/shows/{slug}/start/"),
    "end": lambda client, slug, item: client.post(f"/api/v1/shows/{slug}/end/"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_who_is_signed_out_may_do_nothing(verb):
    show = make_show()
    before = traces(show)

    answer = VERBS[verb](APIClient(), show.slug, make_item(show).pk)

    assert answer.status_code == 403
    assert traces(show) == before


@pytest.mark.parametrize("verb", VERBS)
def test_another_shops_show_is_answered_like_none(signed_in, verb):
    show = make_show()
    item = make_item(show)
    chat.say(show, chat.Speaker("guest-1"), "hello", "Ann")
    before = traces(show)
    stranger = signed_in(make_staff(Role.OWNER))

    theirs = VERBS[verb](stranger, show.slug, item.pk)
    none = VERBS[verb](stranger, "no-such-show", item.pk)

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert traces(show) == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DESK, None])
def test_who_does_not_run_shows_does_not_find_them(signed_in, verb, role):
    show = make_show()
    user = make_staff(role, shop=show.shop) if role else make_user()
    before = traces(show)

    answer = VERBS[verb](signed_in(user), show.slug, make_item(show).pk)

    assert answer.status_code == 404
    assert traces(show) == before


def test_another_shows_item_is_answered_like_none(signed_in):
    show = make_show()
    client = signed_in(make_staff(shop=show.shop))
    foreign = make_item(make_show())

    theirs, none = pin(client, show, foreign.pk), pin(client, show, 2**40)

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert not Pin.objects.exists()


@pytest.mark.parametrize("item", [None, "1", 1.5, -1, True, [1], 2**63, float("nan"), "١"])
def test_an_item_that_is_no_number_is_named(signed_in, item):
    show = make_show()
    make_item(show)

    answer = pin(signed_in(make_staff(shop=show.shop)), show, item)

    assert answer.status_code == 400
    assert list(answer.json()) == ["item"]
    assert not Pin.objects.exists()


def pin(client, show, item):
    body = json.dumps({"item": item})  # writes NaN, too
    return client.post(f"/api/v1/shows/{show.slug}/pin/", body, content_type="application/json")


def traces(show) -> tuple:
    show.refresh_from_db()
    hidden = RoomEvent.objects.filter(is_hidden=True).count()
    return show.status, Pin.objects.count(), RoomEvent.objects.count(), hidden
