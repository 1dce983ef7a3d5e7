"""Everybody wants the same thing, through the counter. The control stands in test_last_unit."""

from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest
from django.db import connections

from livecommerce.errors import DomainError
from orders import books, checkout
from orders.counter import Counter
from orders.models import Bag, BagLine, Order, Payment
from orders.submit import Submit
from shops.models import Stock
from tests.factories import make_delivery, make_product

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 40


def buyers(cup, how_many, *, units=1) -> list[Submit]:
    """So many visitors with so many units in their bags."""
    shop, owners = cup.product.shop, [f"shopper-{number}" for number in range(how_many)]
    bags = Bag.objects.bulk_create(Bag(shop=shop, owner=owner) for owner in owners)
    BagLine.objects.bulk_create(BagLine(bag=bag, variant=cup, quantity=units) for bag in bags)
    return [
        Submit(shop, owner, f"key-{owner}", make_delivery(owner), units * cup.price)
        for owner in owners
    ]


def rush(submits, counters) -> Tally:
    """All of them at once, in turn at the one counter and the other: what each came away with."""
    counters = cycle(counters)

    def buy(pair):
        submit, counter = pair
        try:
            return counter.place(submit).status
        except DomainError as refusal:
            return refusal.code
        finally:
            connections.close_all()  # as at the end of every request

    with ThreadPoolExecutor(THREADS) as threads:
        return Tally(threads.map(buy, zip(submits, counters, strict=False)))


@pytest.mark.parametrize("processes", [1, 2])
def test_of_five_hundred_a_hundred_get_one_and_the_others_hear_it(processes):
    cup = make_product(on_hand=100, price=1000).variants.get()
    counters = [Counter(checkout.place_all) for _ in range(processes)]

    outcomes = rush(buyers(cup, 500), counters)

    assert outcomes == {"pending": 100, "out_of_stock": 400}
    assert Order.objects.count() == Payment.objects.count() == 100
    assert Order.objects.values("owner").distinct().count() == 100
    assert Stock.objects.get().held == 100
    assert not any(books.check().values())


def test_three_each_of_twenty_five_are_eight_orders_and_one_is_left():
    cup = make_product(on_hand=25, price=1000).variants.get()

    outcomes = rush(buyers(cup, 60, units=3), [Counter(checkout.place_all)])

    assert outcomes == {"pending": 8, "out_of_stock": 52}
    assert Stock.objects.get().free == 1
    assert not any(books.check().values())


def test_the_same_submit_sent_by_everyone_is_one_order():
    cup = make_product(on_hand=100, price=1000).variants.get()
    (submit,) = buyers(cup, 1)

    outcomes = rush([submit] * 80, [Counter(checkout.place_all) for _ in range(2)])

    assert outcomes == {"pending": 80}
    assert Order.objects.count() == Stock.objects.get().held == 1
    assert not any(books.check().values())
