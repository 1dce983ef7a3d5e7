"""Each rule of the books finds a difference that was planted, and nothing where there is none."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from orders import books, checkout, payments
from orders.models import BagLine, Order, OrderLine, Payment
from shops import stock
from shops.models import Picture, ProductPicture, Shop, Stock, StockMove
from streams import pins
from streams.models import LineupItem, Pin, Rendition, Segment, Show, Take
from tests.factories import make_item, make_order, make_product, make_shop, make_show
from tests.orders.paying import by_hand, pay, payment_of

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(hours=1)


@pytest.fixture
def sale(till):
    """A paid order of two."""
    order = make_order(quantity=2)
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    payments.capture(payment_of(order))
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def only(sale):
    """only(rule, *words): this rule alone reports, in a sentence with these words."""

    def check(rule, *words, **options):
        found = books.check(**options)
        assert [name for name, said in found.items() if said] == [rule]
        assert any(all(word in each for word in words) for each in found[rule]), found[rule]

    assert not any(books.check(with_provider=True).values())
    return check


@contextmanager
def without_constraints(*names):
    """The database itself refuses some of what the books look for; here it may not."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table, name in names:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_b1_finds_units_that_no_move_explains(sale, only):
    Stock.objects.update(on_hand=4)

    only("B1", "4 on hand", "3")


def test_b1_finds_units_that_are_held_for_nobody(sale, only):
    Stock.objects.update(held=1)

    only("B1", "1 held", "0")


def test_b1_finds_an_order_that_holds_nothing(sale, only):
    order = make_order()
    stock.release(order.quantities())

    only("B1", "0 held", "1")


def test_b1_finds_a_sale_that_left_no_move(sale, only):
    StockMove.objects.filter(reason="sold").update(reason="counted")

    only("B1", "2 sold", "0 left")


def test_b1_finds_more_promised_than_there_is(sale, only):
    with without_constraints(("shops_stock", "held_within_on_hand")):
        order = make_order(quantity=1)
        Stock.objects.filter(variant=order.lines.get().variant).update(on_hand=0)
        StockMove.objects.filter(variant=order.lines.get().variant).update(delta=0)

        only("B1", "-1 free")


def test_b2_finds_a_capture_that_is_not_the_total(sale, only):
    Payment.objects.update(captured=1999)

    only("B2", sale.number, "1999", "2000")


def test_b2_finds_an_intent_that_the_provider_does_not_know(sale, only):
    Payment.objects.update(reference="pi_unknown")

    assert not any(books.check().values())
    only("B2", "pi_unknown", with_provider=True)


def test_b2_finds_money_that_only_the_provider_knows_of(till, sale, only):
    order = make_order()
    pay(till, order).raise_for_status()
    by_hand(till, order, "capture")

    assert not any(books.check().values())
    only("B2", order.number, "took 1000", "0", with_provider=True)


def test_b2_finds_money_of_an_order_that_was_lost(till, sale, only):
    order = make_order()
    pay(till, order).raise_for_status()
    by_hand(till, order, "capture")
    reference = payment_of(order).reference
    stock.release(order.quantities())
    Payment.objects.filter(order=order).delete()
    OrderLine.objects.filter(order=order).delete()
    order.delete()

    only("B2", reference, "do not have", with_provider=True)


def test_b3_finds_a_paid_order_without_money(sale, only):
    Payment.objects.update(status="voided", captured=0)

    found = books.check()

    assert found["B3"] == [f"{sale}: paid without a captured payment"]


def test_b3_finds_money_without_a_sale(sale, only):
    Order.objects.update(status="cancelled")
    StockMove.objects.filter(reason="sold").update(reason="counted")

    only("B3", sale.number, "cancelled")


def test_b4_finds_more_given_back_than_taken(sale, only):
    with without_constraints(("orders_payment", "refunded_within_captured")):
        Payment.objects.update(refunded=2001)

        only("B4", "2001", "2000")


def test_b5_finds_a_hold_that_nobody_ended(sale, only):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(expires_at=LONG_AGO)

    only("B5", order.number, "expired")


@pytest.mark.parametrize("status", ["authorized", "capturing"])
def test_b5_finds_an_authorised_order_that_nobody_captures(sale, only, status):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(status="authorized")
    Payment.objects.filter(order=order).update(status=status, changed_at=LONG_AGO)

    only("B5", order.number, "captures")


@pytest.mark.parametrize("status", ["started", "authorized"])
def test_b5_finds_a_payment_that_nobody_lets_go(sale, only, status):
    order = make_order()
    stock.release(order.quantities())
    Order.objects.filter(pk=order.pk).update(status="expired")
    Payment.objects.filter(order=order).update(status=status, is_void_due=True, changed_at=LONG_AGO)

    only("B5", "voided")


def test_b5_gives_everything_its_time(sale):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(minutes=1))

    assert not any(books.check().values())


def _picture(shop):
    return Picture.objects.create(shop=shop, path="x", width=1, height=1, widths=[1])


def _mixed_line_up(other):
    LineupItem.objects.create(show=make_show(), product=other, number=1)


def _mixed_pin(other):
    pin = pins.open(make_item(make_show()))
    Pin.objects.filter(pk=pin.pk).update(show=make_show(shop=other.shop))


def _mixed_bag(other):
    make_order()
    BagLine.objects.update(variant=other.variants.get())


def _mixed_bag_item(other):
    make_order()
    BagLine.objects.update(item=make_item(make_show(shop=other.shop), other))


def _mixed_order(other):
    order = make_order(variant=other.variants.get())
    Order.objects.filter(pk=order.pk).update(shop=make_shop())


def _mixed_show(other):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(show=make_show(shop=other.shop))


def _mixed_gallery(other):
    ProductPicture.objects.create(product=other, picture=_picture(make_shop()))


def _mixed_variant(other):
    other.variants.update(picture=_picture(make_shop()))


def _mixed_poster(other):
    show = make_show()
    Show.objects.filter(pk=show.pk).update(poster=_picture(other.shop))


def _mixed_avatar(other):
    Shop.objects.filter(pk=other.shop.pk).update(avatar=_picture(make_shop()))


def _mixed_hero(other):
    Shop.objects.filter(pk=other.shop.pk).update(hero=_picture(make_shop()))


def _mixed_segment(other):
    now = timezone.now()
    take = Take.objects.create(show=make_show(), opened_at=now, heard_at=now)
    rendition = Rendition.objects.create(show=make_show(shop=other.shop), name="source")
    Segment.objects.create(
        take=take, rendition=rendition, number=0, at=now, duration=1, size=1, path="x"
    )


MIXED = {name: act for name, act in list(globals().items()) if name.startswith("_mixed_")}


@pytest.mark.parametrize("mix", MIXED.values(), ids=MIXED)
def test_b6_finds_a_row_that_refers_to_another_shop(mix):
    other = make_product()
    assert books.check()["B6"] == []

    mix(other)

    assert books.check()["B6"]
