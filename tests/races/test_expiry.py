"""An order's time is up in the moment in which its card says yes."""

import pytest

from livecommerce import states
from livecommerce.states import StaleState
from orders import books, checkout, gateway, lifecycle, payments, sweepers
from orders.models import Order
from shops.models import Stock
from tests.factories import make_order, make_product
from tests.orders.paying import at_the_till, pay, payment_of, state_of
from tests.races.together import together, unguarded_advance

pytestmark = pytest.mark.django_db(transaction=True)
TRIALS = 12


@pytest.fixture
def cup():
    return make_product(on_hand=100).variants.get()


def fresh(order) -> Order:
    return Order.objects.get(pk=order.pk)


def test_without_the_guard_both_win_and_the_books_show_it(till, cup, monkeypatch):
    """The control: expiry believes what it read before the card said yes."""
    order = make_order(variant=cup)
    pay(till, order).raise_for_status()
    read_before = fresh(order)
    checkout.confirm(payment_of(order))
    assert state_of(order) == ("authorized", "authorized")
    monkeypatch.setattr(lifecycle, "advance", unguarded_advance)

    lifecycle.expire(read_before)

    assert state_of(order) == ("expired", "authorized")
    monkeypatch.setattr(lifecycle, "advance", states.advance)
    monkeypatch.setattr(payments, "_claim", lambda payment: states.advance(payment, "capturing"))
    payments.capture(payment_of(order))
    assert at_the_till(till, order)["captured"] == 1000  # money for an order that has ended
    assert f"{order}: 1000 captured, order expired" in books.check()["B3"][0]


def test_with_the_guard_the_same_story_ends_well(till, cup, books_are_right):
    order = make_order(variant=cup)
    pay(till, order).raise_for_status()
    read_before = fresh(order)
    checkout.confirm(payment_of(order))

    with pytest.raises(StaleState):
        lifecycle.expire(read_before)

    payments.capture(payment_of(order))
    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_expiry_and_payment_at_once_have_one_winner_in_every_trial(till, cup, books_are_right):
    for number in range(TRIALS):
        order = make_order(variant=cup, owner=f"shopper-{number}")
        pay(till, order).raise_for_status()
        acts = [
            lambda order=order: lifecycle.expire(fresh(order)),
            lambda order=order: checkout.confirm(payment_of(order)),
            lambda order=order: checkout.confirm(payment_of(order)),
        ]
        turns = iter(acts if number % 2 else acts[::-1])

        outcomes = together(3, lambda turns=turns: next(turns)())
        list(sweepers.void_due())

        assert set(outcomes) <= {None, StaleState}
        assert state_of(order) in {("expired", "voided"), ("authorized", "authorized")}
        is_held = state_of(order)[0] == "authorized"
        assert at_the_till(till, order)["status"] == ("requires_capture" if is_held else "canceled")
    books_are_right()
    list(sweepers.capture_due())
    paid = Order.objects.filter(status="paid").count()
    assert Stock.objects.get(variant=cup).on_hand == 100 - paid
    books_are_right()


def test_two_who_meet_crosswise_do_not_lock_each_other_out(till, cup, books_are_right):
    """Expiry and authorisation touch the same rows: they must do so in the same order."""
    for number in range(TRIALS):
        order = make_order(variant=cup, owner=f"shopper-{number}")
        payments.start(payment_of(order))
        turns = iter([lifecycle.expire, None] * 3)

        def act(order=order, turns=turns):
            if end := next(turns):
                end(fresh(order))
            else:
                payments.authorize(payment_of(order))

        assert set(together(6, act)) <= {None, StaleState}


class Rival:
    """Runs somebody else inside a call to the provider: the worst moment there is."""

    def __init__(self, monkeypatch, verb, act):
        self.real, self.act, self.outcomes = getattr(gateway, verb), act, []
        monkeypatch.setattr(gateway, verb, self)

    def __call__(self, *args, **options):
        answer = self.real(*args, **options)
        if not self.outcomes:
            self.outcomes.append(None)
            self.outcomes[:] = together(1, self.act)
        return answer


def test_an_order_that_expires_while_we_ask_the_provider_is_not_charged(
    till, cup, books_are_right, monkeypatch
):
    order = make_order(variant=cup)
    pay(till, order).raise_for_status()
    rival = Rival(monkeypatch, "retrieve", lambda: lifecycle.expire(fresh(order)))

    checkout.confirm(payment_of(order))

    assert rival.outcomes == [None]
    assert state_of(order) == ("expired", "voided")
    assert at_the_till(till, order)["status"] == "canceled"
    books_are_right()


@pytest.mark.parametrize("verb", ["retrieve", "capture"])
def test_an_order_cannot_be_cancelled_inside_its_capture(
    till, cup, books_are_right, monkeypatch, verb
):
    order = make_order(variant=cup)
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    rival = Rival(monkeypatch, verb, lambda: lifecycle.cancel(fresh(order)))

    payments.capture(payment_of(order))

    assert rival.outcomes == [StaleState]
    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_an_order_that_ends_while_its_intent_is_made_leaves_nothing_to_pay(
    till, cup, books_are_right, monkeypatch
):
    order, made = make_order(variant=cup), []

    def end():
        lifecycle.cancel(fresh(order))
        list(sweepers.void_due())

    rival = Rival(monkeypatch, "create_intent", end)
    cancel = gateway.cancel
    monkeypatch.setattr(gateway, "cancel", lambda ref, **key: made.append(cancel(ref, **key)))

    with pytest.raises(StaleState):
        payments.start(payment_of(order))

    assert rival.outcomes == [None]
    assert [intent.status for intent in made] == ["canceled"]
    assert state_of(order) == ("cancelled", "voided")
    books_are_right()


def test_a_card_that_says_yes_while_the_intent_is_let_go_is_not_charged(
    till, cup, books_are_right, monkeypatch
):
    order = make_order(variant=cup)
    payments.start(payment_of(order))
    lifecycle.expire(fresh(order))
    rival = Rival(monkeypatch, "retrieve", lambda: pay(till, order).status_code)

    list(sweepers.void_due())

    assert rival.outcomes == [200]
    assert state_of(order) == ("expired", "voided")
    assert at_the_till(till, order)["status"] == "canceled"
    books_are_right()


def test_two_captures_at_once_take_the_money_once(till, cup, books_are_right):
    for number in range(4):
        order = make_order(variant=cup, owner=f"shopper-{number}")
        pay(till, order).raise_for_status()
        checkout.confirm(payment_of(order))
        before = payment_of(order)
        assert before.status == "authorized"

        outcomes = together(3, lambda order=order: payments.capture(payment_of(order)))

        assert outcomes.count(None) >= 1
        assert at_the_till(till, order)["captures"] == 1
        list(sweepers.capture_due())
        assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_a_capture_made_again_while_the_first_is_under_way_takes_the_money_once(
    till, cup, books_are_right, monkeypatch
):
    """A worker that counts as dead is only slow: its successor comes in between."""
    order = make_order(variant=cup)
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    rival = Rival(monkeypatch, "retrieve", lambda: payments.capture(payment_of(order)))

    with pytest.raises((StaleState, gateway.PaymentRefused)):
        payments.capture(payment_of(order))

    assert rival.outcomes == [None]
    assert at_the_till(till, order)["captures"] == 1
    assert state_of(order) == ("paid", "captured")
    assert Stock.objects.get(variant=cup).on_hand == 99
    books_are_right()
