from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from livecommerce.errors import Invalid
from streams import deals, lifecycle, lineup, log, on_air, pins, rooms, tasks
from streams.models import Deal, Show
from tests.factories import make_item, make_product, make_shop, make_show, make_variant

pytestmark = pytest.mark.django_db


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


@pytest.fixture
def item():
    """On air, for 10.00, or 9.00 in the show."""
    show = make_show()
    return make_item(show, make_product(shop=show.shop, price=1000), show_price=900)


def over(deal, *, since=timedelta(0)):
    Deal.objects.filter(pk=deal.pk).update(ends_at=timezone.now() - since)


def test_a_deal_is_told_with_everything_needed_to_draw_it(item):
    deal = deals.open(item, price=700, seconds=60, cap=5, limit_each=2)

    (fact,) = log.after(item.show, 0)
    assert fact["type"] == "deal.opened"
    assert fact["data"] == deals.card(Deal.objects.get())
    assert fact["data"] == {
        "deal": deal.pk,
        "item": item.pk,
        "price": 700,
        "ends_at": log.stamp(deal.opened_at + timedelta(seconds=60)),
        "cap": 5,
        "limit_each": 2,
    }


def test_a_card_costs_its_deal_and_keeps_what_it_costs_without(item):
    make_variant(item.product, price=1100)
    deal = deals.open(item, price=700, seconds=60)

    (card,) = lineup.cards(item.show)

    assert (card["price"], card["usual_price"], card["list_price"]) == (700, 900, 1000)
    assert [(each["price"], each["usual_price"]) for each in card["variants"]] == [(700, 900)] * 2
    assert card["deal"] == deals.card(deal)
    over(deal)
    (card,) = lineup.cards(item.show)
    assert (card["price"], card["deal"]) == (900, None)


def test_a_line_up_takes_as_many_queries_with_deals_as_without(item, django_assert_num_queries):
    show = Show.objects.get(pk=item.show_id)
    with django_assert_num_queries(4):
        lineup.cards(show)
    for _ in range(3):
        deals.open(make_item(item.show), price=700, seconds=60)

    with django_assert_num_queries(4):
        assert len(lineup.cards(show)) == 4


def test_the_pinned_card_costs_the_deal_whichever_began_first(item):
    deals.open(item, price=700, seconds=60)
    pin = pins.open(item)

    assert pins.card(pin)["price"] == 700
    assert pin.prices == {str(item.product.variants.get().pk): 900}
    assert log.after(item.show, 1)[0]["data"]["deal"]["price"] == 700


def test_one_deal_is_on_an_item_at_a_time(item):
    first = deals.open(item, price=700, seconds=60)
    other = deals.open(make_item(item.show), price=500, seconds=60)

    second = deals.open(item, price=600, seconds=60)

    assert facts(item.show) == ["deal.opened"] * 2 + ["deal.closed", "deal.opened"]
    assert deals.current(item.show) == [deals.card(other), deals.card(second)]
    first.refresh_from_db()
    assert first.closed_at == first.ends_at == second.opened_at


@pytest.mark.parametrize("price", [0, 900, 1000, 10**9])
def test_a_deal_costs_less_than_the_show_does(item, price):
    with pytest.raises(deals.NotCheaper):
        deals.open(item, price=price, seconds=60)

    assert not Deal.objects.exists()
    assert facts(item.show) == []


def test_a_deal_costs_less_than_the_cheapest_variant(item):
    make_variant(item.product, price=650)
    make_variant(item.product, price=100, is_on_sale=False)

    with pytest.raises(deals.NotCheaper):
        deals.open(item, price=650, seconds=60)

    assert deals.open(item, price=649, seconds=60)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("seconds", {"seconds": 9}),
        ("seconds", {"seconds": 24 * 3600 + 1}),
        ("cap", {"cap": 0}),
        ("cap", {"cap": 2**60}),
        ("limit_each", {"limit_each": 0}),
        ("limit_each", {"limit_each": 2**60}),
    ],
)
def test_a_deal_that_makes_no_sense_is_named_and_ends_no_other(item, field, wrong):
    before = deals.open(item, price=700, seconds=60)

    with pytest.raises(Invalid) as refusal:
        deals.open(item, **{"price": 600, "seconds": 60} | wrong)

    assert refusal.value.field == field
    assert deals.current(item.show) == [deals.card(before)]


@pytest.mark.parametrize("price", [6005, 6001])
def test_a_deal_costs_what_a_card_can_be_charged(price):
    show = make_show(shop=make_shop(currency="kwd"))
    item = make_item(show, make_product(shop=show.shop, price=10_000))

    with pytest.raises(Invalid) as refusal:
        deals.open(item, price=price, seconds=60)

    assert refusal.value.field == "price"
    assert not Deal.objects.exists()
    assert deals.open(item, price=6000, seconds=60)


@pytest.mark.parametrize("status", set(Show.Status) - {Show.Status.LIVE})
def test_deals_begin_while_the_show_is_live(status):
    item = make_item(make_show(status=status))

    with pytest.raises(on_air.NotOnAir):
        deals.open(item, price=500, seconds=60)

    assert not Deal.objects.exists()
    assert facts(item.show) == []


