"""Money on its way back. The books are right after each story, ours and the provider's."""

from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.errors import Invalid
from livecommerce.states import StaleState
from orders import books, checkout, doorbell, gateway, lifecycle, returns, sweepers
from orders.models import Letter, Order, OrderLine, Payment, Refund
from shops.models import Stock, StockMove
from tests.factories import make_order, make_product, make_user
from tests.orders.paying import (
    asked,
    bank_says,
    buy,
    give_back_by_hand,
    pay,
    payment_of,
    refunds_at_the_till,
    state_of,
    sweep,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(till):
    """Ann bought two of five, for 2000."""
    return buy(till, make_order(variant=make_product(on_hand=5).variants.get(), quantity=2))


@pytest.fixture
def nothing_went_back(till, sale, books_are_right):
    yield
    assert refunds_at_the_till(till, sale) == []
    assert money_of(sale) == (2000, 0, 0)
    assert not Refund.objects.exists()
    assert on_hand(sale) == 3
    books_are_right()


def money_of(order) -> tuple[int, int, int]:
    payment = payment_of(order)
    return payment.captured, payment.refunding, payment.refunded


def on_hand(order) -> int:
    return Stock.objects.get(variant=order.lines.get().variant).on_hand


def test_a_part_goes_back(till, sale, books_are_right):
    refund = returns.refund(sale, 500, key="k1", reason="A scratch", by=make_user())

    assert (refund.status, refund.amount, refund.reason) == ("done", 500, "A scratch")
    assert refunds_at_the_till(till, sale) == [(500, "succeeded")]
    assert money_of(sale) == (2000, 500, 500)
    assert state_of(sale) == ("paid", "captured")
    assert on_hand(sale) == 3
    assert Letter.objects.get(kind="refund").subject == refund.pk
    books_are_right()


def test_when_all_of_it_is_back_the_order_is_refunded(till, sale, books_are_right):
    returns.refund(sale, 500, key="k1")
    returns.refund(sale, 1500, key="k2")

    assert state_of(sale) == ("refunded", "captured")
    assert refunds_at_the_till(till, sale) == [(1500, "succeeded"), (500, "succeeded")]
    books_are_right()


def test_units_that_came_back_are_sold_again(till, sale, books_are_right):
    line = sale.lines.get()

    returns.refund(sale, 1000, key="k1", restock={line.pk: 1})

    assert on_hand(sale) == 4
    assert OrderLine.objects.get(pk=line.pk).restocked == 1
    assert StockMove.objects.get(reason="returned").reference == sale.number
    books_are_right()


def test_asked_twice_with_one_key_it_happens_once(till, sale, books_are_right):
    line = sale.lines.get()
    first, again = (returns.refund(sale, 1000, key="k1", restock={line.pk: 1}) for _ in range(2))

    assert first == again
    assert refunds_at_the_till(till, sale) == [(1000, "succeeded")]
    assert on_hand(sale) == 4
    books_are_right()


def test_one_key_for_another_amount_is_refused(till, sale, books_are_right):
    returns.refund(sale, 1000, key="k1")

    with pytest.raises(returns.RefundKeyReused):
        returns.refund(sale, 999, key="k1")

    assert refunds_at_the_till(till, sale) == [(1000, "succeeded")]
    books_are_right()


@pytest.mark.parametrize("amount", [0, -1])
@pytest.mark.usefixtures("nothing_went_back")
def test_nothing_and_less_cannot_go_back(sale, amount):
    with pytest.raises(Invalid):
        returns.refund(sale, amount, key="k1")


@pytest.mark.usefixtures("nothing_went_back")
def test_more_than_was_taken_cannot_go_back(sale):
    with pytest.raises(returns.NotRefundable, match="€20.00"):
        returns.refund(sale, 2001, key="k1")


@pytest.mark.usefixtures("nothing_went_back")
def test_more_units_than_were_sold_cannot_come_back_and_no_money_goes(sale):
    with pytest.raises(returns.NotReturnable):
        returns.refund(sale, 500, key="k1", restock={sale.lines.get().pk: 3})


@pytest.mark.parametrize("count", [0, -1])
@pytest.mark.usefixtures("nothing_went_back")
def test_no_units_and_fewer_cannot_come_back(sale, count):
    with pytest.raises(Invalid):
        returns.refund(sale, 500, key="k1", restock={sale.lines.get().pk: count})


@pytest.mark.usefixtures("nothing_went_back")
def test_a_line_of_another_order_cannot_come_back(sale):
    other = make_order(owner="bob").lines.get()

    with pytest.raises(returns.NotReturnable):
        returns.refund(sale, 500, key="k1", restock={other.pk: 1})

    assert OrderLine.objects.get(pk=other.pk).restocked == 0


def test_what_was_only_authorised_cannot_be_refunded_but_let_go(till, books_are_right):
    order = make_order()
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))

    with pytest.raises(returns.NotRefundable):
        returns.refund(order, 1000, key="k1")

    assert not Refund.objects.exists()
    lifecycle.cancel(Order.objects.get(pk=order.pk))
    sweep()
    assert state_of(order) == ("cancelled", "voided")
    books_are_right()


