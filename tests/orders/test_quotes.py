from datetime import timedelta

import pytest
from django.utils import timezone

from orders import bag, coupons, quotes
from orders.models import Bag
from streams import deals, pins
from streams.models import Deal, Pin, Show
from tests.factories import (
    make_coupon,
    make_item,
    make_product,
    make_shop,
    make_show,
    make_variant,
    make_zone,
)

pytestmark = pytest.mark.django_db


def unit_price(item=None, variant=None) -> int:
    variant = variant or item.product.variants.get()
    filled = bag.put(variant.product.shop, "ann", variant.pk, 1, item_id=item and item.pk)
    (line,) = quotes.quote(filled).lines
    return line.unit_price


def test_a_total_is_the_lines_and_one_delivery():
    shop = make_shop(shipping=490)
    cup, bowl = (make_product(shop=shop, price=price).variants.get() for price in (1000, 250))
    bag.put(shop, "ann", cup.pk, 3)

    quote = quotes.quote(bag.put(shop, "ann", bowl.pk, 2))

    assert [line.total for line in quote.lines] == [3000, 500]
    assert (quote.items_total, quote.shipping, quote.total) == (3500, 490, 3990)
    assert quote.quantities == {cup.pk: 3, bowl.pk: 2}


def test_an_empty_bag_costs_nothing_not_even_delivery():
    shop = make_shop(shipping=490)
    cup = make_product(shop=shop).variants.get()
    bag.put(shop, "ann", cup.pk, 1)

    quote = quotes.quote(bag.put(shop, "ann", cup.pk, 0))

    assert (quote.lines, quote.total) == ((), 0)


@pytest.mark.parametrize(
    ("status", "price"),
    [
        (Show.Status.SCHEDULED, 1000),
        (Show.Status.LIVE, 700),
        (Show.Status.ENDED, 700),
        (Show.Status.CANCELLED, 1000),
    ],
)
def test_a_show_price_counts_while_the_show_is_live_and_in_its_replay(status, price):
    assert unit_price(make_item(make_show(status=status), show_price=700)) == price


def test_a_show_price_never_raises_a_price():
    assert unit_price(make_item(make_show(), show_price=1001)) == 1000


def test_a_show_price_is_for_those_who_came_from_the_show():
    item = make_item(make_show(), show_price=700)

    assert unit_price(variant=item.product.variants.get()) == 1000


def test_a_pin_keeps_its_price_while_it_is_open_and_a_minute_longer():
    item = make_item(make_show(), show_price=700)
    pins.open(item)
    item.show_price = 900
    item.save()

    assert unit_price(item) == 700
    pins.close(item.show)
    assert unit_price(item) == 700
    closed_for(pins.GRACE - timedelta(seconds=2))
    assert unit_price(item) == 700
    closed_for(pins.GRACE)
    assert unit_price(item) == 900


def closed_for(time: timedelta):
    Pin.objects.update(closed_at=timezone.now() - time)


@pytest.mark.parametrize("is_open", [True, False])
def test_a_pin_never_raises_a_price(is_open):
    item = make_item(make_show(), show_price=700)
    pins.open(item)
    item.show_price = 600
    item.save()
    if not is_open:
        pins.close(item.show)

    assert unit_price(item) == 600


def test_a_variant_that_came_after_the_pin_has_the_price_of_now():
    item = make_item(make_show(), show_price=700)
    pins.open(item)

    late = make_variant(item.product, price=650)

    assert unit_price(item, variant=late) == 650


def test_a_pin_of_another_item_changes_no_price():
    show = make_show()
    cup, bowl = make_item(show, show_price=700), make_item(show, show_price=800)
    pins.open(bowl)
    cup.show_price = None
    cup.save()

    assert unit_price(cup) == 1000


def test_what_is_no_longer_on_sale_is_not_in_the_quote():
    cup = make_product().variants.get()
    filled = bag.put(cup.product.shop, "ann", cup.pk, 1)
    cup.is_on_sale = False
    cup.save()

    assert quotes.quote(filled).lines == ()


def test_quotes_take_four_queries_however_many_and_however_full(django_assert_num_queries):
    shop, owners = make_shop(shipping=490), ["ann", "bob", "cid"]
    show = make_show(shop=shop)
    coupon = make_coupon(shop, limit=100, limit_each=1)
    for number in range(4):
        item = make_item(show, make_product(shop=shop, on_hand=50))
        deals.open(item, price=900, seconds=60, cap=50 + number, limit_each=2)
        for owner in owners:
            bag.put(shop, owner, item.product.variants.get().pk, 1, item_id=item.pk)
            coupons.put(shop, owner, coupon.code)

    with django_assert_num_queries(4):
        (one,) = quotes.read([quotes.Ask(shop, "ann")])
    with django_assert_num_queries(4):
        many = quotes.read([quotes.Ask(shop, owner) for owner in owners])

    assert [len(quote.lines) for quote in many] == [4, 4, 4]
    assert {quote.total for quote in many} == {one.total} == {4 * 900 + 490}


