from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.errors import Invalid
from livecommerce.states import StaleState
from orders import bag, checkout, lifecycle, sweepers, waiting
from orders.models import BagLine, Letter, Order, Place
from shops import stock
from tests.factories import carry, make_item, make_order, make_product, make_shop, make_show
from tests.orders.lining import fresh, held, is_over, join, sold_out, states

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cup():
    return sold_out()[0]


@pytest.fixture
def order(cup):
    """Zoe's, who holds the only cup."""
    return Order.objects.get()


def test_who_waits_keeps_her_place_and_sees_how_many_are_in_front(cup):
    ann, bob = join(cup, "ann"), join(cup, "bob")

    assert join(cup, "bob", 3) == bob
    assert [waiting.ahead(place) for place in (ann, bob)] == [0, 1]
    assert Place.objects.count() == 2
    assert not Letter.objects.exists()


def test_what_can_be_bought_needs_no_waiting():
    cup = make_product(on_hand=2).variants.get()

    with pytest.raises(waiting.NotSoldOut):
        join(cup, quantity=2)

    assert not Place.objects.exists()
    assert join(cup, quantity=3)  # more than there is


def test_nobody_overtakes_a_line_that_has_not_been_called_yet(cup):
    ann = join(cup)
    stock.adjust(cup, 1)

    bob = join(cup, "bob")

    assert states(ann, bob) == ["waiting", "waiting"]


@pytest.mark.parametrize("quantity", [-1, 0, 21, 10**9])
def test_a_quantity_that_makes_no_sense_is_refused(cup, quantity):
    with pytest.raises(Invalid) as refusal:
        join(cup, quantity=quantity)

    assert refusal.value.field == "quantity"
    assert not Place.objects.exists()


def test_what_is_not_sold_here_has_no_line(cup):
    cup.is_on_sale = False
    cup.save()
    plate = make_product(on_hand=0, reveal_at=timezone.now() + timedelta(hours=1))

    for variant, shop in [
        (cup, cup.product.shop),
        (plate.variants.get(), plate.shop),
        (make_product(on_hand=0).variants.get(), make_shop()),
    ]:
        with pytest.raises(bag.NotOnSale):
            waiting.join(shop, "ann", variant.pk, 1, "ann@example.com")

    assert not Place.objects.exists()


@pytest.mark.parametrize("who", ["visitor", "mail"])
def test_one_person_waits_for_ten_things_at_most(who):
    shop = make_shop()
    for number in range(waiting.MOST_PLACES + 1):
        variant = make_product(shop=shop, on_hand=0).variants.get()
        owner = "ann" if who == "visitor" else f"ann-{number}"
        email = "Ann@example.com" if who == "mail" else f"ann-{number}@example.com"
        if number == waiting.MOST_PLACES:
            with pytest.raises(waiting.TooManyPlaces):
                waiting.join(shop, owner, variant.pk, 1, email)
        else:
            waiting.join(shop, owner, variant.pk, 1, email)

    assert Place.objects.count() == waiting.MOST_PLACES


@pytest.mark.parametrize("end", [lifecycle.expire, lifecycle.cancel])
def test_an_order_that_ends_calls_the_first_in_the_same_moment(cup, order, end, books_are_right):
    ann, bob = join(cup, "ann"), join(cup, "bob")

    end(order)

    assert states(ann, bob) == ["called", "waiting"]
    assert held(cup) == 1
    assert fresh(ann).called_until > timezone.now()
    assert [(each.kind, each.subject) for each in Letter.objects.all()] == [("call", ann.pk)]
    line = BagLine.objects.get(bag__owner="ann")
    assert (line.variant, line.quantity) == (cup, 1)
    assert waiting.ahead(fresh(bob)) == 0
    books_are_right()


def test_the_show_she_waited_in_gives_her_its_price():
    item = make_item(make_show())
    variant = item.product.variants.get()
    stock.adjust(variant, -5)
    join(variant, item_id=item.pk)
    stock.adjust(variant, 1)

    list(sweepers.walk_line())

    assert BagLine.objects.get(bag__owner="ann").item == item


def test_who_was_called_buys_what_is_held_for_her(cup, order, books_are_right):
    ann = join(cup)
    lifecycle.cancel(order)

    bought = make_order(variant=cup, owner="ann")

    assert bought.status == "pending"
    assert states(ann) == ["served"]
    assert held(cup) == 1
    books_are_right()


