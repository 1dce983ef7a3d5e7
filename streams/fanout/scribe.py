"""Writes what is said in a room: the first at once, then whatever comes within a tick together.

A hundred voices in a busy room are then ten transactions a second, not a hundred.
"""

import asyncio
import logging
from collections import deque

from livecommerce.database import in_database
from livecommerce.errors import DomainError
from streams.models import Show
from streams.talk import chat

TICK = 0.05  # seconds between two transactions
TOGETHER = 200  # messages in one transaction
MOST_WAITING = 1000
logger = logging.getLogger(__name__)


class TooBusy(DomainError):
    code = "too_busy"


class NotWritten(DomainError):
    code = "not_written"


class Scribe:
    """The one pen of a room in this process."""

    def __init__(self, show: Show):
        self._show = show
        self._waiting: deque[tuple[chat.Saying, asyncio.Future]] = deque()
        self._writing: asyncio.Task | None = None

    async def write(self, saying: chat.Saying) -> chat.Said:
        """The number of the message once it is in the log. Raises what chat.say raises."""
        if len(self._waiting) >= MOST_WAITING:
            raise TooBusy("Too many are talking at this moment. Please try again.")
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((saying, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        outcome = await answer
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome

    async def _write(self) -> None:
        try:
            while self._waiting:
                began = asyncio.get_running_loop().time()
                size = min(TOGETHER, len(self._waiting))
                batch = [self._waiting.popleft() for _ in range(size)]
                outcomes = await self._store([saying for saying, _ in batch])
                for (_, answer), outcome in zip(batch, outcomes, strict=True):
                    if not answer.done():  # its author may have gone
                        answer.set_result(outcome)
                spent = asyncio.get_running_loop().time() - began
                await asyncio.sleep(TICK - spent)
        finally:
            self._writing = None

    async def _store(self, sayings: list[chat.Saying]) -> list[chat.Said | DomainError]:
        try:
            return await in_database(chat.say_all)(self._show, sayings)
        except Exception:
            logger.exception("nothing could be written in room %s", self._show.pk)
            refusal = NotWritten("Your message could not be kept. Please try again.")
            return [refusal] * len(sayings)