@pytest.mark.parametrize(
    ("kind", "times"),
    [("500_before", 1), ("500_after", 1), ("drop_before", 2), ("drop_after", 2), ("429", 1)],
)
def test_after_an_unclear_answer_it_stays_due_and_goes_back_once(
    till, sale, faults, books_are_right, kind, times
):
    faults("refund", kind, times=times)

    refund = returns.refund(sale, 500, key="k1")

    assert refund.status == "due"
    assert money_of(sale) == (2000, 500, 0)
    sweep()
    assert refunds_at_the_till(till, sale) == [(500, "succeeded")]
    assert Refund.objects.get().status == "done"
    books_are_right()


def test_a_worker_that_died_before_its_call_is_replaced(till, sale, books_are_right, monkeypatch):
    monkeypatch.setattr(returns, "send", lambda refund: None)
    returns.refund(sale, 500, key="k1")
    monkeypatch.undo()
    assert list(sweepers.settle_refunds()) == []  # it may be at it yet

    sweep()

    assert refunds_at_the_till(till, sale) == [(500, "succeeded")]
    books_are_right()


def test_what_the_provider_refuses_gives_its_claim_back(till, sale, books_are_right, monkeypatch):
    def refuse(*args, **options):
        raise gateway.PaymentRefused("This charge is disputed.")

    monkeypatch.setattr(gateway, "refund", refuse)

    refund = returns.refund(sale, 500, key="k1")

    assert (refund.status, refund.refusal) == ("failed", "This charge is disputed.")
    assert money_of(sale) == (2000, 0, 0)
    assert not Letter.objects.filter(kind="refund").exists()
    books_are_right()


def test_a_refund_whose_payment_cannot_be_looked_at_stays_due_and_goes_back_later(
    till, sale, books_are_right, monkeypatch
):
    def refuse(reference):
        raise gateway.PaymentRefused("No such payment: these are the keys of another account.")

    with monkeypatch.context() as patched:
        patched.setattr(gateway, "refunds", refuse)
        refund = returns.refund(sale, 500, key="k1")

    assert refund.status == Refund.Status.DUE
    assert refunds_at_the_till(till, sale) == []
    sweep()
    assert refunds_at_the_till(till, sale) == [(500, "succeeded")]
    books_are_right()


def test_what_the_bank_sends_back_later_can_be_given_back_again(till, sale, books_are_right):
    refund = returns.refund(sale, 2000, key="k1")
    assert state_of(sale)[0] == "refunded"

    bank_says(till, "refunds", refund=refund.reference, status="failed")
    sweep()

    failed = Refund.objects.get()
    assert (failed.status, failed.refusal) == ("failed", "expired_or_canceled_card")
    assert state_of(sale) == ("paid", "captured")
    assert money_of(sale) == (2000, 0, 0)
    books_are_right()
    returns.refund(sale, 2000, key="k2")
    assert state_of(sale) == ("refunded", "captured")
    books_are_right()


