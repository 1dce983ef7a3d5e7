"""Paying on another page: what the way back says is heard and not believed."""

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from orders import checkout, lifecycle, payments, sweepers
from orders.models import Order
from shops.models import Stock
from tests.factories import carry, make_order, make_product
from tests.orders.paying import at_the_till, event, pay, payment_of, ring, state_of

pytestmark = pytest.mark.django_db
BACK = "?payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_1&redirect_status=succeeded"


@pytest.fixture
def order():
    return make_order(variant=make_product(on_hand=5).variants.get(), quantity=2)


@pytest.fixture
def ann(client):
    return carry(client, "ann")


def leave(till, order) -> str:
    """She chooses to pay later; answers the address she is sent to."""
    answer = pay(till, order, "pm_klarna").json()
    assert answer["status"] == "requires_action"
    return answer["next_action"]["redirect_to_url"]["url"]


def decide(url, outcome) -> str:
    answer = requests.post(url, data={"outcome": outcome}, allow_redirects=False, timeout=10)
    assert answer.status_code == 303
    return answer.headers["Location"]


def held(order):
    return Stock.objects.get(variant=order.lines.get().variant).held


def test_who_approves_elsewhere_has_paid(till, order, books_are_right):
    url = leave(till, order)
    checkout.confirm(payment_of(order))
    assert state_of(order) == ("pending", "started")

    assert "redirect_status=succeeded" in decide(url, "approve")
    checkout.confirm(payment_of(order))

    assert state_of(order) == ("authorized", "authorized")
    payments.capture(payment_of(order))
    assert state_of(order) == ("paid", "captured")
    assert at_the_till(till, order)["captured"] == order.total
    books_are_right()


def test_the_webhook_is_enough_if_she_never_comes_back(client, till, order, books_are_right):
    decide(leave(till, order), "approve")

    body = event(order, type="payment_intent.amount_capturable_updated")
    assert ring(client, body).status_code == 200

    assert state_of(order) == ("authorized", "authorized")
    books_are_right()


def test_who_declines_keeps_her_units_and_is_told(till, ann, order, books_are_right):
    decide(leave(till, order), "decline")

    answer = ann.get(f"/api/v1/orders/{order.token}/").json()

    assert answer["status"] == "pending"
    assert "not approved" in answer["payment"]["refusal"]
    assert held(order) == 2
    page = ann.get(f"/orders/{order.token}/").content.decode()
    assert "not approved" in page
    assert "data-pay-panel" in page
    assert "settled.js" not in page
    books_are_right()


def test_a_forged_way_back_changes_nothing(till, ann, order, books_are_right):
    payments.start(payment_of(order))

    page = ann.get(f"/orders/{order.token}/{BACK}").content.decode()
    answer = ann.get(f"/api/v1/orders/{order.token}/{BACK}").json()

    assert "We are checking your payment" in page
    assert "Thank you" not in page
    assert "pi_1_secret" not in page
    assert answer["status"] == "pending"
    assert state_of(order) == ("pending", "started")
    assert held(order) == 2
    assert at_the_till(till, order)["status"] == "requires_payment_method"
    books_are_right()


def test_a_forged_failure_takes_nothing_away(till, ann, order):
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))

    page = ann.get(f"/orders/{order.token}/{BACK.replace('succeeded', 'failed')}")

    assert "Your payment was approved" in page.content.decode()
    assert state_of(order) == ("authorized", "authorized")


def test_the_way_back_of_one_order_pays_for_no_other(till, ann, order):
    paid, other = order, make_order(owner="bob")
    payments.start(payment_of(other))
    _, _, back = decide(leave(till, paid), "approve").partition("?")

    ann.get(f"/orders/{other.token}/?{back}")
    ann.get(f"/api/v1/orders/{other.token}/?{back}")

    assert state_of(other) == ("pending", "started")


def test_who_approves_after_the_hold_ended_is_not_charged(till, order, books_are_right):
    url = leave(till, order)
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    lifecycle.expire(Order.objects.get(pk=order.pk))
    decide(url, "approve")

    checkout.confirm(payment_of(order))
    list(sweepers.expire())

    assert state_of(order) == ("expired", "voided")
    assert at_the_till(till, order)["captured"] == 0
    assert held(order) == 0
    books_are_right()


def test_who_left_and_came_back_by_herself_pays_by_card(till, order, books_are_right):
    url = leave(till, order)

    pay(till, order, "pm_card_visa").raise_for_status()
    checkout.confirm(payment_of(order))

    assert "redirect_status=failed" in decide(url, "approve")
    assert state_of(order) == ("authorized", "authorized")
    books_are_right()
