import pytest
from django.db import IntegrityError
from django.utils import timezone

from livecommerce.states import StaleState
from streams import lifecycle, log, on_air, pins
from streams.models import Pin, Show
from tests.factories import make_item, make_product, make_show, make_variant
from tests.races.together import Rendezvous, together


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


@pytest.mark.django_db
def test_a_pin_is_told_with_everything_needed_to_draw_it():
    item = make_item(make_show(), show_price=700)

    pin = pins.open(item)

    (fact,) = log.after(item.show, 0)
    assert fact["type"] == "pin.opened"
    assert fact["data"] == pins.card(pins.current(item.show))
    assert (fact["data"]["pin"], fact["data"]["price"], fact["data"]["list_price"]) == (
        pin.pk,
        700,
        1000,
    )
    assert fact["data"]["variants"][0]["left"] == 5


@pytest.mark.django_db
def test_one_item_is_on_screen_at_a_time():
    show = make_show()
    first, second = make_item(show), make_item(show)

    pins.open(first)
    pins.open(second)

    assert pins.current(show).item == second
    assert Pin.objects.filter(closed_at=None).count() == 1
    assert facts(show) == ["pin.opened", "pin.closed", "pin.opened"]


@pytest.mark.django_db
def test_pinning_what_is_pinned_changes_nothing():
    item = make_item(make_show())

    assert pins.open(item) == pins.open(item)

    assert facts(item.show) == ["pin.opened"]


@pytest.mark.django_db
def test_taking_off_what_is_not_pinned_changes_nothing():
    item = make_item(make_show())
    pins.open(item)

    pins.close(item.show)
    pins.close(item.show)

    assert facts(item.show) == ["pin.opened", "pin.closed"]
    assert pins.current(item.show) is None


@pytest.mark.django_db
def test_a_pin_keeps_the_price_at_which_it_was_opened():
    item = make_item(make_show(), show_price=700)
    variant = item.product.variants.get()
    pins.open(item)

    item.show_price = 900
    item.save()
    variant.price = 800
    variant.save()

    card = pins.card(pins.current(item.show))
    assert (card["price"], card["list_price"]) == (700, 800)
    assert Pin.objects.get().prices == {str(variant.pk): 700}


@pytest.mark.django_db
def test_what_is_not_on_sale_gets_no_price():
    item = make_item(make_show(), show_price=700)
    make_variant(item.product, is_on_sale=False)

    assert len(pins.open(item).prices) == 1


@pytest.mark.django_db
@pytest.mark.parametrize("status", set(Show.Status) - {Show.Status.LIVE})
def test_items_are_pinned_while_the_show_is_live(status):
    item = make_item(make_show(status=status))

    with pytest.raises(on_air.NotOnAir):
        pins.open(item)

    assert facts(item.show) == []
    assert not Pin.objects.exists()


@pytest.mark.django_db
def test_the_end_of_the_show_takes_the_item_off_the_screens():
    item = make_item(make_show())
    pins.open(item)

    lifecycle.end(item.show)

    assert facts(item.show) == ["pin.opened", "pin.closed", "show.ended"]


@pytest.mark.django_db(transaction=True)
def test_two_who_look_first_both_pin_but_for_the_constraint():
    """The control: everyone sees an empty screen, and everyone pins."""
    show, all_have_looked = make_show(), Rendezvous(6)
    items = iter([make_item(show, make_product(shop=show.shop)) for _ in range(6)])

    def pin():
        item = next(items)
        is_free = pins.current(show) is None
        all_have_looked.wait()
        if is_free:
            Pin.objects.create(show=show, item=item, prices={}, opened_at=timezone.now())

    assert together(6, pin).count(IntegrityError) == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_room", [True, False])
def test_pins_at_once_leave_one_on_screen_and_a_log_that_tells_it(has_room):
    show = make_show()
    items = iter([make_item(show, make_product(shop=show.shop)) for _ in range(8)])
    if has_room:
        log.append(show, "show.started", {})

    outcomes = together(8, lambda: pins.open(next(items)))

    assert set(map(str, outcomes)) - {str(StaleState)} == set(
        map(str, Pin.objects.select_related("item__product"))
    )
    (current,) = Pin.objects.filter(closed_at=None)
    told = [(fact["type"], fact["data"]["pin"]) for fact in log.after(show, int(has_room))]
    assert told[-1] == ("pin.opened", current.pk)
    assert [kind for kind, _ in told] == (["pin.opened", "pin.closed"] * 8)[: len(told)]
    # Each is closed before the next is opened.
    assert [pin for _, pin in told[:-1:2]] == [pin for _, pin in told[1::2]]


@pytest.mark.django_db(transaction=True)
def test_a_pin_in_the_moment_of_the_end_is_refused_or_closed():
    for _ in range(6):
        item = make_item(make_show())
        log.append(item.show, "show.started", {})
        acts = iter([lambda: lifecycle.end(item.show), lambda: pins.open(item)])  # noqa: B023

        together(2, lambda: next(acts)())  # noqa: B023

        assert not Pin.objects.filter(closed_at=None).exists()
        assert facts(item.show)[-1] == "show.ended"
