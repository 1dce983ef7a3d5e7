from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from orders import bag, checkout, coupons, lifecycle, quotes
from orders.models import Bag, Coupon, Order, Payment
from shops.models import Stock
from streams import deals
from tests.factories import (
    make_coupon,
    make_delivery,
    make_item,
    make_product,
    make_shop,
    make_show,
)

pytestmark = pytest.mark.django_db
ODD = [
    "",
    "  ",
    "\x00",
    "WELCOME\x00",
    "\ud800",
    "\u200b",
    "🎟️",
    "ＷＥＬＣＯＭＥ",
    "%",
    "ﷺ" * 50,
    "A" * 10**6,
]


@pytest.fixture
def cup():
    """One in Ann's bag, for 10.00; ten there are."""
    cup = make_product(on_hand=10, price=1000).variants.get()
    bag.put(cup.product.shop, "ann", cup.pk, 1)
    return cup


@pytest.fixture
def shop(cup):
    return cup.product.shop


def place(shop, *, seen, owner="ann", key="key-a", **delivery):
    return checkout.place(shop, owner, key, make_delivery(owner, **delivery), seen=seen)


def quote(shop, owner="ann"):
    return quotes.quote(Bag(shop=shop, owner=owner))


def used(coupon) -> int:
    return Coupon.objects.get(pk=coupon.pk).used


def laid(owner="ann"):
    return [row.coupon for row in Bag.objects.filter(owner=owner, coupon__isnull=False)]


@pytest.mark.parametrize(
    "typed",
    [
        "WELCOME-10",
        " welcome-10\n",
        "wel come-10",
        "WELCOME‑10",  # a hyphen that does not break
        "welcome–10",
        "ｗｅｌｃｏｍｅ－１０",
        "WELCOME\u200b-10\x00",
        "wel\u00adcome-10",
    ],
)
def test_a_code_is_known_however_it_is_typed(typed):
    assert coupons.normal(typed) == "WELCOME-10"


@given(st.text(max_size=60))
def test_what_is_kept_of_a_code_is_kept_whole(code):
    kept = coupons.normal(code)

    assert coupons.normal(kept) == kept
    assert coupons.normal(code.lower().upper()) == coupons.normal(code.upper())
    assert kept.isprintable()
    assert not any(letter.isspace() for letter in kept)


@pytest.mark.parametrize("code", ODD[2:], ids=ascii)
def test_odd_letters_are_no_code_and_change_nothing(shop, code):
    make_coupon(shop, code="TEN")

    with pytest.raises(coupons.CouponRefused) as refusal:
        coupons.put(shop, "ann", code)

    assert refusal.value.field == "code"
    assert laid() == []


def test_another_shops_code_is_answered_like_none(shop):
    foreign = make_coupon(make_shop(), code="TEN")

    with pytest.raises(coupons.CouponRefused) as theirs:
        coupons.put(shop, "ann", foreign.code)
    with pytest.raises(coupons.CouponRefused) as none:
        coupons.put(shop, "ann", "NO-SUCH")

    assert theirs.value.as_dict() == none.value.as_dict()
    assert laid() == []


UNUSABLE = {
    "switched off": lambda: {"is_active": False},
    "over": lambda: {"ends_at": timezone.now()},
    "not begun": lambda: {"starts_at": timezone.now() + timedelta(minutes=1)},
    "used up": lambda: {"limit": 3, "used": 3},
}


@pytest.mark.parametrize("how", UNUSABLE)
def test_a_code_that_cannot_be_used_now_is_refused(shop, how):
    coupon = make_coupon(shop, **UNUSABLE[how]())

    with pytest.raises(coupons.CouponRefused):
        coupons.put(shop, "ann", coupon.code)

    assert laid() == []
    assert quote(shop).total == 1000


@pytest.mark.parametrize("how", UNUSABLE)
def test_a_code_that_ends_between_page_and_submit_changes_the_price_and_says_so(shop, cup, how):
    coupon = make_coupon(shop)
    coupons.put(shop, "ann", coupon.code)
    shown = quote(shop).total
    Coupon.objects.update(**UNUSABLE[how]())
    before = used(coupon)

    with pytest.raises(checkout.PriceChanged) as refusal:
        place(shop, seen=shown)

    assert (refusal.value.seen, refusal.value.total) == (900, 1000)
    assert refusal.value.as_dict().items() >= {"seen": 900, "total": 1000}.items()
    assert not Order.objects.exists()
    assert Stock.objects.get(variant=cup).held == 0
    assert used(coupon) == before


def test_one_code_lies_on_a_bag_and_an_empty_one_takes_it_off(shop):
    ten, half = make_coupon(shop), make_coupon(shop, value=5000)

    coupons.put(shop, "ann", ten.code)
    coupons.put(shop, "ann", half.code)
    assert laid() == [half]
    assert (quote(shop).coupon, quote(shop).discount) == (half, 500)

    coupons.put(shop, "ann", " ")
    assert laid() == []
    assert quote(shop).total == 1000


