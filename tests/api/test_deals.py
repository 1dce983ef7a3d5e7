"""Flash deals and codes in the player, and what everyone reads of them."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from shops.models import Member
from streams import deals, log, offers
from streams.models import Deal, Offer, RoomEvent, Show
from tests.factories import (
    make_coupon,
    make_item,
    make_product,
    make_shop,
    make_show,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db
Role = Member.Role
DEAL = {"price": 700, "seconds": 60}


@pytest.fixture
def item():
    show = make_show()
    return make_item(show, make_product(shop=show.shop, price=1000), show_price=900)


@pytest.fixture
def host(item, signed_in):
    return signed_in(make_staff(Role.HOST, shop=item.show.shop))


def send(client, path, body):
    return client.post(f"/api/v1/shows/{path}", json.dumps(body), content_type="application/json")


def open_deal(client, its, **body):
    return send(client, f"{its.show.slug}/deals/", DEAL | {"item": its.pk} | body)


def show_code(client, show, code):
    return send(client, f"{show.slug}/offer/", {"code": code})


def test_a_host_opens_a_deal_and_everyone_reads_it(host, item, client):
    answer = open_deal(host, item, cap=5, limit_each=2)

    assert answer.status_code == 201
    deal = Deal.objects.get()
    assert answer.json() == deals.card(deal)
    shown = client.get(f"/api/v1/shows/{item.show.slug}/").json()
    assert shown["deals"] == [answer.json()]
    (card,) = shown["items"]
    assert (card["price"], card["usual_price"], card["deal"]) == (700, 900, answer.json())
    room = client.get(f"/api/v1/shows/{item.show.slug}/room/").json()
    assert (room["deals"], room["deals_left"]) == ([answer.json()], {str(deal.pk): 5})


def test_ending_a_deal_can_be_asked_twice(host, item):
    deal = open_deal(host, item).json()["deal"]

    answers = [host.delete(f"/api/v1/shows/{item.show.slug}/deals/{deal}/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert RoomEvent.objects.filter(type="deal.closed").count() == 1


@pytest.mark.parametrize(
    ("status", "body", "code", "field"),
    [
        (Show.Status.ENDED, {}, "not_on_air", None),
        (Show.Status.SCHEDULED, {}, "not_on_air", None),
        (Show.Status.LIVE, {"price": 900}, "not_cheaper", "price"),
        (Show.Status.LIVE, {"price": 0}, "not_cheaper", "price"),
        (Show.Status.LIVE, {"price": 2**53 - 1}, "not_cheaper", "price"),
        (Show.Status.LIVE, {"seconds": 0}, "invalid", "seconds"),
        (Show.Status.LIVE, {"seconds": 2**53 - 1}, "invalid", "seconds"),
        (Show.Status.LIVE, {"cap": 0}, "invalid", "cap"),
        (Show.Status.LIVE, {"limit_each": 2**53 - 1}, "invalid", "limit_each"),
    ],
)
def test_a_deal_that_cannot_be_is_refused(host, item, status, body, code, field):
    Show.objects.update(status=status)

    answer = open_deal(host, item, **body)

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json().get("field")) == (code, field)
    assert not Deal.objects.exists()


@pytest.mark.parametrize("name", ["item", "price", "seconds", "cap", "limit_each"])
@pytest.mark.parametrize("value", ["1", 1.5, -1, True, [1], 2**63, float("nan"), "١"], ids=repr)
def test_what_is_no_number_is_named(host, item, name, value):
    answer = open_deal(host, item, **{name: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [name]
    assert not Deal.objects.exists()


def test_another_shows_item_and_a_hidden_one_are_answered_like_none(host, item):
    soon = timezone.now() + timedelta(hours=1)
    foreign = make_item(make_show(shop=item.show.shop))
    hidden = make_item(item.show, make_product(shop=item.show.shop, reveal_at=soon))

    answers = [open_deal(host, item, item=pk) for pk in (foreign.pk, hidden.pk, 2**40)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert not Deal.objects.exists()


def test_another_shows_deal_is_answered_like_none(host, item):
    deal = deals.open(make_item(make_show(shop=item.show.shop)), **DEAL)
    address = f"/api/v1/shows/{item.show.slug}/deals/"

    answers = [host.delete(f"{address}{pk}/") for pk in (deal.pk, 2**40, 2**70)]

    assert {answer.status_code for answer in answers} == {404}
    assert Deal.objects.get().closed_at is None


def test_a_host_shows_a_code_and_everyone_reads_it(host, item, client):
    make_coupon(item.show.shop, code="TEN")

    answer = show_code(host, item.show, " ten ")

    assert answer.status_code == 201
    offer = Offer.objects.get().pk
    assert answer.json() == {"offer": offer, "code": "TEN", "label": "10 % off"}
    shown = client.get(f"/api/v1/shows/{item.show.slug}/").json()
    assert shown["offer"] == answer.json()


def test_taking_a_code_off_the_screens_can_be_asked_twice(host, item):
    offers.open(item.show, "TEN", "10 % off")

    answers = [host.delete(f"/api/v1/shows/{item.show.slug}/offer/") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert not Offer.objects.filter(closed_at=None).exists()
    assert RoomEvent.objects.filter(type="offer.closed").count() == 1


def test_another_shops_code_and_one_that_is_over_are_not_shown(host, item):
    foreign = make_coupon(make_shop(), code="THEIRS")
    over = make_coupon(item.show.shop, code="OVER", ends_at=timezone.now())

    answers = [show_code(host, item.show, code) for code in (foreign.code, "NONE", over.code)]

    assert [answer.status_code for answer in answers] == [409] * 3
    assert {answer.json()["code"] for answer in answers} == {"coupon_refused"}
    assert answers[0].json() == answers[1].json()
    assert not Offer.objects.exists()


def test_a_code_is_shown_while_the_show_is_live(host, item):
    make_coupon(item.show.shop, code="TEN")
    Show.objects.update(status=Show.Status.ENDED)

    answer = show_code(host, item.show, "TEN")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_on_air")
    assert not Offer.objects.exists()


@pytest.mark.parametrize("code", ["", "  ", None, ["TEN"], {}, "x" * 201])
def test_what_is_no_code_is_named(host, item, code):
    answer = show_code(host, item.show, code)

    assert answer.status_code == 400
    assert list(answer.json()) == ["code"]
    assert not Offer.objects.exists()


VERBS = {
    "open a deal": lambda client, slug, item: send(
        client, f"{slug}/deals/", DEAL | {"item": item.pk}
    ),
    "end a deal": lambda client, slug, item: client.delete(
        f"/api/v1/shows/{slug}/deals/{item.deals.get().pk}/"
    ),
    "show a code": lambda client, slug, item: send(client, f"{slug}/offer/", {"code": "TEN"}),
    "hide a code": lambda client, slug, item: client.delete(f"/api/v1/shows/{slug}/offer/"),
}


@pytest.fixture
def before(item):
    """What is on air, and what must be so afterwards."""
    make_coupon(item.show.shop, code="TEN")
    deals.open(item, **DEAL)
    offers.open(item.show, "FIVE", "5 % off")
    return traces(item.show)


def traces(show) -> tuple:
    return deals.current(show), offers.current(show), log.after(show, 0)


@pytest.mark.parametrize("verb", VERBS)
def test_who_is_signed_out_may_do_nothing(item, before, verb):
    assert VERBS[verb](APIClient(), item.show.slug, item).status_code == 403
    assert traces(item.show) == before


@pytest.mark.parametrize("verb", VERBS)
def test_another_shops_show_is_answered_like_none(item, before, signed_in, verb):
    stranger = signed_in(make_staff(Role.OWNER))

    theirs, none = (VERBS[verb](stranger, slug, item) for slug in (item.show.slug, "none"))

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert traces(item.show) == before


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("role", [Role.MODERATOR, Role.DESK, None])
def test_who_does_not_run_shows_does_not_find_them(item, before, signed_in, verb, role):
    user = make_staff(role, shop=item.show.shop) if role else make_user()

    assert VERBS[verb](signed_in(user), item.show.slug, item).status_code == 404
    assert traces(item.show) == before


@pytest.mark.parametrize("role", [Role.OWNER, Role.PRODUCER, Role.HOST])
@pytest.mark.parametrize("verb", VERBS)
def test_who_runs_shows_may(item, before, signed_in, verb, role):
    client = signed_in(make_staff(role, shop=item.show.shop))

    assert VERBS[verb](client, item.show.slug, item).status_code in (201, 204)
    assert traces(item.show) != before


def test_a_drop_has_a_number_and_a_time_and_no_card(item, client):
    soon = timezone.now() + timedelta(hours=1)
    hidden = make_product(shop=item.show.shop, reveal_at=soon, title="Secret glaze")
    secret = make_item(item.show, hidden)

    page = client.get(f"/api/v1/shows/{item.show.slug}/")

    assert page.json()["drops"] == [{"number": secret.number, "reveal_at": log.stamp(soon)}]
    assert [card["item"] for card in page.json()["items"]] == [item.pk]
    assert "Secret" not in page.text
