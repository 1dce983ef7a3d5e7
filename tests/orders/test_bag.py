import pytest

from livecommerce.errors import Invalid
from orders import bag
from orders.models import MAX_QUANTITY, Bag, BagLine
from tests.factories import make_coupon, make_item, make_product, make_shop, make_show, make_variant

pytestmark = pytest.mark.django_db


def lines(shop, owner="ann"):
    return list(
        BagLine.objects.filter(bag__shop=shop, bag__owner=owner).values_list("variant", "quantity")
    )


@pytest.fixture
def cup():
    return make_product().variants.get()


@pytest.fixture
def shop(cup):
    return cup.product.shop


def test_putting_says_how_many_and_adding_how_many_more(shop, cup):
    bag.put(shop, "ann", cup.pk, 3)
    bag.put(shop, "ann", cup.pk, 2)
    bag.add(shop, "ann", cup.pk)

    assert lines(shop) == [(cup.pk, 3)]


def test_none_of_a_thing_takes_its_line_out(shop, cup):
    bag.put(shop, "ann", cup.pk, 3)

    bag.put(shop, "ann", cup.pk, 0)

    assert lines(shop) == []


def test_a_bag_is_its_visitors_and_its_shops_alone(shop, cup):
    bag.put(shop, "ann", cup.pk, 1)

    bag.put(shop, "bob", cup.pk, 2)
    bag.take_out(shop.pk, "bob", {cup.pk: 2})

    assert lines(shop, "ann") == [(cup.pk, 1)]
    assert lines(shop, "bob") == []
    assert bag.find(make_shop(), "ann") is None


def test_what_was_put_in_while_an_order_was_held_stays(shop, cup):
    plate = make_product(shop=shop).variants.get()
    bag.put(shop, "ann", cup.pk, 3)
    bag.put(shop, "ann", plate.pk, 1)

    bag.take_out(shop.pk, "ann", {cup.pk: 2})

    assert lines(shop) == [(cup.pk, 1), (plate.pk, 1)]


def test_a_code_that_was_used_leaves_the_bag_and_one_claimed_meanwhile_stays(shop, cup):
    used, claimed = make_coupon(shop), make_coupon(shop)
    bag.put(shop, "ann", cup.pk, 1)
    bag.set_coupon(shop, "ann", claimed)

    bag.take_out(shop.pk, "ann", {cup.pk: 1}, coupon_id=used.pk)
    assert bag.find(shop, "ann").coupon == claimed

    bag.take_out(shop.pk, "ann", {cup.pk: 1}, coupon_id=claimed.pk)
    assert bag.find(shop, "ann").coupon is None


@pytest.mark.parametrize("quantity", [-1, MAX_QUANTITY + 1, 10**9, 2**63])
def test_a_quantity_beyond_reason_changes_nothing(shop, cup, quantity):
    bag.put(shop, "ann", cup.pk, 2)

    with pytest.raises(Invalid) as refusal:
        bag.put(shop, "ann", cup.pk, quantity)

    assert refusal.value.field == "quantity"
    assert lines(shop) == [(cup.pk, 2)]


@pytest.mark.parametrize("more", [0, -1, MAX_QUANTITY])
def test_adding_none_or_too_many_changes_nothing(shop, cup, more):
    bag.put(shop, "ann", cup.pk, 2)

    with pytest.raises(Invalid):
        bag.add(shop, "ann", cup.pk, more)

    assert lines(shop) == [(cup.pk, 2)]


def test_what_is_not_on_sale_here_is_answered_like_what_does_not_exist(shop, cup):
    others = make_product().variants.get()
    hidden = make_variant(cup.product, is_on_sale=False)
    gone = make_product(shop=shop, is_on_sale=False).variants.get()

    refusals = []
    for pk in (others.pk, hidden.pk, gone.pk, 10**17):
        with pytest.raises(bag.NotOnSale) as refusal:
            bag.put(shop, "ann", pk, 1)
        refusals.append(refusal.value.as_dict())

    assert all(each == refusals[0] for each in refusals)
    assert lines(shop) == []


def test_an_item_of_another_shop_or_product_is_not_remembered(shop, cup):
    others = make_item(make_show())
    another = make_item(make_show(shop=shop))

    for item in (others, another):
        bag.put(shop, "ann", cup.pk, 1, item_id=item.pk)

    assert BagLine.objects.get().item is None


def test_a_line_keeps_the_item_it_was_bought_from(shop, cup):
    item = make_item(make_show(shop=shop), cup.product)
    bag.put(shop, "ann", cup.pk, 1, item_id=item.pk)

    bag.put(shop, "ann", cup.pk, 2)

    assert BagLine.objects.get().item == item


def test_a_bag_has_room_for_so_many_different_things(shop, cup, monkeypatch):
    monkeypatch.setattr(bag, "MAX_LINES", 2)
    more = [make_product(shop=shop).variants.get().pk for _ in range(2)]
    bag.put(shop, "ann", cup.pk, 1)
    bag.put(shop, "ann", more[0], 1)

    with pytest.raises(Invalid):
        bag.put(shop, "ann", more[1], 1)

    bag.put(shop, "ann", more[0], 4)
    assert lines(shop) == [(cup.pk, 1), (more[0], 4)]
    assert Bag.objects.count() == 1
