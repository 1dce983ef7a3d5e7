"""The merchant edits the price or the count while an order is being placed."""

import threading

import pytest
from django.db import connections

from orders import bag, checkout, holds
from orders.models import Order
from shops import stock
from shops.models import Stock, Variant
from tests.factories import make_delivery, make_product

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cup():
    cup = make_product(on_hand=2, price=1000).variants.get()
    bag.put(cup.product.shop, "ann", cup.pk, 2)
    return cup


def place(cup, seen=2000):
    return checkout.place(cup.product.shop, "ann", "key-a", make_delivery("ann"), seen=seen)


def rival_before_the_hold(monkeypatch, act) -> threading.Thread:
    """Somebody acts after the bag was priced and before its units are held.

    SQLite lets nobody write meanwhile: there the rival is through once the order is.
    """

    def run():
        try:
            act()
        finally:
            connections.close_all()

    rival, make = threading.Thread(target=run), holds.make

    def held_up(accepted):
        rival.start()
        rival.join(0.5)
        return make(accepted)

    monkeypatch.setattr(holds, "make", held_up)
    return rival


def test_a_new_price_in_between_charges_what_was_shown(cup, monkeypatch, books_are_right):
    def edit():
        Variant.objects.filter(pk=cup.pk).update(price=1500)

    rival = rival_before_the_hold(monkeypatch, edit)

    order = place(cup)
    rival.join()

    assert (order.total, order.lines.get().unit_price) == (2000, 1000)
    assert Variant.objects.get(pk=cup.pk).price == 1500
    books_are_right()


def test_a_new_price_before_the_submit_is_refused_with_old_and_new(cup, books_are_right):
    Variant.objects.filter(pk=cup.pk).update(price=1500)

    with pytest.raises(checkout.PriceChanged) as refusal:
        place(cup)

    assert (refusal.value.seen, refusal.value.total) == (2000, 3000)
    assert Stock.objects.get(variant=cup).held == 0
    assert not Order.objects.exists()


def test_a_count_corrected_in_between_is_never_sold(cup, monkeypatch, books_are_right):
    """One of the two is refused, by the same row: the correction, or the order."""
    refused = []

    def correct():
        try:
            stock.adjust(cup, -1)
        except stock.OutOfStock as refusal:
            refused.append(refusal)

    rival = rival_before_the_hold(monkeypatch, correct)

    try:
        place(cup)
    except stock.OutOfStock as refusal:
        refused.append(refusal)
    rival.join()

    assert len(refused) == 1
    row = Stock.objects.get(variant=cup)
    assert (row.on_hand, row.held) in {(1, 0), (2, 2)}
    assert refused[0].short == {cup.pk: row.free}
    books_are_right()


def test_the_control_who_counts_by_what_she_read_sells_what_is_not_there(cup):
    read = Stock.objects.get(variant=cup).free
    stock.adjust(cup, -1)

    Stock.objects.filter(variant=cup).update(on_hand=5)  # no guard, no move: as a form would save
    stock.hold({cup.pk: read})

    assert Stock.objects.get(variant=cup).held > 1  # of one that is really there
