import pytest
from rest_framework.test import APIClient

from orders.models import Order
from shops.models import Member
from tests.factories import make_item, make_order, make_product, make_shop, make_show, make_staff

pytestmark = pytest.mark.django_db


def test_who_only_moderates_sees_no_buyers(signed_in):
    order = make_order()

    answer = signed_in(make_staff("moderator", shop=order.shop)).get(orders_of(order.shop))

    assert answer.status_code == 404
    assert order.name not in answer.content.decode()


@pytest.mark.parametrize("role", sorted(set(Member.Role.values) - {"moderator"}))
def test_who_sells_for_the_shop_sees_what_sells(signed_in, role):
    order = make_order(quantity=2)

    answer = signed_in(make_staff(role, shop=order.shop)).get(orders_of(order.shop))

    assert answer.status_code == 200
    assert answer.json()["totals"] == {"orders": 0, "units": 0, "amount": 0}
    (row,) = answer.json()["results"]
    assert row.pop("placed_at")
    assert row == {
        "number": order.number,
        "status": "pending",
        "name": "Ann Example",
        "total": 2000,
        "currency": "eur",
        "lines": [{"title": order.lines.get().title, "quantity": 2}],
    }


def test_totals_count_what_is_sold_and_lists_are_newest_first(signed_in):
    shop = make_shop()
    variant = make_product(shop=shop, on_hand=50).variants.get()
    states = [Order.Status.PAID, Order.Status.AUTHORIZED, Order.Status.EXPIRED]
    numbers = []
    for number, status in enumerate(states):
        order = make_order(variant=variant, quantity=number + 1, owner=f"visitor-{number}")
        Order.objects.filter(pk=order.pk).update(status=status)
        numbers.append(order.number)

    answer = signed_in(make_staff(shop=shop)).get(orders_of(shop), {"limit": 2}).json()

    assert [row["number"] for row in answer["results"]] == [numbers[2], numbers[1]]
    assert answer["totals"] == {"orders": 2, "units": 3, "amount": 3000}


def test_orders_of_one_show(signed_in):
    show = make_show()
    item = make_item(show)
    inside = make_order(variant=item.product.variants.get(), item=item)
    make_order(variant=make_product(shop=show.shop).variants.get(), owner="bob")

    client = signed_in(make_staff(shop=show.shop))
    answer = client.get(orders_of(show.shop), {"show": show.slug}).json()

    assert [row["number"] for row in answer["results"]] == [inside.number]


def test_another_shops_orders_are_answered_like_none(signed_in):
    order = make_order()
    stranger = signed_in(make_staff())

    theirs = stranger.get(orders_of(order.shop))
    none = stranger.get("/api/v1/shops/no-such-shop/orders/")

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()


def test_who_is_signed_out_sees_no_orders():
    answer = APIClient().get(orders_of(make_order().shop))

    assert answer.status_code == 403
    assert "results" not in answer.json()


@pytest.mark.parametrize(
    ("field", "value"), [("limit", "0"), ("limit", "501"), ("limit", "١"), ("show", "a b")]
)
def test_a_filter_that_makes_no_sense_is_named(signed_in, field, value):
    shop = make_shop()

    answer = signed_in(make_staff(shop=shop)).get(orders_of(shop), {field: value})

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def orders_of(shop) -> str:
    return f"/api/v1/shops/{shop.slug}/orders/"
