import threading
import uuid
from datetime import timedelta

import pytest

from orders import bag, books, checkout, gateway, payments
from orders.models import Bag, BagLine, Order, Payment
from orders.submit import Submit
from shops import stock
from shops.models import Stock
from tests.factories import make_delivery, make_order, make_product
from tests.orders.paying import payment_of
from tests.races.together import Rendezvous, together

pytestmark = pytest.mark.django_db(transaction=True)
N = 20


@pytest.fixture
def cup():
    cup = make_product(on_hand=50, price=1000).variants.get()
    bag.put(cup.product.shop, "ann", cup.pk, 2)
    return cup


def submit(cup, key, owner="ann"):
    return Submit(cup.product.shop, owner, key, make_delivery(owner), 2000)


def place(cup, key):
    delivery = make_delivery("ann")
    return checkout.place(cup.product.shop, "ann", key, delivery, seen=2000)


def test_looking_for_the_key_first_is_not_enough(cup):
    """The control: everyone looks, nobody finds an order, everyone places one."""
    all_have_looked = Rendezvous(N)

    def submit():
        is_new = not Order.objects.filter(owner="ann", key="key-a").exists()
        all_have_looked.wait()
        return place(cup, uuid.uuid4().hex).pk if is_new else None

    together(N, submit)

    assert Order.objects.count() > 1


def test_one_submit_sent_many_times_at_once_is_one_order_and_one_hold(cup):
    outcomes = together(N, lambda: place(cup, "key-a").pk)

    assert outcomes == [Order.objects.get().pk] * N
    assert Payment.objects.count() == 1
    assert Stock.objects.get(variant=cup).held == 2
    assert not any(books.check().values())


def test_it_is_one_order_also_when_an_earlier_one_has_to_be_given_up(cup):
    earlier = place(cup, "key-of-before")

    outcomes = together(N, lambda: place(cup, "key-a").pk)

    placed = Order.objects.exclude(pk=earlier.pk).get()
    assert outcomes == [placed.pk] * N
    assert Order.objects.get(pk=earlier.pk).status == Order.Status.CANCELLED
    assert Stock.objects.get(variant=cup).held == 2
    assert not any(books.check().values())


def test_two_tabs_hold_once(cup):
    together(N, lambda: place(cup, uuid.uuid4().hex))

    assert Order.objects.filter(status="pending").count() == 1
    assert Stock.objects.get(variant=cup).held == 2
    assert not any(books.check().values())


def test_one_order_opened_many_times_at_once_has_one_intent(till, cup):
    order = make_order()

    outcomes = together(N, lambda: payments.start(payment_of(order)).reference)

    # Who met the call of another under way may be asked to come again; nobody makes a second.
    [intent] = gateway.intents(since=order.placed_at - timedelta(minutes=1))
    assert payment_of(order).reference == intent.reference
    assert set(outcomes) <= {intent.reference, gateway.GatewayBusy}
    assert payments.start(payment_of(order)).reference == intent.reference


def test_one_click_sent_many_times_at_once_is_one_line(cup):
    BagLine.objects.all().delete()
    Bag.objects.all().delete()

    outcomes = together(N, lambda: bag.put(cup.product.shop, "ann", cup.pk, 3).pk)

    assert len(set(outcomes)) == 1
    assert list(BagLine.objects.values_list("variant", "quantity")) == [(cup.pk, 3)]


def test_each_of_many_clicks_on_one_more_counts(cup):
    together(8, lambda: bag.add(cup.product.shop, "ann", cup.pk))

    assert list(BagLine.objects.values_list("variant", "quantity")) == [(cup.pk, 10)]


def test_who_places_anew_beside_a_first_order_waits_for_nobody_crosswise(cup, monkeypatch):
    """Bob places anew in one batch with Ann; her twin has written her order, and not yet its units.

    Had the batch Bob's units already, each would wait for what the other has.
    """
    make_order(variant=cup, quantity=2, owner="bob")
    twin_has_written, batch_has_units = threading.Event(), threading.Event()
    hold, lock = stock.hold, stock.lock

    def late_hold(*args, **also):
        if not twin_has_written.is_set():
            twin_has_written.set()
            batch_has_units.wait(1)
        return hold(*args, **also)

    def told_lock(variants):
        lock(variants)
        batch_has_units.set()

    def place_twin():
        return checkout.place_all([submit(cup, "key-a")])

    def place_batch():
        twin_has_written.wait(10)
        return checkout.place_all([submit(cup, "key-b", "bob"), submit(cup, "key-a")])

    monkeypatch.setattr(stock, "hold", late_hold)
    monkeypatch.setattr(stock, "lock", told_lock)
    acts = iter([place_twin, place_batch])

    outcomes = together(2, lambda: [order.owner for order in next(acts)()])

    assert sorted(outcomes, key=str) == [["ann"], ["bob", "ann"]]
    assert Stock.objects.get(variant=cup).held == 4
    assert not any(books.check().values())
