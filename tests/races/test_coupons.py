import uuid

import pytest

from livecommerce.states import StaleState
from orders import bag, books, checkout, coupons
from orders.models import Coupon, Order
from shops.models import Stock
from tests.factories import make_coupon, make_delivery, make_product
from tests.races.together import Rendezvous, together

pytestmark = pytest.mark.django_db(transaction=True)
CROWD, TABS = 50, 8


@pytest.fixture
def cup():
    return make_product(on_hand=100, price=1000).variants.get()


def with_code(cup, owner, coupon):
    bag.put(cup.product.shop, owner, cup.pk, 1)
    coupons.put(cup.product.shop, owner, coupon.code)


def buy(cup, owner, **delivery):
    key, where = uuid.uuid4().hex, make_delivery(owner, **delivery)
    return checkout.place(cup.product.shop, owner, key, where, seen=900).status


def test_who_looks_first_and_counts_later_uses_a_code_too_often(cup):
    """The control: everyone sees the last use, and everyone has it."""
    coupon, all_have_looked = make_coupon(cup.product.shop, limit=1), Rendezvous(TABS)

    def take():
        is_left = Coupon.objects.get(pk=coupon.pk).used < 1
        all_have_looked.wait()
        if is_left:
            Coupon.objects.filter(pk=coupon.pk).update(used=1)
        return is_left

    assert together(TABS, take).count(True) > 1


def test_fifty_want_the_last_use_of_a_code(cup):
    coupon = make_coupon(cup.product.shop, limit=1)
    shoppers = [f"shopper-{number}" for number in range(CROWD)]
    for shopper in shoppers:
        with_code(cup, shopper, coupon)
    turns = iter(shoppers)

    outcomes = together(CROWD, lambda: buy(cup, next(turns)))

    assert outcomes.count("pending") == 1
    # Who looked before it was gone is refused by its row, who looked after that by the price.
    assert outcomes.count(coupons.CouponRefused) + outcomes.count(checkout.PriceChanged) == 49
    assert Coupon.objects.get().used == Order.objects.filter(coupon=coupon).count() == 1
    assert Stock.objects.get().held == 1
    assert not any(books.check().values())


def test_one_person_uses_a_code_once_from_however_many_tabs(cup):
    coupon = make_coupon(cup.product.shop, limit_each=1)
    with_code(cup, "ann", coupon)

    outcomes = together(TABS, lambda: buy(cup, "ann"))

    # Tabs that come one after the other place anew; those that come at once lose.
    assert set(outcomes) <= {"pending", StaleState}
    assert Order.objects.filter(status__in=Order.COUNTED).count() == 1
    assert Coupon.objects.get().used == Stock.objects.get().held == 1
    assert not any(books.check().values())


def test_who_looks_for_her_other_orders_first_uses_a_code_as_often_as_she_has_cookies(
    cup, monkeypatch
):
    """The control: without the coupon's row, nobody sees what the others are about to use."""
    coupon, outcomes = race_of_cookies(cup, monkeypatch, is_guarded=False)

    assert outcomes.count("pending") > 1
    assert Order.objects.filter(coupon=coupon).count() > 1


def test_one_person_with_many_cookies_uses_a_code_once(cup, monkeypatch):
    coupon, outcomes = race_of_cookies(cup, monkeypatch, is_guarded=True)

    assert outcomes.count("pending") == 1
    assert outcomes.count(coupons.CouponRefused) == TABS - 1
    assert Coupon.objects.get().used == Order.objects.filter(coupon=coupon).count() == 1
    assert Stock.objects.get().held == 1
    assert not any(books.check().values())


def race_of_cookies(cup, monkeypatch, *, is_guarded):
    """One address of mail, many visitors; what came of it when all press the button at once."""
    coupon = make_coupon(cup.product.shop, limit_each=1)
    owners = [f"ann-{number}" for number in range(TABS)]
    for owner in owners:
        with_code(cup, owner, coupon)
    if not is_guarded:
        look_then_act(monkeypatch)
    turns = iter(owners)
    return coupon, together(TABS, lambda: buy(cup, next(turns), email="ann@example.com"))


def look_then_act(monkeypatch):
    """A limit that is only looked at before the order is written: everybody looks, nobody waits."""
    place_all, everybody_looked = checkout._place_all, Rendezvous(TABS)

    def late(submits):
        (submit,) = submits
        uses = Order.objects.filter(email__iexact=submit.delivery.email).count()
        everybody_looked.wait()
        if uses:
            raise coupons.CouponRefused("You have used this code already.", field="code")
        return place_all(submits)

    def unguarded(coupon, *, owner, email):
        Coupon.objects.filter(pk=coupon.pk).update(used=1)

    monkeypatch.setattr(checkout, "_place_all", late)
    monkeypatch.setattr(coupons, "take", unguarded)