def test_what_takes_the_bank_days_stays_due_until_it_says_so(till, sale, faults, books_are_right):
    faults("refund", "500_after")
    returns.refund(sale, 500, key="k1")
    made = asked(till, "GET", "/v1/refunds")["data"][0]
    bank_says(till, "refunds", refund=made["id"], status="pending")

    sweep()

    refund = Refund.objects.get()
    assert (refund.status, refund.reference) == ("due", made["id"])
    Refund.objects.update(made_at=timezone.now() - timedelta(hours=1))
    books_are_right()
    bank_says(till, "refunds", refund=made["id"], status="succeeded")
    sweep()
    assert Refund.objects.get().status == "done"
    assert refunds_at_the_till(till, sale) == [(500, "succeeded")]
    books_are_right()


def test_a_refund_made_in_the_providers_pages_becomes_a_row(till, sale, books_are_right):
    returns.refund(sale, 500, key="k1")
    reference = give_back_by_hand(till, sale, 300)

    sweep()

    by_hand = Refund.objects.get(reference=reference)
    assert (by_hand.is_ours, by_hand.status, by_hand.amount) == (False, "done", 300)
    assert money_of(sale) == (2000, 800, 800)
    assert Letter.objects.filter(kind="refund").count() == 2
    books_are_right()


def test_a_refund_of_ours_that_another_overtook_fails_and_both_sides_agree(
    till, sale, books_are_right, monkeypatch
):
    monkeypatch.setattr(returns, "send", lambda refund: None)
    returns.refund(sale, 1500, key="k1")
    monkeypatch.undo()
    give_back_by_hand(till, sale, 1000)

    sweep()

    assert refunds_at_the_till(till, sale) == [(1000, "succeeded")]
    rows = Refund.objects.order_by("amount").values_list("amount", "status", "is_ours")
    assert list(rows) == [(1000, "done", False), (1500, "failed", True)]
    books_are_right()


@pytest.mark.parametrize(("end", "lost"), [("won", 0), ("lost", 2000)])
def test_a_dispute_follows_into_our_rows(till, sale, books_are_right, end, lost):
    reference = payment_of(sale).reference
    bank_says(till, "disputes", payment_intent=reference, status="needs_response")
    sweep()
    assert (payment_of(sale).dispute, payment_of(sale).disputed) == ("needs_response", 2000)
    books_are_right()

    bank_says(till, "disputes", payment_intent=reference, status=end)
    sweep()

    assert (payment_of(sale).dispute, payment_of(sale).disputed) == (end, lost)
    assert state_of(sale) == ("paid", "captured")
    books_are_right()


def test_looking_again_changes_nothing(till, sale, books_are_right):
    returns.refund(sale, 500, key="k1")
    give_back_by_hand(till, sale, 300)

    for _ in range(3):
        doorbell.look(payment_of(sale))
        returns.follow(payment_of(sale))

    assert money_of(sale) == (2000, 800, 800)
    assert Refund.objects.count() == 2
    books_are_right()


def test_a_refund_moves_only_as_its_table_allows(till, sale):
    refund = returns.refund(sale, 500, key="k1")
    Refund.objects.filter(pk=refund.pk).update(status="failed")

    with pytest.raises(StaleState):
        returns._done(refund, refund.reference)
    with pytest.raises(StaleState):
        returns._fail(refund, "no")

    assert money_of(sale) == (2000, 500, 500)


def test_b4_finds_refunds_that_do_not_add_up(till, sale):
    returns.refund(sale, 500, key="k1")
    Payment.objects.update(refunded=400)

    assert "400 refunded of 2000" in books.check()["B4"][0]


def test_b5_finds_a_refund_that_nobody_sends(till, sale, monkeypatch):
    monkeypatch.setattr(returns, "send", lambda refund: None)
    returns.refund(sale, 500, key="k1")
    Refund.objects.update(made_at=timezone.now() - timedelta(hours=1))

    assert "500 should have gone back" in books.check()["B5"][0]