def test_an_empty_bag_takes_no_more(django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        quotes.quote(Bag(shop=make_shop(), owner="ann"))


def test_the_country_decides_about_delivery_and_tax():
    shop = make_shop(is_tax_included=False)
    make_zone(shop, name="Home", countries=["DE"], shipping=490, free_from=3000, tax_rate=1900)
    make_zone(shop, name="Alps", countries=["AT", "CH"], shipping=1500, tax_rate=2000)
    filled = bag.put(shop, "ann", make_product(shop=shop, price=1000).variants.get().pk, 1)

    at_home, in_alps, nowhere = (quotes.quote(filled, country) for country in (None, "CH", "JP"))

    assert (at_home.zone.name, at_home.shipping, at_home.tax) == ("Home", 490, 283)
    assert (in_alps.zone.name, in_alps.shipping, in_alps.total) == ("Alps", 1500, 3000)
    assert (nowhere.zone, nowhere.is_delivered, nowhere.total) == (None, False, 1000)


@pytest.fixture
def item():
    """Three in Ann's bag, from a live show."""
    show = make_show()
    item = make_item(show, make_product(shop=show.shop, price=1000, on_hand=50), show_price=900)
    put(item, 3)
    return item


def put(item, quantity, owner="ann", variant=None):
    variant = variant or item.product.variants.get()
    bag.put(item.show.shop, owner, variant.pk, quantity, item_id=item.pk)


def asked(item, owner="ann") -> list[int]:
    """What each unit of each line costs."""
    quote = quotes.quote(Bag(shop=item.show.shop, owner=owner))
    return [line.unit_price for line in quote.lines]


def test_a_deal_counts_from_its_start_and_through_its_grace(item):
    assert asked(item) == [900]
    deal = deals.open(item, price=500, seconds=60)
    assert asked(item) == [500]

    over_for(deal, deals.GRACE - timedelta(seconds=2))
    assert asked(item) == [500]
    deals.sweep()
    assert asked(item) == [500]
    over_for(deal, deals.GRACE)
    assert asked(item) == [900]


def over_for(deal, time: timedelta):
    Deal.objects.filter(pk=deal.pk).update(ends_at=timezone.now() - time)


def test_a_deal_that_is_closed_counts_through_its_grace(item):
    deal = deals.open(item, price=500, seconds=600)
    deals.close(deal)

    assert asked(item) == [500]
    over_for(deal, deals.GRACE)
    assert asked(item) == [900]


def test_who_pressed_buy_before_a_dearer_deal_began_still_gets_hers(item):
    before = deals.open(item, price=500, seconds=60)
    deals.open(item, price=700, seconds=60)

    assert asked(item) == [500]
    over_for(before, deals.GRACE)
    assert asked(item) == [700]


def test_a_deal_is_for_those_who_came_from_the_show(item):
    deals.open(item, price=500, seconds=60)
    bag.put(item.show.shop, "bob", item.product.variants.get().pk, 1)

    assert asked(item, "bob") == [1000]


def test_a_deal_of_another_show_and_of_another_shop_change_nothing(item):
    elsewhere = make_item(make_show(shop=item.show.shop), item.product)
    deals.open(elsewhere, price=500, seconds=60)
    foreign = make_item(make_show(), make_product(price=1000))
    deals.open(foreign, price=1, seconds=60)
    bag.put(item.show.shop, "bob", item.product.variants.get().pk, 1, item_id=foreign.pk)

    assert asked(item) == [900]
    assert asked(item, "bob") == [1000]


def test_a_pinned_price_below_the_deal_is_kept(item):
    item.show_price = 400
    item.save()
    pins.open(item)
    item.show_price = None
    item.save()
    deals.open(item, price=500, seconds=60)

    assert asked(item) == [400]


@pytest.mark.parametrize(("limits", "price"), [({"cap": 3}, 500), ({"cap": 2}, 900)])
def test_a_line_has_the_price_for_all_of_its_units_or_for_none(item, limits, price):
    deals.open(item, price=500, seconds=60, **limits)

    assert asked(item) == [price]


@pytest.mark.parametrize("limits", [{"cap": 4}, {"limit_each": 4}])
def test_two_variants_share_what_a_deal_allows(item, limits):
    put(item, 2, variant=make_variant(item.product, price=1000, on_hand=50))
    deals.open(item, price=500, seconds=60, **limits)

    assert asked(item) == [500, 900]


def test_more_than_a_customer_may_have_costs_what_it_costs_without_the_deal(item):
    deals.open(item, price=500, seconds=60, limit_each=2)

    assert asked(item) == [900]
    put(item, 2)
    assert asked(item) == [500]
