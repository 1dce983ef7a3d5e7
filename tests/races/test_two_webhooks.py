import pytest
from django.test import Client

from livecommerce import states
from orders import lifecycle, payments
from orders.models import WebhookEvent
from shops.models import Stock, StockMove
from tests.factories import make_order, make_product
from tests.orders.paying import by_hand, event, pay, payment_of, ring, state_of
from tests.races.together import together, unguarded_advance

pytestmark = pytest.mark.django_db(transaction=True)
N = 6


@pytest.fixture
def order(till):
    """Captured at the provider; the shop does not know yet. Somebody else holds some, too."""
    cup = make_product(on_hand=50).variants.get()
    make_order(variant=cup, quantity=10, owner="bob")
    order = make_order(variant=cup, quantity=2)
    pay(till, order).raise_for_status()
    by_hand(till, order, "capture")
    return order


def on_hand(order) -> int:
    return Stock.objects.get(variant=order.lines.get().variant).on_hand


def test_without_the_guard_two_webhooks_sell_twice(order, monkeypatch):
    """The control: both read the payment before either of them writes."""
    for module in (payments, lifecycle):
        monkeypatch.setattr(module, "advance", unguarded_advance)
    first, second = payment_of(order), payment_of(order)

    payments.look(first)
    payments.look(second)

    assert on_hand(order) == 46


def test_with_the_guard_the_same_two_sell_once(order, books_are_right):
    assert payments.advance is states.advance
    first, second = payment_of(order), payment_of(order)

    payments.look(first)
    payments.look(second)

    assert on_hand(order) == 48
    books_are_right()


@pytest.mark.parametrize("is_same", [True, False], ids=["one event", "many events"])
def test_webhooks_at_once_have_one_effect(order, books_are_right, is_same):
    numbers = iter(range(N))

    def post():
        body = event(order, id="evt_1" if is_same else f"evt_{next(numbers)}")
        return ring(Client(), body).status_code

    assert together(N, post) == [200] * N

    assert state_of(order) == ("paid", "captured")
    assert on_hand(order) == 48
    assert StockMove.objects.filter(reason="sold").count() == 1
    assert WebhookEvent.objects.count() == (1 if is_same else N)
    books_are_right()
