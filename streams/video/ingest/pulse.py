"""Whether a take still lives: renews its row while its publisher sends, notices what ends it."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from livecommerce.database import in_database
from livecommerce.realtime import listen, put_away
from streams import log
from streams.models import Take
from streams.video import takes
from streams.video.ingest.over import FELL_SILENT, REASONS, SHOW_ENDED, Over

BEAT = 1  # seconds
STUCK = 10  # seconds in which ffmpeg takes nothing
logger = logging.getLogger(__name__)


class Pulse:
    """`end` is told why the take is over, `hangs` that what was received is not taken."""

    def __init__(self, take: Take, *, end: Callable[[Over], None], hangs: Callable[[], None]):
        self.take = take
        self.is_writing = False  # something was received, and ffmpeg has not taken it yet
        self._end, self._hangs = end, hangs
        self._heard = self._noted = monotonic()
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._listen())]

    def hear(self) -> None:
        """The publisher sends, or would if we let it."""
        self._heard = monotonic()

    @property
    def is_talking(self) -> bool:
        """Nobody else may take its place yet."""
        return self.is_writing or monotonic() - self._heard < takes.SILENCE.total_seconds()

    async def stop(self) -> None:
        await put_away(*self._tasks)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            is_heard = self.is_writing or self._heard > self._noted
            self._noted = monotonic()
            silence = self._noted - self._heard
            if self.is_writing and silence > STUCK:
                self._hangs()
            elif silence > takes.GONE.total_seconds():
                self._end(FELL_SILENT)
            try:
                why = await in_database(takes.hear)(self.take, is_heard=is_heard)
            except Exception:  # a database that is away ends no picture
                logger.warning("%s could not be renewed", self.take, exc_info=True)
                continue
            if why:
                self._end(REASONS[why])

    async def _listen(self) -> None:
        """Hear at once that the show ends."""

        def hear(message):
            if any(fact["type"] == "show.ended" for fact in message.get("facts", ())):
                self._end(SHOW_ENDED)

        await listen([log.group(self.take.show_id)], hear)
