"""docs/prices.md in numbers; nothing here touches a database."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecommerce.money import minor, step
from orders.pricing import WHOLE, Line, Reduction, Terms, Totals, add_up, rounded, zone_for
from shops.models import CURRENCIES, MAX_PRICE, Zone
from streams import deals, pins

currencies = st.sampled_from([code for code, _ in CURRENCIES])
rates = st.integers(0, WHOLE)


def amounts(currency: str, least: int = 0):
    """What can be paid in a currency."""
    return st.integers(least, MAX_PRICE // step(currency)).map(lambda n: n * step(currency))


@st.composite
def baskets(draw, **fixed):
    """(lines, terms, currency, reduction), as far as a merchant can make them."""
    currency = draw(currencies)
    some = amounts(currency)
    line = st.builds(Line, amounts(currency, 1), st.integers(1, 20), st.booleans())
    terms = st.builds(Terms, some, st.none() | some, rates, st.booleans())
    reduction = st.builds(Reduction, percent=rates, minimum=some) | st.builds(
        Reduction, amount=some, minimum=some
    )
    return (
        draw(st.lists(line, max_size=5)),
        replace(draw(terms), **fixed),
        currency,
        draw(st.none() | reduction),
    )


def total(*lines, reduction=None, currency="eur", **terms) -> int:
    return add_up(lines, Terms(**terms), currency, reduction).total


@given(baskets())
def test_a_total_is_the_goods_less_the_coupon_and_the_delivery_and_the_tax_on_top(basket):
    lines, terms, *_ = basket
    sums = add_up(*basket)

    on_top = 0 if terms.is_tax_included else sums.tax
    assert sums.items_total == sum(line.unit_price * line.quantity for line in lines)
    assert sums.total == sums.items_total - sums.discount + sums.shipping + on_top


@given(baskets())
def test_no_sum_is_below_zero(basket):
    sums = add_up(*basket)

    assert min(sums.items_total, sums.discount, sums.shipping, sums.tax, sums.total) >= 0


@given(baskets())
def test_a_coupon_takes_off_no_more_than_the_goods_that_are_in_no_deal(basket):
    lines = basket[0]

    assert add_up(*basket).discount <= sum(line.total for line in lines if not line.is_deal)


@given(baskets())
def test_what_is_in_a_deal_gets_no_cheaper_by_a_coupon(basket):
    lines, terms, currency, reduction = basket
    in_deals = [replace(line, is_deal=True) for line in lines]

    assert add_up(in_deals, terms, currency, reduction).discount == 0


@given(baskets())
def test_every_sum_can_be_paid_in_its_currency(basket):
    sums, least = add_up(*basket), step(basket[2])

    assert [
        amount % least
        for amount in (sums.items_total, sums.discount, sums.shipping, sums.tax, sums.total)
    ] == [0] * 5


@given(baskets())
def test_the_order_of_the_lines_changes_nothing(basket):
    lines, *rest = basket

    assert add_up(lines[::-1], *rest) == add_up(lines, *rest)


@given(baskets(is_tax_included=True))
def test_tax_that_is_contained_added_to_the_net_gives_the_gross(basket):
    _, terms, currency, _ = basket
    sums = add_up(*basket)

    net = sums.total - sums.tax
    # Rounding moves the tax by half a step at most, and the tax of the net by as much again.
    assert abs(Fraction(net * terms.tax_rate, WHOLE) - sums.tax) <= step(currency)
    assert abs(Fraction(sums.total * terms.tax_rate, WHOLE + terms.tax_rate) - sums.tax) <= (
        Fraction(step(currency), 2)
    )


@given(baskets(is_tax_included=False))
def test_tax_on_top_is_the_rate_of_what_is_delivered_and_of_its_delivery(basket):
    _, terms, currency, _ = basket
    sums = add_up(*basket)

    taxed = sums.items_total - sums.discount + sums.shipping
    assert abs(Fraction(taxed * terms.tax_rate, WHOLE) - sums.tax) <= Fraction(step(currency), 2)


@given(baskets(free_from=None), st.data())
def test_who_buys_more_never_pays_less(basket, data):
    """But where a minimum or free delivery is reached: that is what they are for."""
    lines, terms, currency, reduction = basket
    reduction = reduction and replace(reduction, minimum=0)
    more = list(lines) or [Line(step(currency), 1)]
    place = data.draw(st.integers(0, len(more) - 1))
    more[place] = replace(more[place], quantity=more[place].quantity + 1)

    before, after = (add_up(each, terms, currency, reduction) for each in (lines, more))

    assert after.items_total > before.items_total
    assert after.discount >= before.discount
    assert after.total >= before.total


@given(baskets())
def test_no_lines_cost_nothing_whatever_the_terms(basket):
    _, *rest = basket

    assert add_up([], *rest) == Totals(0, 0, 0, 0, 0)


@pytest.mark.parametrize(("goods", "shipping"), [(4999, 490), (5000, 0), (5001, 0)])
def test_goods_of_the_free_sum_itself_travel_free(goods, shipping):
    sums = add_up([Line(goods, 1)], Terms(490, free_from=5000), "eur")

    assert (sums.shipping, sums.total) == (shipping, goods + shipping)


def test_what_a_coupon_takes_off_counts_against_free_delivery():
    assert total(Line(5000, 1), reduction=Reduction(amount=1), shipping=490, free_from=5000) == 5489


def test_goods_for_nothing_still_cost_their_delivery():
    whole = Reduction(percent=WHOLE)

    assert total(Line(5000, 1), reduction=whole, shipping=490) == 490
    assert total(Line(5000, 1), reduction=whole, shipping=490, free_from=0) == 0


@pytest.mark.parametrize(("minimum", "asked"), [(2999, 2000), (3000, 2000), (3001, 3000)])
def test_a_coupon_counts_from_its_minimum_on_and_goods_in_deals_help_to_reach_it(minimum, asked):
    lines = [Line(1000, 1), Line(2000, 1, is_deal=True)]

    assert total(*lines, reduction=Reduction(amount=1000, minimum=minimum)) == asked


@pytest.mark.parametrize(
    ("dividend", "divisor", "currency", "expected"),
    [
        (1, 2, "eur", 1),
        (3, 2, "eur", 2),
        (5, 2, "eur", 3),  # to the even one it would be 2
        (149, 100, "eur", 1),
        (150, 100, "jpy", 2),
        (14, 1, "kwd", 10),
        (15, 1, "kwd", 20),
        (149, 10, "kwd", 10),
    ],
)
def test_a_half_is_rounded_up_to_what_can_be_paid(dividend, divisor, currency, expected):
    assert rounded(dividend, divisor, currency) == expected


@pytest.mark.parametrize(
    ("currency", "price", "discount", "tax"),
    [("eur", 1005, 101, 144), ("jpy", 105, 11, 15), ("kwd", 10050, 1010, 1440)],
)
def test_each_currency_rounds_to_its_own_least_amount(currency, price, discount, tax):
    ten = Reduction(percent=1000)

    sums = add_up([Line(price, 1)], Terms(tax_rate=1900), currency, ten)

    assert (sums.discount, sums.tax, sums.total) == (discount, tax, price - discount)


def test_an_amount_that_no_card_carries_is_taken_off_as_far_as_it_does():
    assert add_up([Line(5000, 1)], Terms(), "kwd", Reduction(amount=1234)).discount == 1230


HOME, EUROPE, WORLD = (
    Zone(name="Home", countries=["DE"]),
    Zone(name="Europe", countries=["AT", "DE", "FR"]),
    Zone(name="World", countries=[]),
)


@pytest.mark.parametrize(
    ("zones", "country", "found"),
    [
        ([HOME, EUROPE, WORLD], "DE", HOME),
        ([HOME, EUROPE, WORLD], "AT", EUROPE),
        ([WORLD, HOME], "DE", HOME),
        ([HOME, EUROPE, WORLD], "JP", WORLD),
        ([HOME, EUROPE], "JP", None),
        ([HOME, EUROPE, WORLD], None, HOME),
        ([], "DE", None),
        ([], None, None),
    ],
)
def test_a_country_is_in_the_first_zone_that_names_it(zones, country, found):
    assert zone_for(zones, country) is found


def test_the_example_of_the_page_is_reckoned_as_the_page_says():
    page = (Path(__file__).parents[2] / "docs/prices.md").read_text()
    told = dict(re.findall(r"^\| \**(\w+)\** \| \**([\d.]+)\** \|", page, re.MULTILINE))
    mugs, bowl, candle = Line(1900, 2, is_deal=True), Line(1500, 1), Line(999, 1)
    terms = Terms(490, free_from=5000, tax_rate=1900)
    ten = Reduction(percent=1000, minimum=4000)

    sums = add_up([mugs, bowl, candle], terms, "eur", ten)
    later = add_up([Line(2200, 2), bowl, candle], terms, "eur", ten)

    assert {name: minor(Decimal(amount), "eur") for name, amount in told.items()} == {
        "goods": sums.items_total,
        "discount": sums.discount,
        "delivery": sums.shipping,
        "tax": sums.tax,
        "total": sums.total,
    }
    told = re.search(
        r"the goods\s+are ([\d.]+), the code takes ([\d.]+) off, and\D+([\d.]+)\.\s*$", page
    )
    assert [minor(Decimal(amount), "eur") for amount in told.groups()] == [
        later.items_total,
        later.discount,
        later.total,
    ]


def test_the_graces_are_those_of_the_page():
    page = (Path(__file__).parents[2] / "docs/prices.md").read_text()
    told = dict(re.findall(r"(\d+) seconds longer \(`streams\.(\w+)\.GRACE`\)", page))

    assert told == {
        str(pins.GRACE.seconds): "pins",
        str(deals.GRACE.seconds): "deals",
    }
