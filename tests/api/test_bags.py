import json

import pytest
from rest_framework.test import APIClient

from orders.models import Bag, BagLine
from streams import pins
from tests.factories import carry, make_item, make_product, make_shop, make_show

pytestmark = pytest.mark.django_db
BAD = [-1, 0, 21, 10**9, 1.5, 2.0, "1", "١", 2**63, float("nan"), float("inf"), [1], {}, True, None]


def test_a_bag_is_empty_at_first_and_no_row_is_made(shopper):
    shop = make_shop(shipping=490)

    answer = shopper.get(f"/api/v1/bags/{shop.slug}/")

    assert answer.json() == {
        "currency": "eur",
        "lines": [],
        "items_total": 0,
        "shipping": 0,
        "total": 0,
    }
    assert not Bag.objects.exists()


def test_what_is_put_in_is_quoted_from_the_database(shopper):
    product = make_product(shop=make_shop(shipping=490), price=1000, on_hand=7)
    variant = product.variants.get()

    answer = put(shopper, variant, {"quantity": 3})

    assert answer.status_code == 200
    assert answer.json() == shopper.get(f"/api/v1/bags/{product.shop.slug}/").json()
    assert answer.json()["total"] == 3490
    (line,) = answer.json()["lines"]
    assert (line["variant"], line["quantity"], line["left"]) == (variant.pk, 3, 7)


def test_an_item_gives_its_show_price_and_an_open_pin_keeps_its_own(shopper):
    show = make_show()
    item = make_item(show, make_product(shop=show.shop, price=1000), show_price=800)
    variant = item.product.variants.get()

    assert put(shopper, variant, {"quantity": 1, "item": item.pk}).json()["total"] == 800

    pins.open(item)
    item.show_price = 900
    item.save()

    assert shopper.get(f"/api/v1/bags/{show.shop.slug}/").json()["total"] == 800


def test_another_shops_item_gives_no_price(shopper):
    variant = make_product(price=1000).variants.get()
    foreign = make_item(make_show(), show_price=1)

    answer = put(shopper, variant, {"quantity": 1, "item": foreign.pk})

    assert answer.json()["total"] == 1000
    assert BagLine.objects.get().item is None


def test_prices_currency_and_title_of_a_client_are_ignored(shopper):
    variant = make_product(price=1000).variants.get()
    wishes = {"unit_price": 1, "price": 1, "total": 1, "currency": "jpy", "title": "Mine"}

    answer = put(shopper, variant, {"quantity": 2, **wishes}).json()

    assert (answer["total"], answer["currency"]) == (2000, "eur")
    assert answer["lines"][0]["title"] == variant.product.title


@pytest.mark.parametrize("quantity", BAD, ids=repr)
def test_a_quantity_that_makes_no_sense_is_named(shopper, quantity):
    variant = make_product().variants.get()
    put(shopper, variant, {"quantity": 2})

    answer = put(shopper, variant, {"quantity": quantity})

    assert answer.status_code == 400
    assert list(answer.json()) == ["quantity"]
    assert BagLine.objects.get().quantity == 2


@pytest.mark.parametrize("item", [-1, 1.5, "1", 2**63, float("nan"), [1], True], ids=repr)
def test_an_item_that_is_no_number_is_named(shopper, item):
    variant = make_product().variants.get()

    answer = put(shopper, variant, {"quantity": 1, "item": item})

    assert answer.status_code == 400
    assert list(answer.json()) == ["item"]
    assert not BagLine.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", '"', "[" * 60_000, b"\xff\xfe", '{"quantity": ' + "9" * 5000 + "}"]
)
def test_a_body_that_is_no_object_changes_nothing(shopper, body):
    variant = make_product().variants.get()

    answer = shopper.put(line_of(variant), body, content_type="application/json")

    assert answer.status_code == 400
    assert not BagLine.objects.exists()


def test_a_body_has_a_largest_size(shopper):
    variant = make_product().variants.get()

    answer = put(shopper, variant, {"quantity": 1, "noise": "x" * 70_000})

    assert answer.status_code == 413
    assert not BagLine.objects.exists()


def test_another_shops_variant_is_answered_like_none(shopper):
    shop, foreign = make_shop(), make_product().variants.get()

    answers = [
        shopper.put(f"/api/v1/bags/{shop.slug}/lines/{pk}/", {"quantity": 1}, format="json")
        for pk in (foreign.pk, 2**40, 2**63, 2**200)
    ]

    assert {answer.status_code for answer in answers} == {409}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert answers[0].json()["code"] == "not_on_sale"
    assert not BagLine.objects.exists()


def test_a_line_taken_out_is_out_and_can_be_taken_out_again(shopper):
    variant = make_product().variants.get()
    put(shopper, variant, {"quantity": 2})

    answers = [shopper.delete(line_of(variant)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json()["lines"] == []


@pytest.mark.parametrize("pk", [2**40, 2**63, 2**200])
def test_taking_out_what_does_not_exist_changes_nothing(shopper, pk):
    variant = make_product().variants.get()
    put(shopper, variant, {"quantity": 2})

    answer = shopper.delete(f"/api/v1/bags/{variant.product.shop.slug}/lines/{pk}/")

    assert answer.status_code == 200
    assert BagLine.objects.get().quantity == 2


def test_a_bag_is_its_visitors_alone(shopper):
    variant = make_product().variants.get()
    put(shopper, variant, {"quantity": 2})

    bob = carry(APIClient(), "bob")
    answer = bob.delete(line_of(variant))

    assert answer.json()["lines"] == []
    assert BagLine.objects.get().bag.owner == "ann"


def test_a_forged_visitor_is_a_new_one(shopper):
    variant = make_product().variants.get()
    put(shopper, variant, {"quantity": 2})
    forger = APIClient()
    forger.cookies["visitor"] = "ann"

    answer = forger.get(f"/api/v1/bags/{variant.product.shop.slug}/")

    assert answer.json()["lines"] == []


def line_of(variant) -> str:
    return f"/api/v1/bags/{variant.product.shop.slug}/lines/{variant.pk}/"


def put(client, variant, body):
    # json.dumps writes NaN, which the client's own writer refuses.
    return client.put(line_of(variant), json.dumps(body), content_type="application/json")