def test_a_stranger_does_not_get_what_is_held_for_somebody(cup, order, books_are_right):
    ann = join(cup)
    lifecycle.cancel(order)

    with pytest.raises(stock.OutOfStock):
        make_order(variant=cup, owner="bob")

    assert states(ann) == ["called"]
    assert Order.objects.filter(owner="bob").count() == 0
    books_are_right()


def test_units_she_does_not_take_go_to_the_next(books_are_right):
    cup, order = sold_out(3)
    ann, bob = join(cup, "ann", 3), join(cup, "bob", 2)
    lifecycle.cancel(order)
    assert states(ann, bob) == ["called", "waiting"]

    make_order(variant=cup, owner="ann", quantity=1)

    assert states(ann, bob) == ["served", "called"]
    assert held(cup) == 3
    books_are_right()


def test_placing_anew_does_not_give_her_own_units_to_the_line(cup, order, books_are_right):
    ann = join(cup)

    again = make_order(variant=cup, owner="zoe")

    assert again.status == "pending"
    assert states(ann) == ["waiting"]
    assert held(cup) == 1
    books_are_right()


def test_placing_anew_for_less_gives_the_rest_to_the_line(books_are_right):
    cup, _ = sold_out(2)
    ann = join(cup)

    make_order(variant=cup, owner="zoe", quantity=1)

    assert states(ann) == ["called"]
    assert held(cup) == 2
    books_are_right()


def test_an_order_she_lets_expire_goes_to_the_next(cup, order, books_are_right):
    ann, bob = join(cup, "ann"), join(cup, "bob")
    lifecycle.cancel(order)

    lifecycle.expire(make_order(variant=cup, owner="ann"))

    assert states(ann, bob) == ["served", "called"]
    books_are_right()


@pytest.mark.parametrize("end", ["leave", "lapse"])
def test_who_was_called_and_does_not_come_makes_room(cup, order, end, books_are_right):
    ann, bob = join(cup, "ann"), join(cup, "bob")
    lifecycle.cancel(order)

    getattr(waiting, end)(ann)

    assert states(ann, bob) == [{"leave": "left", "lapse": "lapsed"}[end], "called"]
    assert held(cup) == 1
    books_are_right()


def test_who_leaves_while_waiting_sets_nothing_free(cup, books_are_right):
    ann, bob = join(cup, "ann"), join(cup, "bob")

    waiting.leave(ann)

    assert states(ann, bob) == ["left", "waiting"]
    assert held(cup) == 1
    assert waiting.ahead(bob) == 0
    books_are_right()


def test_a_place_ends_once(cup, order, books_are_right):
    ann = join(cup)
    lifecycle.cancel(order)
    make_order(variant=cup, owner="ann")

    for end in (waiting.leave, waiting.lapse):
        with pytest.raises(StaleState):
            end(ann)

    assert states(ann) == ["served"]
    assert held(cup) == 1
    books_are_right()


def test_nobody_lapses_who_was_never_called(cup):
    ann = join(cup)

    with pytest.raises(StaleState):
        waiting.lapse(ann)

    assert states(ann) == ["waiting"]
    assert held(cup) == 1


def test_whoever_wants_less_is_called_before_who_wants_more_than_there_is(books_are_right):
    cup, order = sold_out(2)
    ann, bob, cat, dan = (
        join(cup, owner, quantity)
        for owner, quantity in [("ann", 5), ("bob", 1), ("cat", 2), ("dan", 1)]
    )

    lifecycle.cancel(order)

    assert states(ann, bob, cat, dan) == ["waiting", "called", "waiting", "called"]
    assert held(cup) == 2
    books_are_right()


def test_a_sweep_calls_for_what_the_merchant_added_and_ends_what_is_over(cup, books_are_right):
    ann, bob = join(cup, "ann"), join(cup, "bob")
    assert list(sweepers.walk_line()) == []
    stock.adjust(cup, 1)

    assert list(sweepers.walk_line()) == [f"{ann}: called"]

    assert list(sweepers.walk_line()) == []
    is_over(ann)
    assert list(sweepers.walk_line()) == [f"{ann}: lapsed"]
    assert states(ann, bob) == ["lapsed", "called"]
    books_are_right()


