"""Orders are looked at, never edited; the first page says what the rows say."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Order, Payment
from tests.admin.back_office import queries_of, signed_in, staff
from tests.factories import make_order, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_order_desk_reads_an_order(ours):
    order = make_order(variant=ours.variant, quantity=2)

    page = staff("desk", ours.shop).get(reverse("admin:orders_order_change", args=[order.pk]))

    text = page.content.decode()
    for shown in (order.number, "€20.00", "Ann Example", "Harbour Street 1", "20457 Hamburg"):
        assert shown in text


def test_the_order_desk_is_led_to_the_page_of_a_show_not_to_what_it_may_not_open(ours):
    order = make_order(variant=ours.variant)
    Order.objects.filter(pk=order.pk).update(show=ours.show)

    page = staff("desk", ours.shop).get(reverse("admin:orders_order_change", args=[order.pk]))

    text = page.content.decode()
    assert f'href="{reverse("show", args=[ours.show.slug])}"' in text
    assert reverse("admin:streams_show_change", args=[ours.show.pk]) not in text


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

    assert context["takings"] == [{"amount": "€30.00", "orders": 2, "units": 3, "refunded": 0}]
    assert context["waiting"] == 1
    assert {order.shop for order in context["latest_orders"]} == {ours.shop}
    assert list(context["next_shows"]) == [ours.show]


def test_who_runs_shows_sees_no_money(ours):
    make_order(variant=ours.variant)

    page = staff("host", ours.shop).get(reverse("admin:index"))

    assert "takings" not in page.context
    assert "Ann Example" not in page.content.decode()
    assert "Control room" in page.content.decode()


def test_an_order_says_what_its_total_is_made_of(ours):
    order = make_order(variant=ours.variant, quantity=2)
    Order.objects.filter(pk=order.pk).update(
        coupon_code="<b>KILN10</b>", discount=200, shipping=490, tax=366, tax_rate=1900, total=2290
    )

    page = staff("desk", ours.shop).get(reverse("admin:orders_order_change", args=[order.pk]))

    text = page.content.decode()
    for shown in ("&lt;b&gt;KILN10&lt;/b&gt;: −€2.00", "€4.90", "€3.66 (19 %, in the total)"):
        assert shown in text
    assert "<b>KILN10" not in text


def press(order, **values) -> None:
    Payment.objects.filter(order=order).update(**values)


def test_money_that_needs_a_look_is_on_the_first_page_and_found_again(ours, theirs, owner):
    soon, later = (timezone.now() + timedelta(hours=hours) for hours in (3, 72))
    orders = {
        name: make_order(variant=ours.variant, owner=name) for name in ("a", "b", "c", "d", "e")
    }
    press(orders["a"], flag="<i>By hand</i>")
    press(orders["b"], dispute="needs_response", disputed=1000)
    press(orders["c"], status="authorized", capture_before=soon)
    press(orders["d"], status="authorized", capture_before=later)
    press(orders["e"], dispute="won", disputed=0)
    press(make_order(variant=theirs.variant, owner="f"), flag="Theirs")

    first = owner.get(reverse("admin:index"))
    found = owner.get(reverse("admin:orders_order_changelist"), {"look": "yes"})

    named = {notice["order"].owner: notice["reasons"] for notice in first.context["notices"]}
    assert named.keys() == {"a", "b", "c"}
    assert named["a"] == ["<i>By hand</i>"]
    assert named["b"] == ["€10.00 are disputed: needs response."]
    assert named["c"][0].startswith("The bank lets the money go at ")
    assert "&lt;i&gt;By hand" in first.content.decode()
    assert {row.owner for row in found.context["cl"].result_list} == {"a", "b", "c"}


def test_who_runs_shows_is_told_of_no_payment(ours):
    press(make_order(variant=ours.variant), flag="By hand")

    page = staff("host", ours.shop).get(reverse("admin:index"))

    assert "By hand" not in page.content.decode()


def test_lists_take_a_fixed_number_of_queries(ours, owner):
    urls = [reverse("admin:orders_order_changelist"), reverse("admin:index")]
    press(make_order(variant=ours.variant, owner="a"), flag="By hand")
    few = [queries_of(owner, url) for url in urls]
    for name in ("b", "c", "d"):
        press(make_order(variant=ours.variant, owner=name), flag="By hand")

    assert [queries_of(owner, url) for url in urls] == few
