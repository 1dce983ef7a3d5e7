import json
import uuid

import pytest
import requests
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from orders import bag as bags
from orders import lifecycle
from orders.models import BagLine, Order, Payment
from shops.models import MAX_PRICE, Stock
from streams import pins
from tests.factories import DELIVERY, carry, make_item, make_product, make_shop, make_show

pytestmark = pytest.mark.django_db
BAD_SEEN = [-1, 1.5, 1000.0, "1000", "١", 2**63, float("nan"), [1000], True, None]


@pytest.fixture
def variant():
    """One unit at 10.00 lies in Ann's bag."""
    variant = make_product(price=1000, on_hand=5).variants.get()
    bags.put(variant.product.shop, "ann", variant.pk, 1)
    return variant


def test_an_order_is_placed_without_asking_the_provider(shopper, variant):
    answer = place(shopper, variant)

    assert answer.status_code == 201
    order, told = Order.objects.get(), answer.json()
    payment = told.pop("payment")
    assert told == {
        "token": str(order.token),
        "number": order.number,
        "url": f"/orders/{order.token}/",
        "status": "pending",
        "currency": "eur",
        "lines": [
            {"title": str(variant), "quantity": 1, "unit_price": 1000, "total": 1000},
        ],
        "items_total": 1000,
        "coupon_code": "",
        "discount": 0,
        "shipping": 0,
        "tax": 0,
        "tax_rate": 0,
        "is_tax_included": True,
        "total": 1000,
        "placed_at": told["placed_at"],
        "expires_at": told["expires_at"],
        "capture_at": None,
        "can_cancel": True,
        "refunded": 0,
        "refunds": [],
    }
    assert (payment["status"], payment["client_secret"]) == ("started", "")
    assert order.payment.reference is None
    assert Stock.objects.get().held == 1


def test_opening_the_payment_tells_how_to_pay(till, shopper, variant):
    order = Order.objects.get(token=place(shopper, variant).json()["token"])

    first, second = (open_payment(shopper, order.token) for _ in range(2))

    assert first.status_code == 200
    assert first.json() == second.json()
    payment = first.json()["payment"]
    order.payment.refresh_from_db()
    assert payment["client_secret"].startswith(order.payment.reference)
    assert (payment["publishable_key"], payment["api_base"], payment["is_stand_in"]) == (
        settings.STRIPE_PUBLISHABLE_KEY,
        till.address,
        True,
    )


def test_only_who_placed_it_opens_its_payment(shopper, stranger, variant):
    token = place(shopper, variant).json()["token"]

    assert open_payment(stranger, token).status_code == 404
    assert Payment.objects.get().reference is None


def test_the_same_submit_sent_again_is_the_same_order(till, shopper, variant):
    first, second = (place(shopper, variant, key="a" * 32) for _ in range(2))

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert Stock.objects.get().held == 1


def test_a_submit_repeated_after_the_end_answers_that_order_and_holds_nothing(
    till, shopper, variant
):
    place(shopper, variant, key="a" * 32)
    lifecycle.expire(Order.objects.get())

    again = place(shopper, variant, key="a" * 32)

    assert (again.status_code, again.json()["status"]) == (201, "expired")
    assert again.json()["payment"]["client_secret"] == ""
    assert Stock.objects.get().held == 0


def test_placing_anew_lets_the_order_before_it_go(till, shopper, variant):
    old, new = (place(shopper, variant).json()["token"] for _ in range(2))

    assert Order.objects.get(token=old).status == Order.Status.CANCELLED
    assert Order.objects.get(token=new).status == Order.Status.PENDING
    assert Stock.objects.get().held == 1


def test_prices_currency_title_and_status_of_a_client_are_ignored(till, shopper, variant):
    wishes = {"total": 1, "price": 1, "shipping": 0, "currency": "jpy", "status": "paid"}
    wishes["lines"] = [{"title": "Mine", "quantity": 1, "unit_price": 1}]

    told = place(shopper, variant, **wishes).json()

    assert (told["total"], told["currency"], told["status"]) == (1000, "eur", "pending")
    assert told["lines"][0]["title"] == str(variant)
    assert Payment.objects.get().amount == 1000


def test_a_total_that_was_not_shown_is_refused(shopper, variant):
    answer = place(shopper, variant, seen=999)

    assert answer.status_code == 409
    assert answer.json()["code"] == "price_changed"
    assert (answer.json()["seen"], answer.json()["total"]) == (999, 1000)
    assert_nothing_was_sold()


def test_an_empty_bag_is_refused(shopper, variant):
    BagLine.objects.all().delete()

    answer = place(shopper, variant)

    assert (answer.status_code, answer.json()["code"]) == (409, "empty_bag")
    assert_nothing_was_sold()