def test_the_line_of_what_is_off_sale_waits(cup, order, books_are_right):
    ann = join(cup)
    cup.is_on_sale = False
    cup.save()

    lifecycle.cancel(order)
    assert list(sweepers.walk_line()) == []

    assert states(ann) == ["waiting"]
    assert held(cup) == 0
    cup.is_on_sale = True
    cup.save()
    list(sweepers.walk_line())
    assert states(ann) == ["called"]
    books_are_right()


def test_a_call_for_what_was_taken_off_sale_ends_at_its_time(cup, order, books_are_right):
    ann, bob = join(cup, "ann"), join(cup, "bob")
    lifecycle.cancel(order)
    cup.is_on_sale = False
    cup.save()
    is_over(ann)

    list(sweepers.walk_line())

    assert states(ann, bob) == ["lapsed", "waiting"]
    assert held(cup) == 0
    books_are_right()


def test_the_merchant_cannot_take_away_what_is_held_for_a_call(cup, order):
    join(cup)
    lifecycle.cancel(order)

    with pytest.raises(stock.OutOfStock):
        stock.adjust(cup, -1)

    assert held(cup) == 1


def test_a_bag_that_is_full_loses_nobody_her_turn(cup, order, monkeypatch, books_are_right):
    ann = join(cup)
    monkeypatch.setattr(bag, "MAX_LINES", 0)

    lifecycle.cancel(order)

    assert states(ann) == ["called"]
    assert not BagLine.objects.filter(bag__owner="ann").exists()
    books_are_right()


def test_the_link_brings_the_place_to_another_browser(cup, order, books_are_right):
    ann = join(cup)
    lifecycle.cancel(order)

    waiting.take(fresh(ann), "ann-at-her-desk")

    assert make_order(variant=cup, owner="ann-at-her-desk").status == "pending"
    assert states(ann) == ["served"]
    books_are_right()


def test_a_place_is_taken_over_only_while_it_is_called(cup):
    ann = join(cup)

    with pytest.raises(StaleState):
        waiting.take(fresh(ann), "bob")

    assert fresh(ann).owner == "ann"
    assert not BagLine.objects.filter(bag__owner="bob").exists()


def test_a_call_lends_its_units_to_the_checkout_alone(cup, order):
    """What she sees as left is hers; the price is still the one she was shown."""
    join(cup)
    lifecycle.cancel(order)
    shop = cup.product.shop

    with pytest.raises(checkout.PriceChanged):
        checkout.place(shop, "ann", "k" * 32, order_delivery(), seen=1)

    assert states(Place.objects.get()) == ["called"]
    assert held(cup) == 1


def order_delivery():
    return checkout.Delivery(
        "ann@example.com", "Ann", "Harbour 1", "", "Hamburg", "", "20457", "DE"
    )


def test_the_page_tells_the_place_and_lets_her_leave(cup, client):
    join(cup, "ann")
    bob = join(cup, "bob")
    carry(client, "bob")

    page = client.get(f"/waiting/{bob.token}/").content.decode()

    assert "number <span" in page
    assert ">2</span> in line" in page
    answer = client.post(f"/waiting/{bob.token}/")
    assert answer.headers["Location"] == f"/waiting/{bob.token}/"
    assert states(bob) == ["left"]
    assert "You left the line" in client.get(f"/waiting/{bob.token}/").content.decode()


def test_the_page_of_who_was_called_leads_to_the_till(cup, order, client):
    ann = join(cup)
    lifecycle.cancel(order)

    page = client.get(f"/waiting/{ann.token}/").content.decode()
    answer = client.post(f"/waiting/{ann.token}/", {"buy": "1"})

    assert "It is yours until" in page
    assert answer.headers["Location"] == f"/checkout/{cup.product.shop.slug}/"
    assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("state", ["served", "lapsed", "left"])
def test_a_page_out_of_date_changes_nothing(cup, client, state):
    ann = join(cup)
    Place.objects.update(status=state, called_until=timezone.now())
    for fields in ({}, {"buy": "1"}):
        assert client.post(f"/waiting/{ann.token}/", fields).status_code == 302

    assert client.get(f"/waiting/{ann.token}/").status_code == 200
    assert states(ann) == [state]
    assert held(cup) == 1


def test_a_place_that_does_not_exist_has_no_page(client):
    assert client.get("/waiting/00000000-0000-4000-8000-000000000000/").status_code == 404
