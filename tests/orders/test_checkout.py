from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from livecommerce.states import StaleState
from orders import bag, checkout, lifecycle, payments, sweepers
from orders.models import BagLine, Order, Payment
from shops import stock
from shops.models import MAX_PRICE, Stock
from tests.factories import make_delivery, make_item, make_order, make_product, make_shop, make_show
from tests.orders.paying import at_the_till, pay, payment_of, state_of

pytestmark = pytest.mark.django_db


def place(shop, *, seen, owner="ann", key="key-a"):
    return checkout.place(shop, owner, key, make_delivery(owner), seen=seen)


def held(variant) -> int:
    return Stock.objects.get(variant=variant).held


@pytest.fixture
def cup():
    """Two of five lie in Ann's bag."""
    cup = make_product(on_hand=5, price=1000, shop=make_shop(shipping=490)).variants.get()
    bag.put(cup.product.shop, "ann", cup.pk, 2)
    return cup


@pytest.fixture
def shop(cup):
    return cup.product.shop


def overdue(order):
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def test_an_order_holds_its_units_and_says_what_was_sold(shop, cup, books_are_right):
    order = place(shop, seen=2490)

    assert (order.items_total, order.shipping, order.total) == (2000, 490, 2490)
    (line,) = order.lines.all()
    assert (line.title, line.quantity, line.unit_price) == (str(cup), 2, 1000)
    assert held(cup) == 2
    assert state_of(order) == ("pending", "started")
    assert order.expires_at > timezone.now()


def test_an_order_keeps_its_words_and_price_when_the_product_changes(shop, cup):
    order, title = place(shop, seen=2490), str(cup)
    cup.product.title, cup.price = "Something else", 1
    cup.product.save()
    cup.save()

    (line,) = order.lines.all()
    assert (line.title, line.unit_price) == (title, 1000)


def test_an_order_remembers_the_show_it_came_from():
    item = make_item(make_show())

    assert make_order(variant=item.product.variants.get(), item=item).show == item.show


def test_the_same_submit_is_the_same_order_and_holds_once(shop, cup):
    first = place(shop, seen=2490)

    again = place(shop, seen=2490)

    assert again == first
    assert held(cup) == 2
    assert Payment.objects.count() == 1


def test_a_submit_whose_twin_is_faster_by_a_breath_is_answered_with_its_order(
    shop, cup, monkeypatch
):
    place_all, twins = checkout._place_all, []

    def late(submits):
        if not twins:
            twins.extend(place_all(submits))
            raise IntegrityError("one_order_per_submit")
        return place_all(submits)

    monkeypatch.setattr(checkout, "_place_all", late)

    order = place(shop, seen=2490)

    assert [order] == twins == list(Order.objects.all())
    assert [line.quantity for line in order.sold] == [2]  # as the API's answer reads it
    assert held(cup) == 2


def test_an_order_that_a_sweeper_ends_at_this_moment_keeps_nobody_from_placing_anew(
    shop, cup, monkeypatch, books_are_right
):
    first, place_all = place(shop, seen=2490), checkout._place_all

    def swept(submits):
        monkeypatch.setattr(checkout, "_place_all", place_all)
        lifecycle.expire(Order.objects.get(pk=first.pk))
        raise StaleState("The sweeper was faster.")

    monkeypatch.setattr(checkout, "_place_all", swept)

    second = place(shop, seen=2490, key="key-b")

    assert (state_of(first)[0], state_of(second)[0]) == ("expired", "pending")
    assert held(cup) == 2
    books_are_right()


def test_a_submit_is_its_visitors_own(shop, cup):
    first = place(shop, seen=2490)
    bag.put(shop, "bob", cup.pk, 1)

    assert place(shop, seen=1490, owner="bob") != first
    assert held(cup) == 3


@pytest.mark.parametrize("other", [{"seen": 2491}, {"city": "Berlin"}])
def test_a_submit_sent_again_with_something_else_in_it_is_refused(shop, cup, other):
    order = place(shop, seen=2490)
    seen, delivery = (
        other.get("seen", 2490),
        make_delivery("ann", city=other.get("city", "Hamburg")),
    )

    with pytest.raises(checkout.KeyReused) as refusal:
        checkout.place(shop, "ann", "key-a", delivery, seen=seen)

    assert refusal.value.as_dict()["field"] == "key"
    assert Order.objects.get() == order
    assert held(cup) == 2


def test_a_key_that_was_used_in_another_shop_opens_nothing_there(shop, cup):
    bowl = make_product(price=100).variants.get()
    bag.put(bowl.product.shop, "ann", bowl.pk, 1)
    place(shop, seen=2490)

    with pytest.raises(checkout.KeyReused):
        place(bowl.product.shop, seen=100)

    assert Order.objects.count() == 1
    assert held(bowl) == 0


def test_a_total_that_was_not_shown_is_refused(shop, cup):
    cup.price = 1100
    cup.save()

    with pytest.raises(checkout.PriceChanged) as refusal:
        place(shop, seen=2490)

    assert (refusal.value.as_dict()["seen"], refusal.value.as_dict()["total"]) == (2490, 2690)
    assert not Order.objects.exists()
    assert held(cup) == 0


