"""Twenty refunds at once give back what was captured, and not more."""

from itertools import count

import pytest
from django.db import IntegrityError
from django.db.models import F

from orders import gateway, returns, sweepers
from orders.models import Payment, Refund
from shops.models import Stock
from tests.factories import make_order, make_product
from tests.orders.paying import (
    buy,
    give_back_by_hand,
    payment_of,
    refunds_at_the_till,
    state_of,
    sweep,
)
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
N = 20


@pytest.fixture
def sale(till):
    """Five sold, for 5000."""
    return buy(till, make_order(variant=make_product(on_hand=5).variants.get(), quantity=5))


def no_network(monkeypatch):
    monkeypatch.setattr(returns, "send", lambda refund: None)


def unguarded_claim(payment, amount):
    """What the claim would be without its guard: it believes what it read before."""
    if payment.captured < payment.refunding + amount:
        raise returns.NotRefundable("Nothing is left.")
    Payment.objects.filter(pk=payment.pk).update(refunding=F("refunding") + amount)


def test_without_the_guard_both_believe_what_they_read_and_only_the_table_says_no(sale):
    """The control: a check before the write lets both through."""
    first, second = payment_of(sale), payment_of(sale)

    unguarded_claim(first, 3000)
    with pytest.raises(IntegrityError):  # a crash, where a refusal belongs
        unguarded_claim(second, 3000)


def test_with_the_guard_the_second_is_refused(sale):
    first, second = payment_of(sale), payment_of(sale)

    returns._claim(first, 3000)
    with pytest.raises(returns.NotRefundable):
        returns._claim(second, 3000)

    assert payment_of(sale).refunding == 3000


def test_twenty_at_once_give_back_what_was_captured(till, sale, books_are_right):
    numbers = count()

    outcomes = together(N, lambda: returns.refund(sale, 1000, key=f"k{next(numbers)}").amount)

    assert outcomes.count(1000) == 5
    assert outcomes.count(returns.NotRefundable) == N - 5
    sweep()
    assert refunds_at_the_till(till, sale) == [(1000, "succeeded")] * 5
    assert state_of(sale) == ("refunded", "captured")
    books_are_right()


def test_one_key_twenty_times_at_once_is_one_refund(till, sale, books_are_right):
    line = sale.lines.get()

    outcomes = together(N, lambda: returns.refund(sale, 5000, key="k1", restock={line.pk: 5}).pk)

    sweep()
    assert set(outcomes) == {Refund.objects.get().pk}
    assert refunds_at_the_till(till, sale) == [(5000, "succeeded")]
    assert Stock.objects.get(variant=line.variant).on_hand == 5
    books_are_right()


def test_a_unit_comes_back_once_however_many_take_it_back(till, sale, books_are_right):
    line, numbers = sale.lines.get(), count()

    def act():
        return returns.refund(sale, 100, key=f"k{next(numbers)}", restock={line.pk: 2}).amount

    outcomes = together(8, act)

    assert outcomes.count(100) == 2
    assert outcomes.count(returns.NotReturnable) == 6
    assert Stock.objects.get(variant=line.variant).on_hand == 4
    sweep()
    assert refunds_at_the_till(till, sale) == [(100, "succeeded")] * 2
    books_are_right()


def test_sweepers_at_once_send_a_refund_once(till, sale, books_are_right, monkeypatch):
    no_network(monkeypatch)
    returns.refund(sale, 1000, key="k1")
    monkeypatch.undo()

    together(6, lambda: returns.send(Refund.objects.select_related("payment__order").get()))
    together(3, lambda: list(sweepers.settle_refunds()))
    sweep()

    assert refunds_at_the_till(till, sale) == [(1000, "succeeded")]
    assert payment_of(sale).refunded == 1000
    books_are_right()


def test_a_refund_by_hand_inside_ours_is_followed_by_both(till, sale, books_are_right, monkeypatch):
    """The worst moment: all of it goes back by hand between our look and our call."""
    call = gateway.refund

    def after_the_hand(*args, **options):
        monkeypatch.setattr(gateway, "refund", call)
        give_back_by_hand(till, sale, 5000)
        return call(*args, **options)

    monkeypatch.setattr(gateway, "refund", after_the_hand)

    ours = returns.refund(sale, 5000, key="k1")

    assert ours.status == "failed"
    assert refunds_at_the_till(till, sale) == [(5000, "succeeded")]
    assert state_of(sale) == ("refunded", "captured")
    books_are_right()
