"""Queries from a coroutine: in the thread for such work, which keeps its connection for a while.

Channels' own way closes the connection after every call. A room makes a few calls a second for as
long as it is open, and connecting would be half of their cost.
"""

import asyncio
import time
from collections.abc import Callable, Hashable, Sequence

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import close_old_connections, connections

KEPT = 60  # seconds until a connection is made anew
TOGETHER = 200  # that are looked up in one call


class in_database(SyncToAsync):  # noqa: N801 - called like a function: await in_database(f)(…)
    async def __call__(self, *args, **kwargs):
        if self.thread_sensitive_context.get(None):
            # A request has a thread of its own: kept there, its connection would be lost with it.
            return await sync_to_async(self.func)(*args, **kwargs)
        return await super().__call__(*args, **kwargs)

    def thread_handler(self, loop, *args, **kwargs):
        close_old_connections()
        try:
            return super().thread_handler(loop, *args, **kwargs)
        finally:
            _keep()
            close_old_connections()  # those that broke


def _keep() -> None:
    now = time.monotonic()
    for connection in connections.all(initialized_only=True):
        if connection.close_at is not None and connection.close_at <= now:  # just made
            connection.close_at = now + KEPT


class Together:
    """Who asks while the thread is busy with those before is answered with all others who do.

    `answers` takes many keys and gives {key: answer}; whom it does not name gets None.
    """

    def __init__(self, answers: Callable[[Sequence[Hashable]], dict]):
        self._answers = in_database(answers)
        self._waiting: list[tuple[Hashable, asyncio.Future]] = []
        self._asking: asyncio.Task | None = None

    async def ask(self, key: Hashable):
        """The answer for one key. Raises what the call raised."""
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((key, answer))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await answer

    async def _ask(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                found, problem = {}, None
                try:
                    found = await self._answers([key for key, _ in some])
                except Exception as error:
                    problem = error
                for key, answer in some:
                    if answer.done():  # who asked has gone
                        continue
                    if problem:
                        answer.set_exception(problem)
                    else:
                        answer.set_result(found.get(key))
        finally:
            self._asking = None
