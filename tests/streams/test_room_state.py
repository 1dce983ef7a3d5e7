"""State built from frames is state fetched fresh, whatever happened to the frames on the way."""

import asyncio
import random
from contextlib import suppress

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from livecommerce import realtime
from livecommerce.errors import DomainError
from shops import stock
from streams import client, deals, lifecycle, log, offers, pins, rooms
from streams.fanout import hub
from streams.models import Deal, Question, RoomEvent, Show
from streams.talk import chat, moderation, polls, questions, reactions, reports
from streams.video import takes
from tests.factories import make_item, make_show, make_staff
from tests.streams.sockets import opened
from tests.streams.states import stripped

PATIENCE = 10  # seconds until everything has arrived


class Room:
    """A show in which anything may happen; what cannot is refused and changes nothing."""

    def __init__(self, seed: int):
        self.dice = random.Random(seed)
        self.show = make_show(status=Show.Status.SCHEDULED)
        self.items = [make_item(self.show, show_price=900), make_item(self.show)]
        self.mara = make_staff("moderator", shop=self.show.shop, first_name="Mara")
        self.host = chat.Speaker(f"user-{self.mara.pk}", "Mara", "moderator")
        self.guests = [chat.Speaker(f"guest-{name}") for name in "abc"]

    def some(self, rows):
        found = list(rows)
        return self.dice.choice(found) if found else None

    def message(self) -> int:
        said = RoomEvent.objects.filter(show=self.show, type="chat.posted").values_list("seq")
        return (self.some(said) or (0,))[0]

    def question(self, *states) -> Question | None:
        return self.some(self.show.questions.filter(status__in=states))

    def say(self):
        chat.say(self.show, self.dice.choice([*self.guests, self.host]), "hello <b>", "Ann")

    def reply(self):
        chat.say(self.show, self.host, "indeed", reply_to=self.message())

    def hide(self):
        chat.hide(self.show, self.message(), self.mara)

    def pin_message(self):
        chat.pin(self.show, self.message(), self.mara)

    def unpin_message(self):
        chat.unpin(self.show, self.mara)

    def rule(self):
        moderation.set_rules(self.show, self.mara, slow_seconds=self.dice.choice([0, 5]))

    def report(self):
        reports.report(self.show, self.guests[0], self.message(), "spam")

    def ask(self):
        questions.ask(self.show, self.dice.choice(self.guests), "How tall?", "Ann")

    def upvote(self):
        if question := self.question("open", "answering"):
            questions.vote(self.show, self.dice.choice(self.guests), question.pk)

    def answer(self):
        if question := self.question("open"):
            questions.answer(question)

    def answered(self):
        if question := self.question("open", "answering"):
            questions.finish(question)

    def reopen(self):
        if question := self.question("answered", "answering"):
            questions.reopen(question)

    def hide_question(self):
        if question := self.question("open", "answering", "answered"):
            questions.hide(question, self.mara)

    def poll(self):
        polls.open(self.show, "Which?", ["Sage", "Oat"])

    def poll_vote(self):
        if poll := self.some(self.show.polls.all()):
            polls.vote(self.show, self.dice.choice(self.guests), poll.pk, self.dice.randrange(2))

    def close_poll(self):
        polls.close(self.show)

    def pin(self):
        pins.open(self.dice.choice(self.items))

    def unpin(self):
        pins.close(self.show)

    def deal(self):
        cap = self.dice.choice([None, 3])
        deals.open(
            self.dice.choice(self.items), price=self.dice.choice([800, 950]), seconds=600, cap=cap
        )

    def buy_in_deal(self):
        if deal := self.some(Deal.objects.filter(item__show=self.show)):
            deals.take(deal, 1)

    def close_deal(self):
        if deal := self.some(Deal.objects.filter(item__show=self.show)):
            deals.close(deal)

    def offer(self):
        offers.open(self.show, self.dice.choice(["TEN", "FIVE"]), "10 % off")

    def close_offer(self):
        offers.close(self.show)

    def sell(self):
        stock.hold({self.items[0].product.variants.get().pk: 1})

    def react(self):
        reactions.add(self.show.pk, {"heart": 3})

    def start(self):
        lifecycle.go_live(self.show)

    def end(self):
        if self.dice.random() < 0.2:  # else nothing could happen afterwards
            lifecycle.end(self.show)

    def picture(self):
        take = takes.open(self.show)
        takes.begin(take, timezone.now())

    def no_picture(self):
        if take := self.show.takes.filter(status="receiving").first():
            takes.close(take, lost=self.dice.random() < 0.5)


