import asyncio
import threading
import time

import pytest
from asgiref.sync import ThreadSensitiveContext, async_to_sync, sync_to_async
from django.db import OperationalError, connection

from livecommerce import database
from livecommerce.database import Together, in_database

pytestmark = pytest.mark.django_db(transaction=True)


def query() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return id(connection.connection)


def break_it():
    query()
    connection.errors_occurred = True
    connection.is_usable = lambda: False
    raise OperationalError("gone")


async def twice():
    return [await in_database(query)() for _ in range(2)]


def test_calls_in_a_row_use_one_connection():
    first, second = async_to_sync(twice)()

    assert first == second


def test_a_connection_is_made_anew_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(database, "KEPT", -1)

    async_to_sync(in_database(query))()

    assert connection.connection is None


def test_a_connection_that_broke_is_not_kept():
    with pytest.raises(OperationalError):
        async_to_sync(in_database(break_it))()

    assert connection.connection is None
    del connection.is_usable
    assert async_to_sync(in_database(query))()


def test_a_request_takes_no_connection_with_it_when_its_thread_ends():
    async def close_at():
        async with ThreadSensitiveContext():  # what Django's handler runs each request in
            await in_database(query)()
            try:
                return await sync_to_async(lambda: connection.close_at)()
            finally:
                await sync_to_async(lambda: connection.close())()

    assert asyncio.run(close_at()) <= time.monotonic()


class Answers:
    """Says twice of each number; while `gate` is closed its caller waits."""

    def __init__(self):
        self.calls, self.breaks, self.gate = [], False, threading.Event()
        self.gate.set()

    def __call__(self, keys):
        self.gate.wait(5)
        self.calls.append(keys)
        if self.breaks:
            raise OperationalError("gone")
        return {key: 2 * key for key in keys if key >= 0}


async def begun(work):
    task = asyncio.create_task(work)
    await asyncio.sleep(0.05)
    return task


def test_who_asks_while_the_thread_is_busy_is_answered_with_the_others():
    answers = Answers()

    async def story():
        together = Together(answers)
        answers.gate.clear()
        first = await begun(together.ask(1))
        others = [await begun(together.ask(key)) for key in (2, 3, -1)]
        answers.gate.set()
        return await asyncio.gather(first, *others)

    assert async_to_sync(story)() == [2, 4, 6, None]
    assert answers.calls == [[1], [2, 3, -1]]


def test_a_call_that_fails_is_told_to_all_who_asked_and_the_next_is_made():
    answers = Answers()

    async def story():
        together = Together(answers)
        answers.breaks = True
        refused = await asyncio.gather(*map(together.ask, (1, 2)), return_exceptions=True)
        answers.breaks = False
        return refused, await together.ask(3)

    refused, answer = async_to_sync(story)()

    assert [type(error) for error in refused] == [OperationalError, OperationalError]
    assert answer == 6


def test_who_goes_away_before_the_answer_robs_nobody_of_it():
    answers = Answers()

    async def story():
        together = Together(answers)
        answers.gate.clear()
        first = await begun(together.ask(1))
        gone, waiting = await begun(together.ask(2)), await begun(together.ask(3))
        first.cancel()
        gone.cancel()
        answers.gate.set()
        return await waiting, gone.cancelled()

    answer, is_gone = async_to_sync(story)()

    assert (answer, is_gone) == (6, True)
