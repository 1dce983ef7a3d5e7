import pytest

from livecommerce.errors import Invalid
from shops import stock
from shops.models import Stock, StockMove
from tests.factories import make_product, make_staff

pytestmark = pytest.mark.django_db


def variant(on_hand=5):
    return make_product(on_hand=on_hand).variants.get()


def counts(variant):
    row = Stock.objects.get(variant=variant)
    return row.on_hand, row.held


def test_a_hold_promises_units_and_takes_none_away():
    cup = variant(5)

    stock.hold({cup.pk: 2})

    assert counts(cup) == (5, 2)
    assert StockMove.objects.filter(reason="sold").count() == 0


def test_a_hold_that_fails_promises_nothing_and_names_every_short_line():
    plenty, few, none = variant(9), variant(1), variant(0)

    with pytest.raises(stock.OutOfStock) as refusal:
        stock.hold({plenty.pk: 2, few.pk: 2, none.pk: 1})

    assert refusal.value.as_dict()["left"] == {few.pk: 1, none.pk: 0}
    assert [counts(each) for each in (plenty, few, none)] == [(9, 0), (1, 0), (0, 0)]


def test_a_hold_of_many_counts_each_by_itself():
    cups = [variant(units) for units in (3, 1, 2)]

    stock.hold({cup.pk: units for cup, units in zip(cups, (2, 1, 1), strict=True)})

    assert [counts(each) for each in cups] == [(3, 2), (1, 1), (2, 1)]


def test_units_that_come_back_at_the_last_moment_are_promised(monkeypatch):
    cup = variant(1)
    stock.hold({cup.pk: 1})
    lock = stock.lock

    def late(variant_ids):
        Stock.objects.filter(variant__in=variant_ids).update(held=0)  # somebody else's release
        return lock(variant_ids)

    monkeypatch.setattr(stock, "lock", late)
    stock.hold({cup.pk: 1})

    assert counts(cup) == (1, 1)


def test_what_was_never_counted_is_none_left():
    cup = variant(0)
    Stock.objects.all().delete()

    with pytest.raises(stock.OutOfStock) as refusal:
        stock.hold({cup.pk: 1})

    assert refusal.value.short == {cup.pk: 0}


def test_the_last_one_can_be_held_only_once():
    cup = variant(1)
    stock.hold({cup.pk: 1})

    with pytest.raises(stock.OutOfStock):
        stock.hold({cup.pk: 1})

    assert counts(cup) == (1, 1)


def test_what_is_released_can_be_held_again():
    cup = variant(1)
    stock.hold({cup.pk: 1})

    stock.release({cup.pk: 1})

    assert counts(cup) == (1, 0)
    stock.hold({cup.pk: 1})


def test_what_is_sold_leaves_a_move_with_the_orders_number():
    cup = variant(5)
    stock.hold({cup.pk: 2})

    stock.consume({cup.pk: 2}, reference="10041")

    assert counts(cup) == (3, 0)
    move = StockMove.objects.get(variant=cup, reason=StockMove.Reason.SOLD)
    assert (move.delta, move.reference) == (-2, "10041")


def test_a_count_is_corrected_by_a_difference_and_says_who_did_it():
    cup, ann = variant(5), make_staff()

    stock.adjust(cup, -2, by=ann)

    assert counts(cup) == (3, 0)
    move = StockMove.objects.latest("pk")
    assert (move.delta, move.reason, move.by) == (-2, StockMove.Reason.COUNTED, ann)


def test_a_correction_never_takes_what_is_promised():
    cup = variant(5)
    stock.hold({cup.pk: 3})

    with pytest.raises(stock.OutOfStock) as refusal:
        stock.adjust(cup, -3)

    assert refusal.value.short == {cup.pk: 2}
    assert counts(cup) == (5, 3)
    assert StockMove.objects.filter(variant=cup).count() == 1
    stock.adjust(cup, -2)
    assert counts(cup) == (3, 3)


@pytest.mark.parametrize("delta", [stock.MAX_DELTA + 1, -stock.MAX_DELTA - 1, 2**63])
def test_a_correction_beyond_reason_is_refused(delta):
    cup = variant(5)

    with pytest.raises(Invalid):
        stock.adjust(cup, delta)

    assert counts(cup) == (5, 0)
    assert StockMove.objects.filter(variant=cup).count() == 1


def test_the_moves_of_a_variant_add_up_to_what_is_on_hand():
    cup = variant(5)
    stock.hold({cup.pk: 2})
    stock.consume({cup.pk: 2}, reference="1")
    stock.adjust(cup, 4)

    assert sum(cup.moves.values_list("delta", flat=True)) == counts(cup)[0] == 7


def test_levels_are_told_once_the_transaction_commits(
    monkeypatch, django_capture_on_commit_callbacks
):
    cup, told = variant(5), []
    monkeypatch.setattr("livecommerce.realtime._send", lambda *news: told.append(news))

    with django_capture_on_commit_callbacks(execute=True):
        stock.hold({cup.pk: 2})
        assert told == []

    assert told == [(f"stock.{cup.product.shop_id}", {"type": "stock.level"})]