def test_a_code_can_be_claimed_before_there_is_anything_to_buy(shop):
    coupon = make_coupon(shop)

    coupons.put(shop, "bob", coupon.code)

    assert (quote(shop, "bob").coupon, quote(shop, "bob").total) == (coupon, 0)


def test_a_code_waits_on_the_bag_for_its_minimum(shop, cup):
    coupon = make_coupon(shop, minimum=2000)
    coupons.put(shop, "ann", coupon.code)

    assert (quote(shop).coupon, quote(shop).discount) == (coupon, 0)
    order = place(shop, seen=1000)
    assert (order.coupon, used(coupon)) == (None, 0)
    bag.put(shop, "ann", cup.pk, 2)
    assert quote(shop).discount == 200


def test_units_in_a_deal_get_no_cheaper_by_a_code(shop):
    item = make_item(make_show(shop=shop), make_product(shop=shop, price=1000))
    deals.open(item, price=600, seconds=60)
    bag.put(shop, "ann", item.product.variants.get().pk, 1, item_id=item.pk)
    coupons.put(shop, "ann", make_coupon(shop, value=5000).code)

    assert (quote(shop).items_total, quote(shop).discount) == (1600, 500)


def test_an_order_says_which_code_it_used_and_counts_as_one_use(shop, books_are_right):
    coupon = make_coupon(shop, kind=Coupon.Kind.FIXED, value=250)
    coupons.put(shop, "ann", coupon.code)

    order = place(shop, seen=750)

    order.refresh_from_db()
    assert (order.coupon, order.coupon_code, order.discount) == (coupon, coupon.code, 250)
    assert Payment.objects.get(order=order).amount == 750
    assert used(coupon) == 1


@pytest.mark.parametrize("end", [lifecycle.expire, lifecycle.cancel])
def test_an_order_that_ends_without_a_sale_gives_its_use_back(shop, end):
    coupon = make_coupon(shop, limit=1)
    coupons.put(shop, "ann", coupon.code)
    order = place(shop, seen=900)
    assert used(coupon) == 1

    end(order)

    assert used(coupon) == 0
    assert quote(shop).discount == 100


def test_placing_anew_uses_what_the_order_before_held(shop, cup):
    coupon = make_coupon(shop, limit=1, limit_each=1)
    coupons.put(shop, "ann", coupon.code)
    place(shop, seen=900)

    coupons.put(shop, "ann", coupon.code)
    bag.put(shop, "ann", cup.pk, 2)
    assert quote(shop).discount == 200
    place(shop, seen=1800, key="key-b")

    assert used(coupon) == 1
    assert Order.objects.filter(status=Order.Status.PENDING).get().discount == 200


def test_who_used_a_code_as_often_as_she_may_is_told_when_she_types_it(shop, cup):
    coupon = make_coupon(shop, limit_each=1)
    coupons.put(shop, "ann", coupon.code)
    sold(place(shop, seen=900))
    bag.put(shop, "ann", cup.pk, 1)
    Bag.objects.update(coupon=None)

    with pytest.raises(coupons.CouponRefused):
        coupons.put(shop, "ann", coupon.code)

    assert laid() == []
    coupons.put(shop, "bob", coupon.code)
    assert laid("bob") == [coupon]


def test_one_person_with_two_cookies_is_known_by_her_address(shop, cup):
    coupon = make_coupon(shop, limit_each=1)
    coupons.put(shop, "ann", coupon.code)
    place(shop, seen=900)
    bag.put(shop, "ann-again", cup.pk, 1)
    coupons.put(shop, "ann-again", coupon.code)

    with pytest.raises(coupons.CouponRefused):
        place(shop, seen=900, owner="ann-again", email="ANN@example.com")

    assert Order.objects.count() == used(coupon) == 1
    assert Stock.objects.get(variant=cup).held == 1


def sold(order):
    Order.objects.filter(pk=order.pk).update(status=Order.Status.PAID)


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ({"value": 1000}, "10 % off"),
        ({"value": 1250}, "12.5 % off"),
        ({"value": 5}, "0.05 % off"),
        ({"value": 10_000}, "100 % off"),
        ({"kind": Coupon.Kind.FIXED, "value": 500}, "€5.00 off"),
    ],
)
def test_a_code_says_what_it_is_worth(shop, values, label):
    assert coupons.label(make_coupon(shop, **values)) == label


def test_goods_beyond_one_payment_are_refused_though_a_code_makes_them_free(shop, cup):
    cup.price = 99_999_999
    cup.save()
    bag.put(shop, "ann", cup.pk, 5)
    coupons.put(shop, "ann", make_coupon(shop, value=10_000).code)

    with pytest.raises(checkout.TooMuch):
        place(shop, seen=0)

    assert not Order.objects.exists()
