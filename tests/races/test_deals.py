import uuid

import pytest
from django.db.models import F

from livecommerce.states import StaleState
from orders import bag, books, checkout, lifecycle
from orders.models import Order, OrderLine
from shops.models import Stock
from streams import deals, log
from streams import lifecycle as shows
from streams.models import Deal
from tests.factories import make_coupon, make_delivery, make_item, make_product, make_show
from tests.races.together import Rendezvous, together

pytestmark = pytest.mark.django_db(transaction=True)
CROWD, TABS = 30, 8


@pytest.fixture
def item():
    show = make_show()
    log.append(show, "show.started", {})
    return make_item(show, make_product(shop=show.shop, price=1000, on_hand=100))


def fill(item, owner, quantity=1):
    variant = item.product.variants.get()
    bag.put(item.show.shop, owner, variant.pk, quantity, item_id=item.pk)


def buy(item, owner, seen=600, **delivery):
    key, where = uuid.uuid4().hex, make_delivery(owner, **delivery)
    return checkout.place(item.show.shop, owner, key, where, seen=seen).status


def sold_in_deals() -> int:
    lines = OrderLine.objects.filter(deal__isnull=False, order__status__in=Order.COUNTED)
    return sum(lines.values_list("quantity", flat=True))


def test_who_looks_first_and_takes_later_sells_more_than_the_cap(item):
    """The control: everyone sees that five are left, and everyone has one."""
    deal = deals.open(item, price=600, seconds=600, cap=5)
    all_have_looked = Rendezvous(TABS)

    def take():
        is_left = deals.allows(Deal.objects.get(pk=deal.pk), 1)
        all_have_looked.wait()
        if not is_left:
            raise deals.DealEnded("The deal's last units are gone.", 0)
        return "had one"

    assert together(TABS, take).count("had one") > 5


def test_a_crowd_buys_no_more_than_the_cap(item):
    deals.open(item, price=600, seconds=600, cap=5)
    shoppers = [f"shopper-{number}" for number in range(CROWD)]
    for shopper in shoppers:
        fill(item, shopper)
    turns = iter(shoppers)

    outcomes = together(CROWD, lambda: buy(item, next(turns)))

    assert outcomes.count("pending") == Order.objects.count() == 5
    # Who looked before they were gone is refused by the row, who looked after that by the price.
    gone = outcomes.count(deals.DealEnded) + outcomes.count(checkout.PriceChanged)
    assert gone == CROWD - 5
    assert Deal.objects.get().taken == Stock.objects.get().held == sold_in_deals() == 5
    assert not any(books.check().values())


def test_without_the_row_one_person_has_as_many_as_she_has_cookies(item, monkeypatch):
    """The control: the limit is looked at before the order is written, and nobody waits."""
    place_all, everybody_looked = checkout._place_all, Rendezvous(TABS)

    def late(submits):
        had = sold_in_deals()
        everybody_looked.wait()
        if had >= 2:
            raise deals.DealEnded("At most 2 of it for each customer.", 0)
        return place_all(submits)

    monkeypatch.setattr(checkout, "_place_all", late)
    monkeypatch.setattr("orders.limits.check_deal", lambda deal, order: None)

    race_of_cookies(item)

    assert sold_in_deals() > 2


def test_one_person_with_many_cookies_has_what_each_may_have(item):
    outcomes = race_of_cookies(item)

    assert outcomes.count("pending") == 2
    assert outcomes.count(deals.DealEnded) == TABS - 2
    assert Deal.objects.get().taken == Stock.objects.get().held == sold_in_deals() == 2
    assert not any(books.check().values())


def race_of_cookies(item) -> list:
    """One address of mail, many visitors, two units a customer; all press the button at once."""
    deals.open(item, price=600, seconds=600, limit_each=2)
    owners = [f"ann-{number}" for number in range(TABS)]
    for owner in owners:
        fill(item, owner)
    turns = iter(owners)
    return together(TABS, lambda: buy(item, next(turns), email="ann@example.com"))