def test_too_few_left_is_refused_and_says_how_many(shopper, variant):
    Stock.objects.update(on_hand=0)

    answer = place(shopper, variant)

    assert (answer.status_code, answer.json()["code"]) == (409, "out_of_stock")
    assert answer.json()["left"] == {str(variant.pk): 0}
    assert_nothing_was_sold()


def test_more_than_one_payment_can_carry_is_refused(shopper):
    variant = make_product(price=MAX_PRICE).variants.get()
    bags.put(variant.product.shop, "ann", variant.pk, 2)

    answer = place(shopper, variant, seen=2 * MAX_PRICE)

    assert (answer.status_code, answer.json()["code"]) == (409, "too_much")
    assert_nothing_was_sold()


def test_a_shop_that_does_not_exist_is_not_found(shopper, variant):
    answer = place(shopper, variant, shop="no-such-shop")

    assert answer.status_code == 404
    assert_nothing_was_sold()


@pytest.mark.parametrize("seen", BAD_SEEN, ids=repr)
def test_a_total_that_is_no_number_is_named(shopper, variant, seen):
    answer = place(shopper, variant, seen=seen)

    assert answer.status_code == 400
    assert list(answer.json()) == ["seen"]
    assert_nothing_was_sold()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("shop", "../etc"),
        ("key", "short"),
        ("key", ["a" * 32]),
        ("email", "nobody"),
        ("email", f"{'a' * 250}@example.com"),
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("name", {"a": 1}),
        ("line1", "x" * 161),
        ("postcode", "x" * 21),
        ("city", None),
        ("country", "ZZ"),
        ("country", "\ud800"),
        ("country", "de"),
    ],
    ids=repr,
)
def test_what_a_shopper_typed_wrong_is_named(shopper, variant, field, value):
    answer = place(shopper, variant, **{field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert_nothing_was_sold()


def test_every_field_that_is_missing_is_named(shopper):
    answer = shopper.post("/api/v1/orders/", {}, format="json")

    named = {"shop", "key", "seen", "email", "name", "line1", "postcode", "city", "country"}
    assert answer.status_code == 400
    assert set(answer.json()) == named


def test_an_unreachable_provider_leaves_the_order_as_it_is(shopper, variant, faults):
    token = place(shopper, variant).json()["token"]
    faults("create", "429", 3)

    refused = open_payment(shopper, token)

    assert (refused.status_code, refused.json()["code"]) == (409, "payment_unavailable")
    assert Order.objects.get().status == Order.Status.PENDING

    requests.delete(f"{settings.STRIPE_API_BASE}/_till/faults", timeout=5)
    again = open_payment(shopper, token)

    assert again.json()["payment"]["client_secret"]
    assert Stock.objects.get().held == 1


def test_a_look_at_a_pending_order_learns_that_the_card_said_yes(till, shopper, variant):
    told = place_and_open(shopper, variant)
    pay(till, told)

    answer = APIClient().get(f"/api/v1/orders/{told['token']}/").json()

    assert (answer["status"], answer["payment"]["status"]) == ("authorized", "authorized")
    assert answer["payment"]["client_secret"] == ""
    assert not BagLine.objects.exists()


def test_a_look_tells_why_the_card_was_refused(till, shopper, variant):
    told = place_and_open(shopper, variant)
    pay(till, told, "pm_card_chargeDeclined")

    answer = shopper.get(f"/api/v1/orders/{told['token']}/").json()

    assert answer["status"] == "pending"
    assert answer["payment"]["refusal"]
    assert answer["payment"]["client_secret"]


def test_the_provider_is_asked_once_in_a_while_only(till, shopper, variant):
    told = place_and_open(shopper, variant)
    path = f"/api/v1/orders/{told['token']}/"
    shopper.get(path)
    pay(till, told)

    assert shopper.get(path).json()["status"] == "pending"
    cache.clear()
    assert shopper.get(path).json()["status"] == "authorized"


def test_a_look_survives_a_dead_provider(shopper, variant, faults):
    told = place(shopper, variant).json()
    faults("retrieve", "429")

    answer = shopper.get(f"/api/v1/orders/{told['token']}/")

    assert (answer.status_code, answer.json()) == (200, told)


def test_orders_are_placed_and_read_while_the_cache_is_dead(till, shopper, variant, monkeypatch):
    def dead(*args, **options):
        raise ConnectionError

    monkeypatch.setattr(type(cache._connections["default"]), "get", dead)
    monkeypatch.setattr(type(cache._connections["default"]), "add", dead)

    placed = place(shopper, variant)
    looked = shopper.get(f"/api/v1/orders/{placed.json()['token']}/")

    assert (placed.status_code, looked.status_code) == (201, 200)


def test_a_guessed_token_is_not_found(shopper):
    for token in (uuid.uuid4(), "0", "../x"):
        assert shopper.get(f"/api/v1/orders/{token}/").status_code == 404


def test_who_placed_an_order_may_cancel_it(till, shopper, variant):
    told = place(shopper, variant).json()

    answer = shopper.post(f"/api/v1/orders/{told['token']}/cancel/")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert answer.json()["payment"]["client_secret"] == ""
    assert Stock.objects.get().held == 0


def test_who_only_has_the_link_reads_no_secret_of_the_payment(till, shopper, variant):
    told = place_and_open(shopper, variant)
    path = f"/api/v1/orders/{told['token']}/"

    theirs = carry(APIClient(), "bob").get(path)
    refused = carry(APIClient(), "bob").post(f"{path}payment/")

    assert theirs.json()["payment"]["client_secret"] == ""
    assert told["payment"]["client_secret"] not in theirs.content.decode()
    assert refused.status_code == 404
    assert shopper.get(path).json()["payment"]["client_secret"]


def test_one_order_does_not_ring_the_provider_without_end(till, shopper, variant, monkeypatch):
    monkeypatch.setattr("orders.api.orders.OPENINGS", 2)
    token = place(shopper, variant).json()["token"]

    answers = [open_payment(shopper, token) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].json()["code"] == "too_many_tries"
    assert shopper.get(f"/api/v1/orders/{token}/").json()["payment"]["client_secret"]
    other = make_product(price=1000).variants.get()
    bags.put(other.product.shop, "bob", other.pk, 1)
    bob = carry(APIClient(), "bob")
    told = place(bob, other, email="bob@example.com").json()
    assert open_payment(bob, told["token"]).status_code == 200


def test_who_only_has_the_link_cannot_cancel(till, shopper, variant):
    told = place(shopper, variant).json()
    bob = carry(APIClient(), "bob")

    theirs = bob.post(f"/api/v1/orders/{told['token']}/cancel/")
    none = bob.post(f"/api/v1/orders/{uuid.uuid4()}/cancel/")

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()
    assert Order.objects.get().status == Order.Status.PENDING


def test_an_order_is_cancelled_once(till, shopper, variant):
    path = f"/api/v1/orders/{place(shopper, variant).json()['token']}/cancel/"

    answers = [shopper.post(path) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 409]
    assert answers[1].json()["code"] == "stale_state"
    assert Stock.objects.get().held == 0


def test_submits_are_limited(shopper, variant):
    answers = [place(shopper, variant, seen=1) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [409] * 30 + [429]
    assert_nothing_was_sold()


def test_placing_an_order_takes_ten_statements_at_most(till, shopper):
    show = make_show(shop=make_shop(shipping=490))
    item = make_item(show, make_product(shop=show.shop), show_price=900)
    variant = item.product.variants.get()
    bags.put(show.shop, "ann", variant.pk, 2, item_id=item.pk)
    pins.open(item)

    with CaptureQueriesContext(connection) as run:
        answer = place(shopper, variant, seen=2290)

    assert answer.status_code == 201
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    statements = [each["sql"] for each in run if not each["sql"].startswith(control)]
    assert len(statements) <= 10, "\n".join(statements)


def open_payment(client, token):
    return client.post(f"/api/v1/orders/{token}/payment/")


def place_and_open(client, variant) -> dict:
    return open_payment(client, place(client, variant).json()["token"]).json()


def place(client, variant, **values):
    body = DELIVERY | {
        "shop": variant.product.shop.slug,
        "key": uuid.uuid4().hex,
        "seen": 1000,
        **values,
    }
    # json.dumps writes NaN and lone surrogates, which the client's own writer refuses.
    return client.post("/api/v1/orders/", json.dumps(body), content_type="application/json")


def pay(till, told, card="pm_card_visa"):
    """What the page does with the client secret."""
    secret = told["payment"]["client_secret"]
    requests.post(
        f"{till.address}/v1/payment_intents/{secret.partition('_secret')[0]}/confirm",
        data={
            "client_secret": secret,
            "payment_method": card,
            "return_url": "https://shop.example/",
        },
        headers={"Authorization": f"Bearer {told['payment']['publishable_key']}"},
        timeout=5,
    )


def assert_nothing_was_sold():
    assert not Order.objects.exists()
    assert not Payment.objects.exists()
    assert sum(Stock.objects.values_list("held", flat=True)) == 0