def test_an_empty_bag_buys_nothing(shop, cup):
    bag.put(shop, "ann", cup.pk, 0)

    with pytest.raises(checkout.EmptyBag):
        place(shop, seen=0)

    assert not Order.objects.exists()


def test_what_is_out_of_stock_is_named_line_by_line_and_nothing_is_placed(shop, cup):
    bowl, plate = (make_product(shop=shop, on_hand=n).variants.get() for n in (1, 0))
    bag.put(shop, "ann", bowl.pk, 2)
    bag.put(shop, "ann", plate.pk, 1)

    with pytest.raises(stock.OutOfStock) as refusal:
        place(shop, seen=5490)

    assert refusal.value.short == {bowl.pk: 1, plate.pk: 0}
    assert not Order.objects.exists()
    assert not Payment.objects.exists()
    assert [held(each) for each in (cup, bowl, plate)] == [0, 0, 0]
    assert BagLine.objects.count() == 3


def test_more_than_one_payment_can_carry_is_refused():
    gold = make_product(on_hand=2, price=MAX_PRICE).variants.get()
    bag.put(gold.product.shop, "ann", gold.pk, 2)

    with pytest.raises(checkout.TooMuch):
        place(gold.product.shop, seen=2 * MAX_PRICE)

    assert not Order.objects.exists()
    assert held(gold) == 0


def test_placing_anew_gives_back_what_the_order_before_held(shop, cup, books_are_right):
    first = place(shop, seen=2490)
    bag.put(shop, "ann", cup.pk, 5)  # all there are: only possible with what the first held

    second = place(shop, seen=5490, key="key-b")

    assert state_of(first) == ("cancelled", "started")
    assert payment_of(first).is_void_due
    assert second.status == Order.Status.PENDING
    assert held(cup) == 5


def test_placing_anew_in_vain_keeps_the_order_before(shop, cup):
    first = place(shop, seen=2490)
    bag.put(shop, "ann", cup.pk, 6)

    with pytest.raises(stock.OutOfStock):
        place(shop, seen=6490, key="key-b")

    assert state_of(first) == ("pending", "started")
    assert not payment_of(first).is_void_due
    assert held(cup) == 2


def test_an_order_of_another_shop_is_not_given_up(shop, cup):
    first = place(shop, seen=2490)
    bowl = make_product(price=100).variants.get()
    bag.put(bowl.product.shop, "ann", bowl.pk, 1)

    place(bowl.product.shop, seen=100, key="key-b")

    assert state_of(first) == ("pending", "started")


def test_a_hold_ends_at_its_time_and_its_intent_can_be_paid_no_more(
    till, shop, cup, books_are_right
):
    order = place(shop, seen=2490)
    payments.start(payment_of(order))
    assert list(sweepers.expire()) == []
    overdue(order)

    assert len(list(sweepers.expire())) == 2

    assert state_of(order) == ("expired", "voided")
    assert held(cup) == 0
    assert at_the_till(till, order)["status"] == "canceled"
    assert pay(till, order).status_code == 400
    assert list(sweepers.expire()) == []
    assert BagLine.objects.count() == 1
    books_are_right()


def test_an_order_that_was_never_opened_at_the_provider_expires_without_a_call(shop, cup):
    order = place(shop, seen=2490)
    overdue(order)

    list(sweepers.expire())

    assert state_of(order) == ("expired", "voided")


def test_an_order_that_ended_gets_no_intent(till, shop, cup, books_are_right):
    order = place(shop, seen=2490)
    stale = payment_of(order)
    lifecycle.cancel(order)
    list(sweepers.void_due())

    with pytest.raises(StaleState):
        payments.start(stale)

    assert state_of(order) == ("cancelled", "voided")
    assert payment_of(order).reference is None
    books_are_right()


@pytest.mark.parametrize("end", [lifecycle.expire, lifecycle.cancel])
def test_an_order_ends_once(shop, cup, end):
    order = place(shop, seen=2490)
    stale = Order.objects.get(pk=order.pk)
    lifecycle.cancel(order)

    with pytest.raises(StaleState):
        end(stale)

    assert state_of(order) == ("cancelled", "started")
    assert held(cup) == 0


def test_what_an_abandoned_hold_kept_is_sold_though_no_sweeper_runs(books_are_right):
    cup = make_product(on_hand=1).variants.get()
    abandoned = make_order(variant=cup, owner="bob")
    overdue(abandoned)

    order = make_order(variant=cup, owner="ann")

    abandoned.refresh_from_db()
    assert (abandoned.status, order.status) == ("expired", "pending")
    assert held(cup) == 1
    books_are_right()


def test_a_hold_that_still_runs_is_not_swept_by_who_comes_later(books_are_right):
    cup = make_product(on_hand=1).variants.get()
    first = make_order(variant=cup, owner="bob")

    with pytest.raises(stock.OutOfStock) as refusal:
        make_order(variant=cup, owner="ann")

    assert refusal.value.short == {cup.pk: 0}
    first.refresh_from_db()
    assert first.status == "pending"
    books_are_right()