ACTS = [
    name for name in vars(Room) if name not in ("some", "message", "question") and name[0] != "_"
]
FAULTS = ["lose", "double", "delay", "cut", "join", "wait"]


class Line:
    """The channel layer as it is on a bad day: it loses, doubles and turns around."""

    def __init__(self, monkeypatch):
        self.send, self.fault, self.kept = realtime._send, None, []
        monkeypatch.setattr(realtime, "_send", self)

    def __call__(self, group, message):
        fault, self.fault = self.fault, None
        if fault == "lose":
            return
        if fault == "delay":
            self.kept.append((group, message))
            return
        self.send(group, message)
        if fault == "double":
            self.send(group, message)
        while self.kept:
            self.send(*self.kept.pop())


class Watcher:
    """A client that comes and goes, and keeps what the frames said."""

    def __init__(self, show):
        self.show, self.room, self.seqs = show, client.Room(), []

    async def watch(self):
        """Be connected until cancelled, from the last number on."""
        after = "" if self.room.seq is None else f"?after={self.room.seq}"
        async with opened(f"/ws/live/{self.show.slug}/{after}", visitor="zoe") as socket:
            while True:
                if await socket.receive_nothing(0.05, 0.01):
                    continue
                frame = await socket.receive_json_from()
                before = self.room.seq
                facts = self.room.take(frame)
                assert not self.room.misses_some, "a socket skipped a number"
                assert not facts or facts[0]["seq"] == before + 1

    async def is_told_everything(self):
        async with asyncio.timeout(PATIENCE):
            while await sync_to_async(comparable)(self.show) != stripped(self.room.state):
                await asyncio.sleep(0.05)


def comparable(show):
    return stripped(rooms.snapshot(Show.objects.get(pk=show.pk)))


@pytest.mark.django_db(transaction=True)
@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from(["start", *ACTS, *FAULTS, "say", "ask", "cut"]), max_size=40),
)
def test_what_the_frames_said_is_what_is_true(seed, acts):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hub, "BEAT", 0.05)
        patch.setattr(chat, "BURST", 1000)
        hub._hubs.clear()
        async_to_sync(live_through)(seed, acts, Line(patch))


async def live_through(seed, acts, line):
    room = await sync_to_async(Room)(seed)
    stays, comes_and_goes = Watcher(room.show), Watcher(room.show)
    staying = asyncio.create_task(stays.watch())
    coming = asyncio.create_task(comes_and_goes.watch())
    for act in acts:
        match act:
            case "lose" | "double" | "delay":
                line.fault = act
            case "cut":
                await end(coming)
            case "join":
                if coming.done():
                    coming = asyncio.create_task(comes_and_goes.watch())
            case "wait":
                await asyncio.sleep(0.06)
            case _:
                await sync_to_async(happens)(room, act)
    if coming.done():
        coming = asyncio.create_task(comes_and_goes.watch())

    for watcher in (stays, comes_and_goes):
        await watcher.is_told_everything()
        assert await sync_to_async(log.last_seq)(room.show) == watcher.room.seq
    await end(staying)
    await end(coming)


async def end(watching):
    """Cut the line; what went wrong on it comes to light here."""
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def happens(room, act):
    with suppress(DomainError):
        getattr(room, act)()
