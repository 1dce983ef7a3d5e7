"""A hundred cards say yes within 300 ms of the moment in which their orders end."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from livecommerce.states import StaleState
from orders import checkout, lifecycle, payments, sweepers
from orders.models import Order
from shops.models import Stock
from tests.factories import make_order, make_product
from tests.orders.paying import at_the_till, pay, payment_of

pytestmark = pytest.mark.django_db(transaction=True)
SPREAD = 0.3  # seconds before and after
BETWEEN = 0.02  # seconds from trial to trial
HANDS = 12


def charge(order: Order) -> None:
    """What a webhook and its bell do."""
    checkout.confirm(payment_of(order))
    payments.capture(payment_of(order))


@pytest.mark.parametrize(
    ("end", "trials"), [(lifecycle.expire, 100), (lifecycle.cancel, 30)], ids=["expiry", "cancel"]
)
def test_one_of_the_two_wins_however_close_they_are(till, end, trials, books_are_right):
    cup = make_product(on_hand=trials).variants.get()
    orders = [make_order(variant=cup, owner=f"shopper-{n}") for n in range(trials)]
    for order in orders:
        pay(till, order).raise_for_status()
    acts = []
    for number, order in enumerate(orders):
        moment = SPREAD + number * BETWEEN
        offset = SPREAD * (2 * number / (trials - 1) - 1)
        acts.append((moment, lambda order=order: end(Order.objects.get(pk=order.pk))))
        acts.append((moment + offset, lambda order=order: charge(order)))
    acts.sort(key=lambda act: act[0])
    began = time.monotonic()

    def do(act):
        moment, deed = act
        time.sleep(max(0, began + moment - time.monotonic()))
        try:
            return deed()
        except StaleState:
            return StaleState
        finally:
            connections.close_all()

    with ThreadPoolExecutor(HANDS) as hands:
        outcomes = list(hands.map(do, acts))

    assert set(outcomes) <= {None, StaleState}
    list(sweepers.void_due())
    list(sweepers.capture_due())
    paid = 0
    for order in orders:
        order.refresh_from_db()
        has_won = order.status == Order.Status.PAID
        assert has_won or order.status in (Order.Status.EXPIRED, Order.Status.CANCELLED)
        assert at_the_till(till, order)["captured"] == (order.total if has_won else 0)
        paid += has_won
    assert 0 < paid < trials  # both ways were gone
    assert Stock.objects.get(variant=cup).on_hand == trials - paid
    books_are_right()
