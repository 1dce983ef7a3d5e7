"""Who is served together is served as if each had come alone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livecommerce.errors import DomainError
from orders import books, checkout, counter
from orders.counter import TOGETHER, Counter
from orders.models import Bag, BagLine, Order
from orders.submit import Submit
from shops import stock
from shops.models import Stock
from tests.factories import make_delivery, make_product, make_shop

PATIENCE = 20  # seconds until a test says that somebody waits for ever
VISITORS, UNITS, PRICE = 5, 4, 1000
TOO_LATE = ("out_of_stock", "too_many_holds")  # of both at once, either may be said


# Together and one after the other


class World:
    """Two shops with a cup each, few of them, and visitors who want one or two of each."""

    def __init__(self):
        self.shops = [make_shop(), make_shop()]
        self.cups = [
            make_product(shop=shop, on_hand=UNITS, price=PRICE).variants.get()
            for shop in self.shops
        ]
        everyone = [(place, visitor) for place in range(2) for visitor in range(VISITORS)]
        bags = Bag.objects.bulk_create(
            Bag(shop=self.shops[place], owner=self.owner(visitor)) for place, visitor in everyone
        )
        BagLine.objects.bulk_create(
            BagLine(bag=bag, variant=self.cups[place], quantity=wanted(visitor))
            for bag, (place, visitor) in zip(bags, everyone, strict=True)
        )

    def owner(self, visitor: int) -> str:
        return f"{self.shops[0].slug}-{visitor}"

    def submit(self, visitor: int, shop: int, *, is_wrong=False, is_family=False) -> Submit:
        """One press of the button; a visitor has one key for each shop, a family one mailbox."""
        owner = self.owner(visitor)
        mailbox = f"{self.shops[0].slug}-family" if is_family else owner
        seen = wanted(visitor) * PRICE + (1 if is_wrong else 0)
        return Submit(self.shops[shop], owner, f"key-{owner}-{shop}", make_delivery(mailbox), seen)

    def told(self, outcome: Order | DomainError) -> tuple:
        """An outcome without what differs from world to world."""
        if isinstance(outcome, DomainError):
            return ("refused", "too late" if outcome.code in TOO_LATE else outcome.code)
        return ("order", outcome.owner.rpartition("-")[2], outcome.total)

    def rows(self) -> list:
        """What is held, and by whom."""
        held = [Stock.objects.get(variant=cup).held for cup in self.cups]
        orders = Order.objects.filter(shop__in=self.shops).order_by("owner", "shop")
        return held + [(order.owner.rpartition("-")[2], order.total) for order in orders]


def wanted(visitor: int) -> int:
    return 1 + visitor % 2


def buyer(number: int) -> Submit:
    """Somebody of whom only the name counts."""
    return Submit(None, f"visitor-{number}", f"key-{number}", None, 0)


press = st.tuples(st.integers(0, VISITORS - 1), st.integers(0, 1), st.sampled_from([0, 0, 0, 1]))
family = st.sets(st.integers(0, VISITORS - 1))


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(presses=st.lists(press, max_size=14), family=family)
def test_a_batch_gives_everyone_what_she_would_have_got_alone(presses, family):
    together, alone = World(), World()
    first, second = (
        [
            world.submit(visitor, shop, is_wrong=bool(error), is_family=visitor in family)
            for visitor, shop, error in presses
        ]
        for world in (together, alone)
    )

    at_once = [together.told(outcome) for outcome in checkout.place_all(first)]
    in_turn = [alone.told(checkout.place_all([submit])[0]) for submit in second]

    assert at_once == in_turn
    assert together.rows() == alone.rows()
    assert not any(books.check().values())


@pytest.mark.django_db
def test_one_who_sends_twice_in_a_batch_has_one_order():
    world = World()
    submit = world.submit(0, 0)

    first, second = checkout.place_all([submit, submit])

    assert first == second == Order.objects.get()
    assert Stock.objects.get(variant=world.cups[0]).held == 1


@pytest.mark.django_db
def test_one_who_says_something_else_the_second_time_is_refused_and_spoils_nothing():
    world = World()
    submit = world.submit(0, 0)
    other = replace(submit, delivery=make_delivery(submit.owner, city="Berlin"))

    first, second, third = checkout.place_all([submit, other, world.submit(1, 0)])

    assert isinstance(second, checkout.KeyReused)
    assert set(Order.objects.all()) == {first, third}
    assert Stock.objects.get(variant=world.cups[0]).held == 3


@pytest.mark.django_db
def test_a_refused_one_leaves_the_counter_as_she_came():
    world = World()

    with pytest.raises(checkout.PriceChanged):
        counter.place(world.submit(0, 0, is_wrong=True))

    assert not Order.objects.exists()
    assert counter.place(world.submit(0, 0)) == Order.objects.get()


@pytest.mark.django_db
def test_who_places_anew_takes_no_place_of_her_family(settings):
    settings.HOLDS_PER_EMAIL = 2
    world = World()
    checkout.place_all([world.submit(0, 0, is_family=True)])
    anew = replace(world.submit(0, 0, is_family=True), key="anew")

    outcomes = checkout.place_all([anew, world.submit(1, 0, is_family=True)])

    assert [world.told(each) for each in outcomes] == [("order", "0", 1000), ("order", "1", 2000)]
    assert Order.objects.filter(status="pending").count() == 2
    assert not any(books.check().values())


@pytest.mark.django_db
def test_what_one_lets_go_another_of_the_batch_can_have():
    world = World()
    checkout.place_all([world.submit(visitor, 0) for visitor in (1, 3)])  # all four
    BagLine.objects.filter(bag__owner=world.owner(1)).update(quantity=1)
    anew = replace(world.submit(1, 0), key="anew", seen=PRICE)

    outcomes = checkout.place_all([anew, world.submit(0, 0)])

    assert [world.told(each) for each in outcomes] == [("order", "1", 1000), ("order", "0", 1000)]
    assert Stock.objects.get(variant=world.cups[0]).held == 4
    assert not any(books.check().values())


# The counter itself


def crowd(many: int, act) -> list:
    """What each of so many threads got, or what it raised; one who waits for ever is an error."""
    threads = ThreadPoolExecutor(many)
    line = threading.Barrier(many)

    def one(number):
        line.wait(PATIENCE)
        try:
            return act(number)
        except Exception as error:
            return error

    promised = [threads.submit(one, number) for number in range(many)]
    try:
        return [each.result(PATIENCE) for each in promised]
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


class Desk:
    """Stands in for checkout: writes batches down, and answers each with its own key."""

    def __init__(self, problem: Exception | None = None):
        self.batches, self.problem = [], problem
        self.is_busy = threading.Lock()
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def place_all(self, submits):
        assert self.is_busy.acquire(blocking=False), "two batches at once"
        try:
            self.batches.append([submit.key for submit in submits])
            self.begun.set()
            assert self.may_go_on.wait(PATIENCE)
            if self.problem:
                raise self.problem
            return [submit.key for submit in submits]
        finally:
            self.is_busy.release()


def rush(serving: Counter, desk: Desk, many: int) -> list:
    """One is being served when all the others come: what each came away with."""

    def act(number):
        if number < many:
            return serving.place(buyer(number))
        desk.begun.wait(PATIENCE)  # who comes last opens the desk, once all others stand there
        while len(serving._standing) < many - len(desk.batches[0]):
            time.sleep(0.002)
        return desk.may_go_on.set()

    return crowd(many + 1, act)[:-1]


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 2 * TOGETHER + 8))
def test_everyone_gets_her_own_outcome_once_and_nobody_waits_for_ever(many):
    desk = Desk()

    outcomes = rush(Counter(desk.place_all), desk, many)

    assert outcomes == [f"key-{number}" for number in range(many)]
    assert sorted(key for batch in desk.batches for key in batch) == sorted(outcomes)


def test_those_who_came_meanwhile_are_served_together_but_never_too_many():
    desk = Desk()

    rush(Counter(desk.place_all), desk, 2 * TOGETHER + 3)

    first, *rest = [len(batch) for batch in desk.batches]
    assert rest[0] == TOGETHER
    assert first + sum(rest) == 2 * TOGETHER + 3
    assert len(rest) <= 3


def test_an_exception_reaches_everyone_of_the_batch_and_the_next_are_served():
    problem = ConnectionError("the database is away")
    desk = Desk(problem)
    serving = Counter(desk.place_all)

    outcomes = rush(serving, desk, 8)

    assert outcomes == [problem] * 8
    desk.problem = None
    assert serving.place(buyer(1)) == "key-1"


def test_a_refusal_is_only_hers():
    refusal = stock.OutOfStock({1: 0})

    def place_all(submits):
        return [refusal if submit.key == "key-3" else submit.key for submit in submits]

    serving = Counter(place_all)
    outcomes = crowd(8, lambda number: serving.place(buyer(number)))

    assert outcomes == [refusal if number == 3 else f"key-{number}" for number in range(8)]
