import json
import uuid

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from orders import lifecycle, turnstile
from orders.models import BagLine, Order, Place
from shops.models import Stock
from tests.factories import carry, make_item, make_product, make_show
from tests.orders.lining import join, sold_out, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cup():
    return sold_out(title="Mug")[0]


def post(client, cup, /, **changes):
    body = {"shop": cup.product.shop.slug, "variant": cup.pk, "email": "ann@example.com"}
    return client.post(
        "/api/v1/waiting/", json.dumps(body | changes), content_type="application/json"
    )


def test_a_place_is_told_with_its_number_and_its_link(shopper, cup):
    join(cup, "bob")

    answer = post(shopper, cup, quantity=2)

    place = Place.objects.get(owner="ann")
    assert answer.status_code == 201
    assert answer.json() == {
        "token": str(place.token),
        "url": f"/waiting/{place.token}/",
        "status": "waiting",
        "ahead": 1,
        "quantity": 2,
        "called_until": None,
        "title": "Mug",
        "shop": cup.product.shop.slug,
    }
    assert shopper.get(f"/api/v1/waiting/{place.token}/").json() == answer.json()
    assert post(shopper, cup).json()["token"] == str(place.token)
    assert Place.objects.count() == 2


def test_who_is_called_reads_it_and_finds_it_in_her_bag(shopper, cup):
    token = post(shopper, cup).json()["token"]
    lifecycle.cancel(Order.objects.get())

    told = shopper.get(f"/api/v1/waiting/{token}/").json()

    assert (told["status"], told["ahead"]) == ("called", 0)
    assert told["called_until"].endswith("Z")
    bag = shopper.get(f"/api/v1/bags/{cup.product.shop.slug}/").json()
    assert [(line["variant"], line["left"]) for line in bag["lines"]] == [(cup.pk, 1)]


def test_the_item_she_looked_at_is_kept_only_if_it_is_of_this_shop(shopper, cup):
    item = make_item(make_show(shop=cup.product.shop), cup.product)
    foreign = make_item(make_show())

    post(shopper, cup, item=item.pk)
    post(carry(APIClient(), "bob"), cup, item=foreign.pk, email="bob@example.com")

    assert [place.item for place in Place.objects.all()] == [item, None]


def test_leaving_is_for_whoever_has_the_link_and_happens_once(shopper, cup):
    ann, bob = join(cup, "ann"), join(cup, "bob")
    lifecycle.cancel(Order.objects.get())

    answer = APIClient().delete(f"/api/v1/waiting/{ann.token}/")
    again = shopper.delete(f"/api/v1/waiting/{ann.token}/")

    assert (answer.status_code, answer.json()["status"]) == (200, "left")
    assert (again.status_code, again.json()["code"]) == (409, "stale_state")
    assert states(ann, bob) == ["left", "called"]
    assert Stock.objects.get(variant=cup).held == 1


def test_what_is_there_needs_no_waiting(shopper):
    answer = post(shopper, make_product(on_hand=1).variants.get())

    assert (answer.status_code, answer.json()["code"]) == (409, "not_sold_out")
    assert not Place.objects.exists()


def test_one_visitor_has_so_many_places(shopper, cup, monkeypatch):
    monkeypatch.setattr("orders.waiting.MOST_PLACES", 0)

    answer = post(shopper, cup)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_places")
    assert not Place.objects.exists()


@pytest.mark.parametrize("variant", ["foreign", 2**40, 2**53 - 1])
def test_what_this_shop_does_not_sell_is_answered_like_what_does_not_exist(shopper, cup, variant):
    foreign = make_product(on_hand=0).variants.get().pk

    answer = post(shopper, cup, variant=foreign if variant == "foreign" else variant)

    assert (answer.status_code, answer.json()["code"]) == (409, "not_on_sale")
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, bad)
        for field, worst in {
            "quantity": [-1, 0, 21, 10**9, 1.5, "1", "١", 2**63, True, [1], None],
            "variant": [-1, 0, 1.5, "1", 2**63, float("nan"), None],
            "item": [-1, 1.5, "1", 2**63, [1]],
            "email": ["", "ann", "a@b.de\nBcc: c@d.de", 7, None, "a" * 250 + "@b.de"],
            "shop": ["", "../x", 7.5, None, []],
        }.items()
        for bad in worst
    ],
    ids=repr,
)
def test_what_makes_no_sense_is_named_and_nobody_is_in_line(shopper, cup, field, value):
    answer = post(shopper, cup, **{field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert not Place.objects.exists()


@pytest.mark.parametrize("verb", ["get", "delete"])
def test_a_place_that_does_not_exist_is_not_found(shopper, verb):
    answer = getattr(shopper, verb)(f"/api/v1/waiting/{uuid.uuid4()}/")

    assert answer.status_code == 404


def test_a_foreign_page_puts_nobody_in_line(cup):
    strict = carry(APIClient(enforce_csrf_checks=True), "ann")

    assert post(strict, cup).status_code == 403
    assert not Place.objects.exists()


def test_one_address_cannot_fill_a_line(cup, settings):
    settings.HOLDS_PER_ADDRESS = 2

    answers = [
        post(carry(APIClient(), f"v{number}"), cup, email=f"v{number}@example.com")
        for number in range(3)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].json()["code"] == "too_many_tries"
    assert Place.objects.count() == 2
    assert not BagLine.objects.filter(bag__owner__startswith="v").exists()


def test_nobody_is_written_to_again_and_again_by_somebody_else(cup, monkeypatch):
    monkeypatch.setattr(turnstile, "LETTERS", 2)
    answers = []
    for number, email in enumerate(["ann@example.com", "ANN@example.com", "ann@example.com"]):
        bob = carry(APIClient(), f"bob-{number}")
        answers.append(post(bob, cup, email=email))
        if answers[-1].status_code == 201:
            bob.delete(f"/api/v1/waiting/{answers[-1].json()['token']}/")

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert Place.objects.count() == 2
    assert post(carry(APIClient(), "cy"), cup, email="cy@example.com").status_code == 201


def test_a_line_is_open_while_the_cache_is_dead(shopper, cup, monkeypatch):
    def dead(*args, **options):
        raise ConnectionError

    for name in ("get", "add", "incr"):
        monkeypatch.setattr(type(cache._connections["default"]), name, dead)

    assert post(shopper, cup).status_code == 201
    assert Place.objects.count() == 1