def test_a_show_that_went_live_elsewhere_meanwhile_asks_its_own_price():
    show = make_show(status=Show.Status.SCHEDULED)
    item = make_item(show, make_product(shop=show.shop, price=1000), show_price=500)
    lifecycle.go_live(Show.objects.get(pk=show.pk))

    with pytest.raises(deals.NotCheaper):
        deals.open(item, price=600, seconds=60)

    assert not Deal.objects.exists()


def test_the_end_of_the_show_ends_its_deals_and_no_others(item):
    deals.open(item, price=700, seconds=600)
    elsewhere = deals.open(make_item(make_show()), price=700, seconds=600)

    lifecycle.end(item.show)

    assert facts(item.show) == ["deal.opened", "deal.closed", "show.ended"]
    assert deals.current(item.show) == []
    assert deals.current(elsewhere.item.show) == [deals.card(elsewhere)]


def test_no_deal_begins_after_the_end(item):
    stale = item
    lifecycle.end(Show.objects.get(pk=item.show_id))

    with pytest.raises(on_air.NotOnAir):
        deals.open(stale, price=500, seconds=60)

    assert not Deal.objects.exists()


def test_a_deal_that_is_closed_is_closed_once_and_keeps_its_time(item):
    deal = deals.open(item, price=700, seconds=60)

    deals.close(deal)
    ended = Deal.objects.get()
    deals.close(deal)

    assert facts(item.show) == ["deal.opened", "deal.closed"]
    assert log.after(item.show, 1)[0]["data"] == {"deal": deal.pk, "item": item.pk}
    assert Deal.objects.get().ends_at == ended.ends_at == ended.closed_at


def test_rooms_are_told_of_deals_whose_time_is_up(item):
    deal = deals.open(item, price=700, seconds=60)
    deals.open(make_item(item.show), price=500, seconds=60)
    assert deals.sweep() == []
    over(deal)
    assert len(deals.current(item.show)) == 1

    tasks.sweep_deals()
    tasks.sweep_deals()

    assert facts(item.show) == ["deal.opened"] * 2 + ["deal.closed"]
    assert Deal.objects.get(pk=deal.pk).ends_at < Deal.objects.get(pk=deal.pk).closed_at


def test_deals_can_be_swept_by_hand(item, capsys):
    over(deals.open(item, price=700, seconds=60))

    call_command("sweep_deals")

    assert capsys.readouterr().out == f"deal on {item}: over\n"


def test_units_left_are_told_of_deals_with_a_cap(item):
    capped = deals.open(item, price=700, seconds=60, cap=5)
    deals.open(make_item(item.show), price=500, seconds=60)

    deals.take(capped, 2)
    assert rooms.levels(item.show)["deals_left"] == {str(capped.pk): 3}
    deals.give_back(capped.pk, 1)
    assert rooms.levels(item.show)["deals_left"] == {str(capped.pk): 4}
    deals.close(capped)
    assert rooms.levels(item.show)["deals_left"] == {}


def test_no_more_units_than_the_cap_are_taken(item):
    deal = deals.open(item, price=700, seconds=60, cap=5)
    deals.take(deal, 4)

    with pytest.raises(deals.DealEnded) as refusal:
        deals.take(deal, 2)

    assert refusal.value.as_dict().items() >= {"code": "deal_ended", "left": 1}.items()
    assert Deal.objects.get().taken == 4


@pytest.mark.parametrize(
    ("quantity", "share", "is_allowed"),
    [
        (3, {}, True),
        (4, {}, False),
        (4, {"held": 1}, True),
        (5, {"held": 1}, False),
        (3, {"had": 3}, True),
        (3, {"had": 4}, False),
        (6, {"held": 9}, True),
        (7, {"held": 9}, False),
    ],
)
def test_what_a_customer_may_have_counts_what_she_had_and_holds(quantity, share, is_allowed):
    deal = Deal(cap=10, taken=7, limit_each=6)

    assert deals.allows(deal, quantity, **share) == is_allowed


def test_a_drop_is_told_by_its_number_and_time_and_by_nothing_else(item):
    soon = timezone.now() + timedelta(hours=1)
    hidden = make_product(shop=item.show.shop, reveal_at=soon, title="Secret")
    secret = make_item(item.show, hidden)
    make_item(item.show, make_product(shop=item.show.shop, reveal_at=soon, is_on_sale=False))

    snapshot = rooms.snapshot(item.show)

    assert snapshot["drops"] == [{"number": secret.number, "reveal_at": log.stamp(soon)}]
    assert [card["item"] for card in lineup.cards(item.show)] == [item.pk]
    assert snapshot["stock"].keys() == {str(item.product.variants.get().pk)}
    hidden.reveal_at = timezone.now()
    hidden.save()
    snapshot = rooms.snapshot(item.show)
    assert snapshot["drops"] == []
    assert str(hidden.variants.get().pk) in snapshot["stock"]