def test_one_visitor_in_many_tabs_has_what_she_may_have(item):
    deals.open(item, price=600, seconds=600, cap=2, limit_each=2)
    fill(item, "ann", 2)

    outcomes = together(TABS, lambda: buy(item, "ann", seen=1200))

    assert set(outcomes) <= {"pending", StaleState}
    assert Deal.objects.get().taken == Stock.objects.get().held == sold_in_deals() == 2
    assert not any(books.check().values())


def test_who_changes_her_mind_between_deals_and_codes_never_waits_crosswise(item):
    """Each order gives back a deal's units and a code's use, and takes those of the other."""
    shop = item.show.shop
    other = make_item(item.show, make_product(shop=shop, price=1000, on_hand=100))
    plain = make_product(shop=shop, price=1000, on_hand=100).variants.get()
    codes = [make_coupon(shop, value=1000, limit=100) for _ in range(2)]
    for each in (item, other):
        deals.open(each, price=600, seconds=600, cap=100)
    shoppers = [f"shopper-{number}" for number in range(6)]
    for turn in range(4):
        for number, shopper in enumerate(shoppers):
            wanted, unwanted = (item, other) if (number + turn) % 2 else (other, item)
            bag.put(shop, shopper, unwanted.product.variants.get().pk, 0)
            fill(wanted, shopper)
            bag.put(shop, shopper, plain.pk, 1)
            bag.set_coupon(shop, shopper, codes[(number + turn) % 2])
        turns = iter(shoppers)

        assert together(6, lambda turns=turns: buy(item, next(turns), 1500)) == ["pending"] * 6

    assert [row.taken for row in Deal.objects.all()] == [3, 3]
    assert not any(books.check().values())


def test_units_that_come_back_while_others_buy_are_neither_lost_nor_made(item):
    deals.open(item, price=600, seconds=600, cap=4)
    for number in range(8):
        fill(item, f"shopper-{number}")
    for number in range(4):
        buy(item, f"shopper-{number}")
    held, late = iter(Order.objects.all()), iter(range(4, 8))
    acts = iter(
        [lambda: lifecycle.cancel(next(held)), lambda: buy(item, f"shopper-{next(late)}")] * 4
    )

    together(8, lambda: next(acts)())

    assert Deal.objects.get().taken == Stock.objects.get().held == sold_in_deals() <= 4
    assert not any(books.check().values())


def test_deals_that_open_at_once_on_an_item_leave_one_and_a_log_that_tells_it(item):
    costs = iter(range(400, 400 + TABS))

    together(TABS, lambda: deals.open(item, price=next(costs), seconds=600))

    told = [(fact["type"], fact["data"]["deal"]) for fact in log.after(item.show, 1)]
    assert [kind for kind, _ in told] == (["deal.opened", "deal.closed"] * TABS)[:-1]
    assert told[-1] == ("deal.opened", Deal.objects.get(closed_at=None).pk)


def test_a_deal_in_the_moment_of_the_end_is_refused_or_closed():
    for _ in range(6):
        item = make_item(make_show())
        log.append(item.show, "show.started", {})
        acts = iter(
            [
                lambda: shows.end(item.show),  # noqa: B023
                lambda: deals.open(item, price=500, seconds=600),  # noqa: B023
            ]
        )

        together(2, lambda: next(acts)())  # noqa: B023

        assert not Deal.objects.filter(item=item, closed_at=None).exists()
        assert log.after(item.show, 0)[-1]["type"] == "show.ended"


def test_a_deal_that_is_swept_twice_at_once_is_told_once(item):
    deal = deals.open(item, price=500, seconds=600)
    Deal.objects.update(ends_at=F("opened_at"))

    together(TABS, deals.sweep)

    told = [fact["data"] for fact in log.after(item.show, 2)]
    assert told == [{"deal": deal.pk, "item": item.pk}]
