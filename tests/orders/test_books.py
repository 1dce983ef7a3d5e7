"""Each rule of the books finds a difference that was planted, and nothing where there is none."""

import io
import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from orders import books, checkout, gateway, payments, returns
from orders.models import BagLine, Coupon, Order, OrderLine, Payment, Refund
from shops import stock
from shops.models import Picture, ProductPicture, Shop, Stock, StockMove
from streams import deals, pins
from streams.models import Deal, LineupItem, Pin, Rendition, Segment, Show, Take
from tests.factories import make_coupon, make_item, make_order, make_product, make_shop, make_show
from tests.orders.paying import asked, bank_says, by_hand, give_back_by_hand, pay, payment_of

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


def test_b2_finds_what_a_person_has_to_look_at(sale, only):
    Payment.objects.update(flag="The provider says 1 eur for order 2.")

    only("B2", sale.number, "The provider says 1 eur", "provider's pages")


def test_b2_finds_money_that_went_back_by_hand(till, sale, only):
    reference = give_back_by_hand(till, sale, 300)

    assert not any(books.check().values())
    only("B2", sale.number, "gave back 300", f"catch_up {sale.number}", with_provider=True)
    only("B2", sale.number, reference, "unknown", with_provider=True)


def test_b2_finds_a_refund_that_only_we_know_of(till, sale, only):
    refund = returns.refund(sale, 300, key="k1")
    Refund.objects.update(reference="re_unknown")

    found = books.check(with_provider=True)["B2"]

    assert any("re_unknown" in words and "does not know of it" in words for words in found)
    assert any(refund.reference in words for words in found)


def test_b2_finds_a_dispute_that_we_have_not_heard_of(till, sale, only):
    reference = payment_of(sale).reference
    bank_says(till, "disputes", payment_intent=reference, status="needs_response")

    only("B2", sale.number, "needs_response", with_provider=True)


def test_b2_finds_money_that_is_held_for_an_order_that_was_lost(till, sale, only):
    intent = gateway.create_intent(
        amount=700, currency="eur", key="lost", metadata={"order": "lost"}, email=""
    )
    asked(
        till,
        "POST",
        f"/v1/payment_intents/{intent.reference}/confirm",
        data={"payment_method": "pm_card_visa", "return_url": "http://shop.test/"},
    )

    only("B2", intent.reference, "700 is held", with_provider=True)


def test_what_differs_only_while_it_is_read_is_no_difference(till, sale, monkeypatch):
    """A shopper pays between our look at our rows and our look at the provider's."""
    order = make_order()
    pay(till, order).raise_for_status()
    intents = gateway.intents

    def meanwhile(since):
        checkout.confirm(payment_of(order))
        payments.capture(payment_of(order))
        return intents(since)

    monkeypatch.setattr(gateway, "intents", meanwhile)

    assert not any(books.check(with_provider=True).values())


def run(*arguments) -> tuple[int, str]:
    """(exit code, what it printed)."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_the_command_ends_with_one_when_something_differs_until_it_is_mended(till, sale):
    assert run("books", "--provider")[0] == 0
    give_back_by_hand(till, sale, 300)

    code, said = run("books", "--provider", "--json")
    assert code == 1
    assert "gave back 300" in json.loads(said)["B2"][0]

    assert run("catch_up", sale.number) == (0, f"order {sale.number}: captured\n")
    code, said = run("books", "--provider")
    assert code == 0
    assert "NOT" not in said


def test_the_command_says_so_when_the_provider_does_not_answer(sale, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(CommandError, match="could not be compared"):
        run("books", "--provider")


def test_who_is_to_catch_up_must_exist(sale):
    with pytest.raises(CommandError, match="no order 99"):
        run("catch_up", "99")


def test_b3_finds_a_paid_order_without_money(sale, only):
    Payment.objects.update(status="voided", captured=0)

    found = books.check()

    assert [words.partition(".")[0] for words in found["B3"]] == [
        f"{sale}: paid without a captured payment"
    ]


def test_b3_finds_money_without_a_sale(sale, only):
    Order.objects.update(status="cancelled")
    StockMove.objects.filter(reason="sold").update(reason="counted")

    only("B3", sale.number, "cancelled")


def test_b4_finds_more_given_back_than_taken(sale, only):
    with without_constraints(("orders_payment", "refunded_within_refunding")):
        Payment.objects.update(refunded=2001)

        only("B4", "2001", "2000")


def test_b5_finds_a_hold_that_nobody_ended(sale, only):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(expires_at=LONG_AGO)

    only("B5", order.number, "expired")


@pytest.mark.parametrize("status", ["authorized", "capturing"])
def test_b5_finds_an_authorised_order_that_nobody_captures(sale, only, status):
    order = make_order()
    Order.objects.filter(pk=order.pk).update(status="authorized", capture_at=LONG_AGO)
    Payment.objects.filter(order=order).update(status=status)

    only("B5", order.number, "captures")


@pytest.mark.parametrize("status", ["started", "authorized"])
def test_b5_finds_a_payment_that_nobody_lets_go(sale, only, status):
    order = make_order()
    stock.release(order.quantities())
    Order.objects.filter(pk=order.pk).update(status="expired", settled_at=LONG_AGO)
    Payment.objects.filter(order=order).update(status=status, is_void_due=True)

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


def test_a_use_or_a_unit_that_no_order_tells_of_is_named():
    product = make_product()
    item = make_item(make_show(shop=product.shop), product)
    coupon = make_coupon(product.shop, code="TENTH")
    deal = deals.open(item, price=500, seconds=60, cap=3)
    assert books.check()["B7"] == []

    Coupon.objects.update(used=1)
    Deal.objects.update(taken=2)

    assert books.check()["B7"] == [
        f"coupon {coupon}: 1 uses counted, its orders say 0",
        f"deal {deal.pk}: 2 units counted, its orders say 0",
    ]
