"""Orders are looked at, never edited; the first page says what the rows say."""

import pytest
from django.urls import reverse

from orders.models import Order
from tests.admin.back_office import signed_in, staff
from tests.factories import make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_order_desk_reads_an_order(ours):
    order = make_order(variant=ours.variant, quantity=2)

    page = staff("desk", ours.shop).get(reverse("admin:orders_order_change", args=[order.pk]))

    text = page.content.decode()
    for shown in (order.number, "€20.00", "Ann Example", "Harbour Street 1", "20457 Hamburg"):
        assert shown in text


@pytest.mark.parametrize("who", ["owner", "house"])
def test_nobody_edits_an_order(ours, owner, who):
    order = make_order(variant=ours.variant)
    house = signed_in(make_user(is_staff=True, is_superuser=True))
    client = {"owner": owner, "house": house}[who]

    changed = client.post(
        reverse("admin:orders_order_change", args=[order.pk]), {"total": 1, "status": "paid"}
    )
    added = client.get(reverse("admin:orders_order_add"))
    deleted = client.post(reverse("admin:orders_order_delete", args=[order.pk]), {"post": "yes"})

    assert [each.status_code for each in (changed, added, deleted)] == [403, 403, 403]
    found = Order.objects.get(pk=order.pk)
    assert (found.total, found.status) == (order.total, "pending")


def test_the_first_page_sums_what_was_sold_today_in_our_shop(ours, theirs, owner):
    for house in (ours, theirs):
        for name, quantity in (("ann", 2), ("ben", 1), ("cleo", 1)):
            make_order(variant=house.variant, quantity=quantity, owner=name)
    Order.objects.filter(owner="ann").update(status="paid")
    Order.objects.filter(owner="ben").update(status="authorized")

    context = owner.get(reverse("admin:index")).context

    assert context["takings"] == [{"amount": "€30.00", "orders": 2, "units": 3}]
    assert context["waiting"] == 1
    assert {order.shop for order in context["latest_orders"]} == {ours.shop}
    assert list(context["next_shows"]) == [ours.show]


def test_who_runs_shows_sees_no_money(ours):
    make_order(variant=ours.variant)

    page = staff("host", ours.shop).get(reverse("admin:index"))

    assert "takings" not in page.context
    assert "Ann Example" not in page.content.decode()
    assert "Control room" in page.content.decode()
