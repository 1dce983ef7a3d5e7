"""Every sweeper may run twice at once: each thing is done once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders import checkout, returns, sweepers
from orders.models import Letter, Order, Payment, Refund
from orders.till.server import Till
from shops.models import Stock
from tests.factories import make_order, make_product
from tests.orders.paying import at_the_till, pay, payment_of
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
SWEEPS = (
    sweepers.expire,
    sweepers.capture_due,
    sweepers.settle_unclear,
    sweepers.settle_refunds,
    sweepers.cancel_orphans,
    sweepers.hear_missed,
    sweepers.walk_line,
    sweepers.send_letters,
)
AT_ONCE = 3


def due(till: Till, cup, number: int) -> Order:
    """An order in one of the states that wait for a sweeper."""
    order = make_order(variant=cup, owner=f"shopper-{number}")
    if number % 4 == 0:  # nobody pays it
        Order.objects.filter(pk=order.pk).update(expires_at=timezone.now())
        return order
    pay(till, order).raise_for_status()
    if number % 4 > 1:  # else its webhook was lost
        checkout.confirm(payment_of(order))
    return order


def test_sweepers_that_run_at_once_do_each_thing_once(till, faults, books_are_right):
    cup = make_product(on_hand=20).variants.get()
    orders = [due(till, cup, number) for number in range(8)]
    sold = make_order(variant=cup, owner="earlier")
    pay(till, sold).raise_for_status()
    checkout.confirm(payment_of(sold))
    list(sweepers.capture_due())
    faults("refund", "drop_before", 2)
    refund = returns.refund(sold, 300, key="refund-a")
    assert refund.status == Refund.Status.DUE
    past = timezone.now() - timedelta(minutes=2)
    Payment.objects.update(changed_at=past)
    Refund.objects.update(changed_at=past)

    for _ in range(2):  # what one sweep began, the next one ends
        for sweep in SWEEPS:
            outcomes = together(AT_ONCE, lambda sweep=sweep: list(sweep()))
            assert all(isinstance(outcome, list) for outcome in outcomes), (sweep, outcomes)
        Payment.objects.update(changed_at=past)

    paid = [number for number in range(8) if number % 4]
    for number, order in enumerate(orders):
        money = at_the_till(till, order) if number in paid else {"captured": 0, "captures": 0}
        assert (money["captured"], money["captures"]) == ((1000, 1) if number in paid else (0, 0))
    assert at_the_till(till, sold)["refunded"] == 300
    assert Stock.objects.get(variant=cup).on_hand == 20 - len(paid) - 1
    letters = Letter.objects.values_list("kind", "status")
    assert sorted(letters) == sorted([("receipt", "sent")] * (len(paid) + 1) + [("refund", "sent")])
    books_are_right()
