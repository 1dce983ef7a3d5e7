import pytest

from orders import bag, pricing
from streams import pins
from streams.models import Show
from tests.factories import make_item, make_product, make_shop, make_show, make_variant

pytestmark = pytest.mark.django_db


def unit_price(item=None, variant=None) -> int:
    variant = variant or item.product.variants.get()
    filled = bag.put(variant.product.shop, "ann", variant.pk, 1, item_id=item and item.pk)
    (line,) = pricing.quote(filled).lines
    return line.unit_price


def test_a_total_is_the_lines_and_one_delivery():
    shop = make_shop(shipping=490)
    cup, bowl = (make_product(shop=shop, price=price).variants.get() for price in (1000, 250))
    bag.put(shop, "ann", cup.pk, 3)

    quote = pricing.quote(bag.put(shop, "ann", bowl.pk, 2))

    assert [line.total for line in quote.lines] == [3000, 500]
    assert (quote.items_total, quote.shipping, quote.total) == (3500, 490, 3990)
    assert quote.quantities == {cup.pk: 3, bowl.pk: 2}


def test_an_empty_bag_costs_nothing_not_even_delivery():
    shop = make_shop(shipping=490)
    cup = make_product(shop=shop).variants.get()
    bag.put(shop, "ann", cup.pk, 1)

    quote = pricing.quote(bag.put(shop, "ann", cup.pk, 0))

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


def test_a_pin_keeps_its_price_while_it_is_open_and_no_longer():
    item = make_item(make_show(), show_price=700)
    pins.open(item)
    item.show_price = 900
    item.save()

    assert unit_price(item) == 700
    pins.close(item.show)
    assert unit_price(item) == 900


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

    assert pricing.quote(filled).lines == ()


def test_a_quote_takes_one_query_however_full_the_bag_is(django_assert_num_queries):
    show = make_show()
    for _ in range(4):
        item = make_item(show)
        filled = bag.put(show.shop, "ann", item.product.variants.get().pk, 1, item_id=item.pk)
    filled = bag.find(show.shop, "ann")
    assert filled.shop

    with django_assert_num_queries(1):
        assert len(pricing.quote(filled).lines) == 4
