"""Every fault of the till in every call: afterwards the sweepers pass, and it happened once."""

import time
from contextlib import contextmanager, suppress

import pytest
import requests

from livecommerce.errors import DomainError
from orders import checkout, doorbell, gateway, lifecycle, payments, returns
from orders.models import Order, Refund
from orders.till.faults import ARRIVING, LEAVING, POSTING, WORKING
from orders.till.server import Till
from tests.factories import make_order, make_product
from tests.orders.paying import (
    asked,
    buy,
    give_back_by_hand,
    pay,
    payment_of,
    refunds_at_the_till,
    state_of,
    sweep,
)

# A call that fails at once is made again at once: such faults strike twice, to be noticed.
TIMES = {"drop_before": 2, "drop_after": 2, "409": 2, "slow": 2, "slow_after": 2}
WAIT, SLOW = 0.3, 0.4  # seconds: what we wait for an answer, and what a slow one takes
SECRET = "whsec_tests"


@pytest.fixture
def order(till):
    return make_order(variant=make_product(on_hand=5).variants.get(), quantity=2)


@contextmanager
def fault(till, on, kind, monkeypatch):
    """Goes wrong for a while; we are impatient as long as that."""
    wanted = {"on": on, "kind": kind, "times": TIMES.get(kind, 1), "seconds": SLOW}
    asked(till, "POST", "/_till/faults", json=wanted)
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "TIMEOUT", (2, WAIT))
        gateway._client.cache_clear()
        yield
    gateway._client.cache_clear()
    if kind.startswith("slow"):
        time.sleep(SLOW)  # what was given up on happens yet
    asked(till, "DELETE", "/_till/faults")


def create(till, order):
    """She opens the payment, again if need be, and pays."""
    with suppress(DomainError):
        payments.start(payment_of(order))


def confirm(till, order):
    """Her page confirms the payment; its answer is lost, or the page asks again."""
    with suppress(requests.RequestException):
        pay(till, order)


def capture(till, order):
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    with suppress(DomainError):
        payments.capture(payment_of(order))


def cancel(till, order):
    """The card said yes, and she takes it back before the capture."""
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    lifecycle.cancel(Order.objects.get(pk=order.pk))
    with suppress(DomainError):
        payments.void(payment_of(order))


def refund(till, order):
    returns.refund(buy(till, order), 500, key="k1")


ENDS = {  # what it comes to, though something went wrong
    create: ("paid", "captured"),
    confirm: ("paid", "captured"),
    capture: ("paid", "captured"),
    cancel: ("cancelled", "voided"),
    refund: ("paid", "captured"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [*ARRIVING, *WORKING, *LEAVING])
@pytest.mark.parametrize("call", ENDS, ids=lambda call: call.__name__)
def test_whatever_goes_wrong_in_a_call_it_has_one_effect(
    till, order, books_are_right, monkeypatch, call, kind
):
    with fault(till, call.__name__, kind, monkeypatch):
        call(till, order)
    if call is create or (call is confirm and at_the_till(till, order)["capturable"] == 0):
        pay(till, order).raise_for_status()  # her page, once more

    sweep()

    assert state_of(order) == ENDS[call]
    is_sold = call is not cancel
    assert at_the_till(till, order) == {
        "payable": 0,
        "capturable": 0,
        "captures": int(is_sold),
        "captured": 2000 * is_sold,
        "refunded": 500 * (call is refund),
    }
    assert refunds_at_the_till(till, order) == [(500, "succeeded")] * (call is refund)
    books_are_right()


def at_the_till(till, order) -> dict[str, int]:
    """What all intents that were ever made for this order come to."""
    rows = asked(till, "GET", "/_till/ledger")["payment_intents"]
    made = [row for row in rows if row["metadata"].get("order") == str(order.token)]
    over = ("succeeded", "canceled")
    return {
        "payable": sum(row["status"] not in over for row in made),
        "capturable": sum(row["amount_capturable"] for row in made),
        "captures": sum(row["captures"] for row in made),
        "captured": sum(row["captured"] for row in made),
        "refunded": sum(row["refunded"] for row in made),
    }


@pytest.fixture
def ringing(till, live_server, settings):
    """A till that rings at our door, in the place of the silent one."""
    settings.STRIPE_WEBHOOK_SECRET = f"whsec_old, {SECRET}"
    running = Till(":memory:", f"{live_server.url}/webhooks/stripe", SECRET).start()
    settings.STRIPE_API_BASE = running.address
    yield running
    running.stop()


def trade(till) -> Order:
    """An order that is taken back; and one that is paid, and given back in part, also by hand."""
    order, other = make_order(owner="ann", quantity=2), make_order(owner="bob")
    for each in (order, other):
        pay(till, each).raise_for_status()
    until(lambda: {state_of(order)[1], state_of(other)[1]} == {"authorized"})
    lifecycle.cancel(Order.objects.get(pk=other.pk))
    sweep()
    assert state_of(other) == ("cancelled", "voided")
    assert state_of(order) == ("paid", "captured")
    returns.refund(Order.objects.get(pk=order.pk), 500, key="k1")
    give_back_by_hand(till, order, 300)
    until(lambda: payment_of(order).refunded == 800)
    sweep()
    return order


def until(is_so, seconds=1):
    """Give the bell its time; where it stays silent, the sweepers have theirs."""
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", POSTING)
def test_however_webhooks_go_wrong_both_sides_come_to_the_same(ringing, books_are_right, kind):
    wanted = {"on": "webhook", "kind": kind, "times": 100, "seconds": 1}
    asked(ringing, "POST", "/_till/faults", json=wanted)

    order = trade(ringing)

    assert payment_of(order).refunded == 800
    assert Refund.objects.count() == 2
    assert (doorbell.counts()["bad"] > 0) == (kind in ("forged", "old"))
    books_are_right()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("offset", [600, -600], ids=["fast", "slow"])
def test_a_clock_that_is_wrong_by_ten_minutes_loses_nothing(ringing, books_are_right, offset):
    asked(ringing, "POST", "/_till/clock", json={"offset": offset})

    order = trade(ringing)

    assert payment_of(order).refunded == 800
    assert (doorbell.counts()["bad"] > 0) == (offset < 0)  # too old, for all we know
    books_are_right()


@pytest.mark.django_db
def test_a_provider_that_is_gone_for_a_while_leaves_nothing_undone(
    till, order, books_are_right, settings
):
    pay(till, order).raise_for_status()
    address, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"

    sweep()

    assert state_of(order) == ("pending", "started")
    settings.STRIPE_API_BASE = address
    sweep()
    assert state_of(order) == ("paid", "captured")
    books_are_right()


def test_a_page_waits_ten_seconds_at_the_longest():
    assert gateway.AT_ONCE + gateway.PAUSE + gateway.TIMEOUT.total <= 10
