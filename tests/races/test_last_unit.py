import pytest

from orders import bag, books, checkout
from orders.models import Order
from shops import stock
from shops.models import Stock
from tests.factories import make_delivery, make_product
from tests.races.together import Rendezvous, together

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_looks_first_and_takes_later_sells_what_is_not_there():
    """The control: this is what happens without the guard inside the UPDATE."""
    cup = make_product(on_hand=5).variants.get()
    all_have_looked = Rendezvous(20)

    def hold():
        row = Stock.objects.get(variant=cup)
        is_free = row.free >= 1
        all_have_looked.wait()
        if not is_free:
            raise stock.OutOfStock({cup.pk: row.free})
        row.held += 1
        row.save()

    assert together(20, hold).count(None) > 5


def test_twenty_shoppers_race_for_five():
    cup = make_product(on_hand=5).variants.get()

    outcomes = together(20, lambda: stock.hold({cup.pk: 1}))

    assert outcomes.count(None) == 5
    assert outcomes.count(stock.OutOfStock) == 15
    assert Stock.objects.get(variant=cup).held == 5


def test_buyers_of_the_same_things_in_other_orders_never_wait_crosswise():
    cup, bowl = (make_product(on_hand=20).variants.get() for _ in range(2))
    turns = iter([{cup.pk: 1, bowl.pk: 1}, {bowl.pk: 1, cup.pk: 1}] * 10)

    outcomes = together(20, lambda: stock.hold(next(turns)))

    assert outcomes == [None] * 20
    assert {row.held for row in Stock.objects.all()} == {20}


def test_twenty_checkouts_race_for_five_and_the_books_are_right():
    cup = make_product(on_hand=5, price=1000).variants.get()
    shop, shoppers = cup.product.shop, [f"shopper-{number}" for number in range(20)]
    for shopper in shoppers:
        bag.put(shop, shopper, cup.pk, 1)
    turns = iter(shoppers)

    def buy():
        shopper = next(turns)
        delivery = make_delivery(shopper)
        return checkout.place(shop, shopper, f"key-{shopper}", delivery, seen=1000).status

    outcomes = together(20, buy)

    assert outcomes.count("pending") == Order.objects.count() == 5
    assert outcomes.count(stock.OutOfStock) == 15
    assert not any(books.check().values())


def test_shoppers_who_change_their_minds_never_wait_crosswise():
    """Each gives one thing back and takes another: two such orders could lock each other out."""
    cup, bowl = (make_product(on_hand=50).variants.get() for _ in range(2))
    bowl.product.shop = shop = cup.product.shop
    bowl.product.save()
    shoppers = [f"shopper-{number}" for number in range(8)]

    def fill(shopper, wanted, other):
        bag.put(shop, shopper, other.pk, 0)
        bag.put(shop, shopper, wanted.pk, 1)

    for turn in range(6):
        for number, shopper in enumerate(shoppers):
            pair = (cup, bowl) if (number + turn) % 2 else (bowl, cup)
            fill(shopper, *pair)
        turns = iter(shoppers)

        def buy(turns=turns, key=f"key-{turn}"):
            shopper = next(turns)
            return checkout.place(shop, shopper, key, make_delivery(shopper), seen=1000).status

        assert together(8, buy) == ["pending"] * 8

    assert {row.held for row in Stock.objects.all()} == {4}
    assert not any(books.check().values())
