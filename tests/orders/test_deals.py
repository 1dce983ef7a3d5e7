"""What is sold at the price of a flash deal, and to whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders import bag, checkout, lifecycle, quotes
from orders.models import Bag, Order, OrderLine
from shops.models import Stock
from streams import deals
from streams import lifecycle as shows
from streams.models import Deal
from tests.factories import make_delivery, make_item, make_product, make_show

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    """On air for 10.00; two in Ann's bag."""
    show = make_show()
    item = make_item(show, make_product(shop=show.shop, price=1000, on_hand=20))
    fill(item, 2)
    return item


def fill(item, quantity, owner="ann"):
    variant = item.product.variants.get()
    bag.put(item.show.shop, owner, variant.pk, quantity, item_id=item.pk)


def total(item, owner="ann") -> int:
    return quotes.quote(Bag(shop=item.show.shop, owner=owner)).total


def place(item, *, seen, owner="ann", key="key-a", **delivery):
    shop = item.show.shop
    return checkout.place(shop, owner, key, make_delivery(owner, **delivery), seen=seen)


def taken() -> int:
    return Deal.objects.get().taken


def sold(order):
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PAID)


def test_an_order_remembers_the_deal_of_each_line_and_counts_its_units(item, books_are_right):
    deal = deals.open(item, price=600, seconds=60, cap=5)
    other = make_product(shop=item.show.shop, price=100).variants.get()
    bag.put(item.show.shop, "ann", other.pk, 1)

    order = place(item, seen=1300)

    lines = order.lines.values_list("unit_price", "list_price", "deal")
    assert list(lines) == [(600, 1000, deal.pk), (100, 100, None)]
    assert taken() == 2


@pytest.mark.parametrize("end", [lifecycle.expire, lifecycle.cancel])
def test_an_order_that_ends_without_a_sale_gives_its_units_back(item, end):
    deals.open(item, price=600, seconds=60, cap=2)
    order = place(item, seen=1200)
    fill(item, 1, "bob")
    assert (taken(), total(item, "bob")) == (2, 1000)

    end(order)

    assert (taken(), total(item, "bob")) == (0, 600)


def test_placing_anew_keeps_the_price_of_what_is_held_already(item):
    deals.open(item, price=600, seconds=60, cap=2, limit_each=2)
    place(item, seen=1200)

    assert total(item) == 1200
    place(item, seen=1200, key="key-b", line1="Harbour Street 2")

    assert taken() == 2
    assert OrderLine.objects.get(order__status=Order.Status.PENDING).deal == Deal.objects.get()


def test_who_had_hers_buys_on_at_the_price_without_the_deal(item):
    deals.open(item, price=600, seconds=60, limit_each=3)
    sold(place(item, seen=1200))

    fill(item, 1)
    assert total(item) == 600
    fill(item, 2)
    assert total(item) == 2000
    place(item, seen=2000, key="key-b")

    assert taken() == 2


def test_one_person_with_two_cookies_is_known_by_her_address(item):
    deals.open(item, price=600, seconds=60, limit_each=3)
    place(item, seen=1200)
    fill(item, 2, "ann-again")

    with pytest.raises(deals.DealEnded) as refusal:
        place(item, seen=1200, owner="ann-again", email="ANN@example.com")

    assert refusal.value.left == 1
    assert Order.objects.count() == 1
    assert taken() == Stock.objects.get().held == 2


def test_a_deal_that_ends_between_page_and_submit_has_its_grace_and_then_changes_the_price(item):
    deals.open(item, price=600, seconds=60)
    shown = total(item)
    now = timezone.now()
    Deal.objects.update(ends_at=now - deals.GRACE + timedelta(seconds=3))
    assert total(item) == shown

    Deal.objects.update(ends_at=now - deals.GRACE)
    with pytest.raises(checkout.PriceChanged) as refusal:
        place(item, seen=shown)

    assert (refusal.value.seen, refusal.value.total) == (1200, 2000)
    assert not Order.objects.exists()
    assert (taken(), Stock.objects.get().held) == (0, 0)


def test_a_show_that_ended_takes_its_deals_with_it(item):
    deals.open(item, price=600, seconds=600)
    shows.end(item.show)
    assert total(item) == 1200  # in the grace

    Deal.objects.update(ends_at=timezone.now() - deals.GRACE)

    assert total(item) == 2000


def test_the_last_units_of_a_deal_are_gone_for_who_saw_them_and_the_price_says_so(item):
    deals.open(item, price=600, seconds=60, cap=3)
    fill(item, 2, "bob")
    place(item, seen=1200)

    with pytest.raises(checkout.PriceChanged) as refusal:
        place(item, seen=1200, owner="bob")

    assert refusal.value.total == 2000
    assert (taken(), Order.objects.count()) == (2, 1)
