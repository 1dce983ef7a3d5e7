"""The waiting line, with everybody in it moving at once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from livecommerce.states import StaleState
from orders import books, letters, lifecycle, sweepers, waiting
from orders.models import Letter, Order, Place
from shops import stock
from tests.factories import make_order, make_product
from tests.orders.lining import fresh, held, is_over, join, sold_out, states
from tests.races.together import Rendezvous, together, unguarded_advance

pytestmark = pytest.mark.django_db(transaction=True)
TRIALS = 8


def at_once(*acts):
    """Run these at one moment, each in a thread of its own; what each returned or raised."""
    numbered, outcomes = iter(enumerate(acts)), [None] * len(acts)

    def one():
        number, act = next(numbered)
        try:
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = type(error)

    together(len(acts), one)
    return outcomes


def walk() -> int:
    return len(list(sweepers.walk_line()))


def test_who_looks_first_and_calls_later_calls_twice():
    """The control: the walk without the lock on the stock and the guard inside the UPDATE."""
    cup, order = sold_out(5)
    ann = join(cup)
    all_have_looked = Rendezvous(2)
    Order.objects.filter(pk=order.pk).update(status="cancelled")
    stock.release({cup.pk: 5})

    def call():
        first = waiting._line(cup.pk).first()
        all_have_looked.wait()
        unguarded_advance(first, Place.Status.CALLED, called_until=timezone.now())
        stock.hold({cup.pk: first.quantity})

    assert together(2, call) == [None, None]

    assert states(ann) == ["called"]
    assert books.check()["B1"] == [f"variant {cup.pk}: 2 held, orders and calls hold 1"]


def test_two_sweepers_at_once_call_nobody_twice(books_are_right):
    for number in range(TRIALS):
        cup = make_product(on_hand=0).variants.get()
        places = [join(cup, f"{number}-{place}") for place in range(5)]
        stock.adjust(cup, 3)

        called = together(3, walk)

        assert sum(called) == 3
        assert states(*places) == ["called"] * 3 + ["waiting"] * 2
        assert held(cup) == 3
    assert Letter.objects.count() == 3 * TRIALS
    books_are_right()


def test_a_call_that_is_believed_after_she_bought_frees_units_twice(monkeypatch):
    """The control: a sweep ends what it read, whatever has become of it."""
    cup, order = sold_out(2)
    ann = join(cup)
    lifecycle.cancel(order)
    read_before = fresh(ann)
    make_order(variant=cup, owner="ann")
    monkeypatch.setattr(waiting, "advance", unguarded_advance)
    monkeypatch.setattr(Place, "refresh_from_db", lambda place, **fields: None)

    waiting.lapse(read_before)

    assert books.check()["B1"] == [f"variant {cup.pk}: 0 held, orders and calls hold 1"]


def test_with_the_guard_the_same_story_ends_well(books_are_right):
    cup, order = sold_out(2)
    ann = join(cup)
    lifecycle.cancel(order)
    read_before = fresh(ann)
    make_order(variant=cup, owner="ann")

    with pytest.raises(StaleState):
        waiting.lapse(read_before)

    assert states(ann) == ["served"]
    books_are_right()


def test_she_buys_in_the_moment_her_time_is_up(books_are_right):
    for number in range(TRIALS):
        cup, order = sold_out()
        ann, bob = join(cup, f"ann-{number}"), join(cup, f"bob-{number}")
        lifecycle.cancel(order)
        is_over(ann)
        acts = [
            lambda cup=cup, ann=ann: make_order(variant=cup, owner=ann.owner) and None,
            walk,
            walk,
        ]

        outcomes = at_once(*(acts if number % 2 else acts[::-1]))

        assert {outcome for outcome in outcomes if not isinstance(outcome, int)} <= {
            None,
            stock.OutOfStock,
        }
        assert states(ann, bob) in (["served", "waiting"], ["lapsed", "called"])
        bought = Order.objects.filter(owner=ann.owner).count()
        assert (states(ann) == ["served"]) == (bought == 1)
        assert held(cup) == 1
        books_are_right()


def test_a_unit_goes_down_the_line_while_strangers_try_to_buy(books_are_right):
    """Expiry, a lapse and a leave hand it on inside one transaction: nobody sees it free."""
    for number in range(TRIALS):
        cup, order = sold_out()
        line = [join(cup, f"{name}-{number}") for name in ("ann", "bob", "cat", "dan")]
        Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

        def hand_on(line=line):
            for place in line[:3]:
                waiting.leave(fresh(place))

        def strangers(cup=cup, number=number):
            for turn in range(4):
                with pytest.raises(stock.OutOfStock):
                    make_order(variant=cup, owner=f"stranger-{number}-{turn}")

        outcomes = at_once(lambda: list(sweepers.expire()) and None, strangers, hand_on, strangers)

        assert set(outcomes) <= {None, StaleState}
        assert states(*line) == ["left", "left", "left", "called"]
        assert held(cup) == 1
    assert not Order.objects.filter(owner__startswith="stranger").exists()
    books_are_right()


def test_two_who_leave_at_once_hand_on_what_both_held(books_are_right):
    for number in range(TRIALS):
        cup, order = sold_out(2)
        line = [join(cup, f"{name}-{number}") for name in ("ann", "bob", "cat", "dan")]
        lifecycle.cancel(order)

        outcomes = at_once(
            *(lambda place=place: waiting.leave(fresh(place)) for place in line[:2]),
            lambda ann=line[0]: waiting.lapse(fresh(ann)),
            walk,
        )

        assert set(outcomes[:2]) <= {None, StaleState}
        assert set(states(*line[:2])) <= {"left", "lapsed"}
        assert states(*line[2:]) == ["called", "called"]
        assert held(cup) == 2
    books_are_right()


def test_nobody_waits_crosswise_in_a_line_where_everything_happens(books_are_right):
    """Orders of two things end, are placed anew and are redeemed; places lapse and are left."""
    for number in range(TRIALS):
        cup, bowl = (make_product(on_hand=2).variants.get() for _ in range(2))
        bowl.product.shop = cup.product.shop
        bowl.product.save()
        bowl.refresh_from_db()
        zoe = [make_order(variant=v, quantity=2, owner=f"zoe-{v.pk}") for v in (cup, bowl)]
        line = [
            join(variant, f"{name}-{number}")
            for name in ("ann", "bob", "cat")
            for variant in (cup, bowl)
        ]
        lifecycle.cancel(zoe[0])
        lifecycle.cancel(zoe[1])
        ann, bob, cat = (line[place].owner for place in (0, 2, 4))

        def buy(owner, variant):
            return make_order(variant=variant, owner=owner) and None

        def buy_anew(owner=ann, cup=cup, bowl=bowl, buy=buy):
            buy(owner, cup)
            buy(owner, bowl)

        outcomes = at_once(
            buy_anew,
            lambda bob=bob, bowl=bowl, buy=buy: buy(bob, bowl),
            lambda line=line: waiting.lapse(fresh(line[0])),
            lambda line=line: waiting.leave(fresh(line[3])),
            lambda line=line: waiting.take(fresh(line[4]), "elsewhere"),
            walk,
        )

        lost = {outcome for outcome in outcomes if not isinstance(outcome, int | None)}
        assert lost <= {StaleState, stock.OutOfStock}
        for order in Order.objects.filter(status="pending"):
            lifecycle.cancel(order)
        assert walk() == 0
        for variant in (cup, bowl):
            assert held(variant) == Place.objects.filter(variant=variant, status="called").count()
        books_are_right()


def test_an_order_ends_while_its_shopper_places_it_anew(books_are_right):
    """Both want the payment, the order and the stock: in one order, or one of them dies."""
    for number in range(TRIALS):
        cup, order = sold_out()
        ann = join(cup, f"ann-{number}")
        Order.objects.filter(pk=order.pk).update(owner=f"zoe-{number}")

        outcomes = at_once(
            lambda cup=cup, number=number: make_order(variant=cup, owner=f"zoe-{number}") and None,
            lambda order=order: lifecycle.expire(Order.objects.get(pk=order.pk)),
            walk,
        )

        assert set(outcomes[:2]) <= {None, StaleState, stock.OutOfStock}
        assert held(cup) == 1
        is_hers = Order.objects.filter(owner=f"zoe-{number}", status="pending").exists()
        assert states(ann) == ["waiting" if is_hers else "called"]
        books_are_right()


def test_who_joins_twice_at_once_has_one_place(books_are_right):
    cup, _ = sold_out()

    places = together(6, lambda: join(cup).pk)

    assert len(set(places)) == 1
    assert Place.objects.count() == 1
    books_are_right()


def test_a_letter_that_is_not_claimed_is_sent_twice(monkeypatch):
    """The control: two sweepers that believe what they read."""
    letters.owe("receipt", make_order().pk)
    monkeypatch.setattr(letters, "_claim", lambda letter: True)
    monkeypatch.setattr(letters, "advance", unguarded_advance)
    all_have_looked = Rendezvous(2)

    def send():
        letter = letters.due().get()
        all_have_looked.wait()
        return letters.send(letter)

    assert together(2, send) == ["sent", "sent"]
    assert len(mail.outbox) == 2


def test_two_sweepers_at_once_send_no_letter_twice(books_are_right):
    for number in range(12):
        letters.owe("receipt", make_order(owner=f"shopper-{number}").pk)

    sent = together(4, lambda: len(list(sweepers.send_letters())))

    assert sum(sent) == len(mail.outbox) == 12
    assert len({message.subject for message in mail.outbox}) == 12
    assert set(Letter.objects.values_list("status", flat=True)) == {"sent"}
    books_are_right()


def test_a_sweeper_that_comes_while_a_letter_is_being_sent_leaves_it_alone(monkeypatch):
    letters.owe("receipt", make_order().pk)
    compose, rivals = letters.wording.compose, []

    def slow(letter):
        rivals.extend(together(2, lambda: list(sweepers.send_letters())))
        return compose(letter)

    monkeypatch.setattr(letters.wording, "compose", slow)

    assert len(list(sweepers.send_letters())) == 1

    assert rivals == [[], []]
    assert len(mail.outbox) == 1
