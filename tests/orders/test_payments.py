"""Money, through the real stand-in till over HTTP. The books are right after each story."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.states import StaleState
from orders import books, checkout, gateway, lifecycle, payments, returns, sweepers
from orders.models import BagLine, Letter, Order, Payment
from shops.models import Shop, Stock, StockMove
from tests.factories import make_order, make_product
from tests.orders.paying import asked, at_the_till, by_hand, pay, payment_of, state_of, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    """Ann placed an order for two of five."""
    return make_order(variant=make_product(on_hand=5).variants.get(), quantity=2)


def counts(order):
    row = Stock.objects.get(variant=order.lines.get().variant)
    return row.on_hand, row.held


def authorised(till, order):
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    assert state_of(order) == ("authorized", "authorized")
    return payment_of(order)


def long_ago(order):
    Payment.objects.filter(order=order).update(changed_at=timezone.now() - timedelta(minutes=2))


def overdue(order):
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_a_sale(till, order, books_are_right):
    payment = authorised(till, order)
    assert counts(order) == (5, 2)
    assert not BagLine.objects.exists()

    payments.capture(payment)

    assert state_of(order) == ("paid", "captured")
    assert payment_of(order).captured == order.total == 2000
    assert counts(order) == (3, 0)
    assert StockMove.objects.get(reason="sold").reference == order.number
    books_are_right()


def test_asking_for_an_intent_twice_makes_one(till, order):
    first, second = payment_of(order), payment_of(order)

    payments.start(first)
    payments.start(second)

    assert first.reference == second.reference == payment_of(order).reference


def test_a_refused_card_keeps_bag_and_hold_and_tells_why(till, order, books_are_right):
    assert pay(till, order, "pm_card_chargeDeclinedInsufficientFunds").status_code == 402

    checkout.confirm(payment_of(order))

    assert state_of(order) == ("pending", "started")
    assert payment_of(order).refusal == "There is not enough money on this card."
    assert BagLine.objects.count() == 1
    assert counts(order) == (5, 2)
    books_are_right()


def test_a_second_card_after_a_refused_one_is_a_sale_without_the_refusal(
    till, order, books_are_right
):
    pay(till, order, "pm_card_chargeDeclined")
    checkout.confirm(payment_of(order))

    payments.capture(authorised(till, order))

    assert state_of(order) == ("paid", "captured")
    assert payment_of(order).refusal == ""
    books_are_right()


def test_who_does_not_answer_the_bank_has_not_paid(till, order, books_are_right):
    pay(till, order, "pm_card_threeDSecure2Required").raise_for_status()

    checkout.confirm(payment_of(order))

    assert state_of(order) == ("pending", "started")
    books_are_right()


def test_a_card_that_says_yes_after_the_hold_ended_is_not_charged(till, order, books_are_right):
    pay(till, order).raise_for_status()
    overdue(order)
    lifecycle.expire(Order.objects.get(pk=order.pk))

    checkout.confirm(payment_of(order))

    assert state_of(order) == ("expired", "voided")
    assert at_the_till(till, order)["status"] == "canceled"
    assert at_the_till(till, order)["captured"] == 0
    assert counts(order) == (5, 0)
    assert BagLine.objects.count() == 1
    books_are_right()


def test_an_authorised_order_does_not_expire(till, order):
    authorised(till, order)
    overdue(order)

    assert list(sweepers.expire()) == []
    with pytest.raises(StaleState):
        lifecycle.expire(Order.objects.get(pk=order.pk))

    assert state_of(order) == ("authorized", "authorized")
    assert not payment_of(order).is_void_due
    assert counts(order) == (5, 2)


def test_looking_again_at_any_time_changes_nothing(till, order, books_are_right):
    payment = authorised(till, order)
    payments.look(payment_of(order))
    assert state_of(order) == ("authorized", "authorized")
    payments.capture(payment)

    for _ in range(2):
        checkout.confirm(payment_of(order))

    assert state_of(order) == ("paid", "captured")
    assert counts(order) == (3, 0)
    books_are_right()


def test_looking_at_what_was_let_go_is_no_error(till, order, books_are_right):
    payments.start(payment_of(order))
    lifecycle.cancel(Order.objects.get(pk=order.pk))
    list(sweepers.void_due())

    checkout.confirm(payment_of(order))

    assert state_of(order) == ("cancelled", "voided")
    assert counts(order) == (5, 0)
    books_are_right()


@pytest.mark.parametrize("kind", ["500_after", "drop_after", "500_before", "drop_before", "429"])
def test_a_capture_whose_answer_was_lost_is_made_once(till, order, faults, books_are_right, kind):
    payment = authorised(till, order)
    faults("capture", kind, times=2 if kind.startswith("drop") else 1)

    with pytest.raises(gateway.GatewayUnavailable):
        payments.capture(payment)
    assert state_of(order) == ("authorized", "capturing")
    long_ago(order)

    assert len(list(sweepers.capture_due())) == 1

    assert state_of(order) == ("paid", "captured")
    assert (at_the_till(till, order)["captures"], at_the_till(till, order)["captured"]) == (1, 2000)
    assert counts(order) == (3, 0)
    books_are_right()


@pytest.mark.parametrize("kind", ["500_after", "drop_after", "500_before"])
def test_an_intent_whose_answer_was_lost_is_asked_for_again(
    till, order, faults, books_are_right, kind
):
    faults("create", kind, times=2 if kind.startswith("drop") else 1)
    with pytest.raises(gateway.GatewayUnavailable):
        payments.start(payment_of(order))
    assert payment_of(order).reference is None

    payments.capture(authorised(till, order))

    assert state_of(order) == ("paid", "captured")
    books_are_right()


@pytest.mark.parametrize("kind", ["500_after", "drop_after", "500_before"])
def test_a_void_whose_answer_was_lost_is_made_again(till, order, faults, books_are_right, kind):
    pay(till, order).raise_for_status()
    overdue(order)
    faults("cancel", kind, times=2 if kind.startswith("drop") else 1)

    list(sweepers.expire())
    assert state_of(order) == ("expired", "started")
    list(sweepers.void_due())

    assert state_of(order) == ("expired", "voided")
    assert at_the_till(till, order)["status"] == "canceled"
    books_are_right()


def test_a_capture_that_was_just_claimed_is_left_to_who_claimed_it(till, order):
    payment = authorised(till, order)
    long_ago(order)
    payments._claim(payment)

    assert list(sweepers.capture_due()) == []

    assert at_the_till(till, order)["captures"] == 0


def test_a_worker_that_died_after_its_claim_is_replaced(till, order, books_are_right):
    payments._claim(authorised(till, order))
    long_ago(order)

    list(sweepers.capture_due())

    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_a_payment_whose_webhook_never_came_is_found(till, order, books_are_right):
    pay(till, order).raise_for_status()
    assert list(sweepers.settle_unclear()) == []
    long_ago(order)

    list(sweepers.settle_unclear())
    list(sweepers.capture_due())

    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_one_sick_payment_does_not_keep_the_others_waiting(till, order, books_are_right):
    authorised(till, order)
    sick = make_order()
    authorised(till, sick)
    Payment.objects.filter(order=sick).update(reference="pi_unknown")

    list(sweepers.capture_due())

    assert state_of(order) == ("paid", "captured")
    assert state_of(sick) == ("authorized", "capturing")


def test_a_cancelled_order_is_not_captured_though_the_bell_rang(till, order, books_are_right):
    rung = authorised(till, order)
    lifecycle.cancel(Order.objects.get(pk=order.pk))

    with pytest.raises(StaleState):
        payments.capture(rung)

    assert at_the_till(till, order)["captures"] == 0
    list(sweepers.void_due())
    assert state_of(order) == ("cancelled", "voided")
    assert counts(order) == (5, 0)
    books_are_right()


def test_an_order_cannot_be_cancelled_once_its_capture_began(till, order, books_are_right):
    payments._claim(authorised(till, order))

    with pytest.raises(StaleState):
        lifecycle.cancel(Order.objects.get(pk=order.pk))

    assert state_of(order) == ("authorized", "capturing")
    assert not payment_of(order).is_void_due
    payments.capture(payment_of(order))
    assert state_of(order) == ("paid", "captured")
    books_are_right()


@pytest.mark.parametrize("status", ["authorized", "capturing"])
def test_what_the_bank_let_go_before_the_capture_is_no_sale(till, order, books_are_right, status):
    payment = authorised(till, order)
    if status == "capturing":
        payments._claim(payment)
    by_hand(till, order, "cancel")

    payments.capture(payment_of(order))

    assert state_of(order) == ("cancelled", "failed")
    assert payment_of(order).captured == 0
    assert counts(order) == (5, 0)
    assert not StockMove.objects.filter(reason="sold").exists()
    books_are_right()


def test_what_was_cancelled_by_hand_at_the_provider_ends_its_order(till, order, books_are_right):
    authorised(till, order)
    by_hand(till, order, "cancel")

    checkout.confirm(payment_of(order))

    assert state_of(order) == ("cancelled", "voided")
    assert counts(order) == (5, 0)
    books_are_right()


def test_what_was_captured_by_hand_at_the_provider_is_a_sale(till, order, books_are_right):
    pay(till, order).raise_for_status()
    by_hand(till, order, "capture")

    checkout.confirm(payment_of(order))

    assert state_of(order) == ("paid", "captured")
    assert counts(order) == (3, 0)
    books_are_right()


def test_money_taken_by_hand_after_the_order_ended_is_written_down_and_can_be_given_back(
    till, order, books_are_right
):
    pay(till, order).raise_for_status()
    by_hand(till, order, "capture")
    overdue(order)

    list(sweepers.expire())
    checkout.confirm(payment_of(order))

    assert state_of(order) == ("expired", "captured")
    assert (payment_of(order).captured, payment_of(order).is_void_due) == (2000, False)
    assert counts(order) == (5, 0)
    assert "Give it back" in books.check()["B3"][0]
    assert "after the order was expired" in books.check()["B2"][0]

    returns.refund(payment_of(order).order, 2000, key="back")

    assert state_of(order) == ("expired", "captured")
    assert payment_of(order).flag == ""
    books_are_right()


@pytest.mark.parametrize("act", [payments.look, payments.capture, payments.void])
@pytest.mark.parametrize("field", ["amount", "currency", "token"])
def test_an_intent_that_is_not_ours_is_not_believed(till, order, field, act):
    authorised(till, order)
    payment, wrong = payment_of(order), {"amount": 2001, "currency": "usd", "token": uuid.uuid4()}
    row = payment.order if field == "token" else payment
    type(row).objects.filter(pk=row.pk).update(**{field: wrong[field]})

    with pytest.raises(payments.Mismatch):
        act(payment_of(order))

    assert state_of(order)[0] == "authorized"
    assert at_the_till(till, order)["captures"] == 0
    assert at_the_till(till, order)["status"] == "requires_capture"
    assert "The provider says 2000 eur" in payment_of(order).flag
    assert any("The provider says 2000 eur" in words for words in books.check()["B2"])


def test_an_authorisation_is_kept_with_the_time_at_which_the_bank_lets_it_go(till, order):
    authorised(till, order)

    ahead = payment_of(order).capture_before - timezone.now()
    assert timedelta(days=6) < ahead <= timedelta(days=7)


def undo(order, minutes=60):
    """The shop lets shoppers take an order back for so long."""
    Shop.objects.filter(pk=order.shop_id).update(undo_minutes=minutes)


@pytest.fixture
def bells(monkeypatch):
    rung = []
    monkeypatch.setattr(checkout, "ring", lambda task, *args: rung.append((task.name, *args)))
    return rung


def test_what_is_due_at_once_is_rung_for(till, order, bells):
    authorised(till, order)

    assert bells == [("orders.tasks.capture_payment", payment_of(order).pk)]


def test_while_the_shopper_may_take_it_back_nothing_is_captured(
    till, order, bells, books_are_right
):
    undo(order)
    authorised(till, order)

    sweep()

    assert bells == []
    assert state_of(order) == ("authorized", "authorized")
    books_are_right()
    Order.objects.filter(pk=order.pk).update(capture_at=timezone.now())
    list(sweepers.capture_due())
    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_what_she_takes_back_in_time_is_let_go(till, order, books_are_right):
    undo(order)
    authorised(till, order)

    lifecycle.cancel(Order.objects.get(pk=order.pk))
    sweep()

    assert state_of(order) == ("cancelled", "voided")
    assert at_the_till(till, order)["status"] == "canceled"
    assert counts(order) == (5, 0)
    books_are_right()


def test_what_the_bank_lets_go_soon_is_captured_though_she_might_still_take_it_back(
    till, order, books_are_right
):
    undo(order, minutes=1440)
    authorised(till, order)
    soon = timezone.now() + timedelta(hours=5)
    Payment.objects.update(capture_before=soon)

    list(sweepers.capture_due())

    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_of_what_the_bank_lets_go_within_a_day_the_shop_is_told_once(till, order, books_are_right):
    undo(order, minutes=1440)
    authorised(till, order)
    Payment.objects.update(capture_before=timezone.now() + timedelta(hours=23))

    first, second = list(sweepers.capture_due()), list(sweepers.capture_due())

    assert (len(first), second) == (1, [])
    letter = Letter.objects.get()
    assert (letter.kind, letter.subject) == ("authorization", payment_of(order).pk)
    assert state_of(order) == ("authorized", "authorized")
    books_are_right()


@pytest.mark.parametrize("status", ["authorized", "capturing"])
def test_a_shop_that_nobody_can_write_to_is_told_once_too(till, order, status):
    undo(order, minutes=1440)
    authorised(till, order)
    soon = timezone.now() + timedelta(hours=23)
    Payment.objects.update(status=status, capture_before=soon)

    told = []
    for _ in range(3):
        told += sweepers.capture_due()
        list(sweepers.send_letters())

    assert len(told) == 1
    assert Letter.objects.get().status == Letter.Status.FAILED


def test_a_letter_about_an_authorisation_goes_out_while_its_capture_is_under_way(till, order):
    authorised(till, order)
    soon = timezone.now() + timedelta(hours=23)
    Payment.objects.update(status="capturing", capture_before=soon)
    Shop.objects.update(contact="desk@example.com")
    list(sweepers.capture_due())

    list(sweepers.send_letters())

    assert Letter.objects.get().status == Letter.Status.SENT


def test_the_address_it_came_from_is_forgotten_once_it_is_paid(till, order, books_are_right):
    undo(order, minutes=1440)
    Order.objects.update(caller="8.8.8.8")

    authorised(till, order)

    assert Order.objects.get().caller is None


def test_while_nobody_answers_at_the_provider_a_sweep_waits_for_one_payment_only(
    till, order, settings, monkeypatch
):
    payments.start(payment_of(order))
    for number in range(3):
        payments.start(payment_of(make_order(owner=f"shopper-{number}")))
    past = timezone.now() - timedelta(minutes=2)
    Payment.objects.update(changed_at=past)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    assert list(sweepers.settle_unclear()) == []

    assert Payment.objects.filter(changed_at=past).count() == 3  # they come first the next time
    settings.STRIPE_API_BASE = till.address
    assert len(list(sweepers.settle_unclear())) == 3


def test_what_the_bank_let_go_meanwhile_ends_its_order(till, order, books_are_right):
    undo(order, minutes=1440)
    authorised(till, order)
    turned = 8 * 24 * 3600
    asked(till, "POST", "/_till/clock", json={"offset": turned})
    Payment.objects.update(capture_before=timezone.now() - timedelta(hours=1))

    list(sweepers.capture_due())

    assert state_of(order) == ("cancelled", "failed")
    assert counts(order) == (5, 0)
    books_are_right()


def test_a_capture_that_the_provider_refuses_is_flagged_and_named(till, order, monkeypatch):
    payment = authorised(till, order)

    def refuse(*args, **options):
        raise gateway.PaymentRefused("The account is closed.")

    monkeypatch.setattr(gateway, "capture", refuse)

    with pytest.raises(gateway.PaymentRefused):
        payments.capture(payment)

    assert state_of(order) == ("authorized", "capturing")
    assert "The account is closed." in books.check()["B2"][0]
    monkeypatch.undo()


def test_an_order_that_ended_opens_no_payment(till, order, books_are_right):
    stale = payment_of(order)
    lifecycle.cancel(Order.objects.get(pk=order.pk))

    with pytest.raises(StaleState):
        payments.start(stale)

    assert payment_of(order).reference is None
    sweep()
    assert state_of(order) == ("cancelled", "voided")
    books_are_right()


def orphan(order) -> gateway.Intent:
    """An intent that was made for the order and never written down."""
    return gateway.create_intent(
        amount=order.total,
        currency="eur",
        key=f"orphan-{order.pk}",
        metadata={"order": str(order.token)},
        email="",
    )


def test_an_intent_that_no_payment_knows_is_cancelled(till, order, books_are_right):
    payments.start(payment_of(order))
    lost = orphan(order)

    first, second = list(sweepers.cancel_orphans()), list(sweepers.cancel_orphans())

    assert first == [f"{lost.reference}: cancelled"]
    assert second == []
    assert gateway.retrieve(lost.reference).status == "canceled"
    assert gateway.retrieve(payment_of(order).reference).status == "requires_payment_method"
    books_are_right()


def test_an_intent_of_an_order_that_ended_is_cancelled(till, order):
    lost = orphan(order)
    assert list(sweepers.cancel_orphans()) == []  # its payment may still be about to have it
    lifecycle.cancel(Order.objects.get(pk=order.pk))
    list(sweepers.void_due())

    assert list(sweepers.cancel_orphans()) == [f"{lost.reference}: cancelled"]


def test_an_intent_that_cannot_be_cancelled_keeps_no_other_alive(till, order, faults):
    other = make_order(owner="other")
    payments.start(payment_of(order))
    payments.start(payment_of(other))
    lost = [orphan(each) for each in (order, other)]
    faults("cancel", "500_before")

    assert len(list(sweepers.cancel_orphans())) == 1

    states = [gateway.retrieve(each.reference).status for each in lost]
    assert sorted(states) == ["canceled", "requires_payment_method"]


@pytest.mark.parametrize("note", [str(uuid.uuid4()), "41", "", "'; --"])
def test_an_intent_of_another_trade_on_the_account_is_left_alone(till, order, note):
    strange = gateway.create_intent(
        amount=1, currency="eur", key=f"x-{note}", metadata={"order": note}, email=""
    )

    assert list(sweepers.cancel_orphans()) == []

    assert gateway.retrieve(strange.reference).status == "requires_payment_method"
