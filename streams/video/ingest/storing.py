"""A take's way into storage, behind its picture: each file, then its row, in order.

Storage may be slow, full or away for a while: it is tried again, several files at a time, and the
picture goes on. What waits is bounded; beyond that the oldest is given up, and the replay has a
hole there.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from livecommerce.database import in_database
from livecommerce.realtime import ring
from livecommerce.states import StaleState
from streams import tasks
from streams.models import Rendition, Take
from streams.video import takes
from streams.video.ingest import alarms
from streams.video.packaging import packager
from streams.video.replay import renditions

MAX_WAITING = 64 * 1024 * 1024  # bytes
AT_ONCE = 4  # files under way
PAUSE, LONGEST_PAUSE = 0.2, 4  # seconds between two tries
BEHIND = 15  # seconds a segment may wait before somebody is told
LATER = 120  # seconds after the take in which what still waits may be stored
STILL = 1  # the segment after which the show has a still for its cards
FAILED, SLOW, HOLE = "storage_failed", "storage_slow", "replay_hole"
logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _Job:
    """A file, and what is written down when it is there."""

    path: str
    data: bytes
    note: Callable[[], None]
    since: float = field(default_factory=monotonic)
    is_given_up: bool = False
    is_init: bool = False  # nothing plays without it: never given up, and noted at once
    file: asyncio.Task | None = None


class Storing:
    """Made for one take; `stored` and `given_up` are told each segment's path."""

    def __init__(
        self,
        take: Take,
        rendition: Rendition,
        *,
        stored: Callable[[str], None],
        given_up: Callable[[str], None],
    ):
        self.take, self.rendition = take, rendition
        self.waiting = 0  # bytes
        self._stored, self._given_up = stored, given_up
        self._jobs: deque[_Job] = deque()
        self._hands = asyncio.Semaphore(AT_ONCE)
        self._running: asyncio.Task | None = None
        self._beside: set[asyncio.Task] = set()

    def put_init(self, init: packager.Init) -> None:
        def note():
            takes.note_init(self.rendition, init)
            renditions.plan(self.take.show, init)

        path = takes.init_path(self.take, self.rendition)
        self._put(_Job(path, init.data, note, is_init=True))

    def put(self, segment: packager.Segment, at: datetime, sequence: int) -> None:
        def note():
            takes.note_segment(self.take, self.rendition, segment, at=at, sequence=sequence)
            if segment.number == STILL:
                ring(tasks.make_poster, self.take.show_id)

        path = takes.segment_path(self.take, self.rendition, segment.number)
        self._put(_Job(path, segment.data, note))
        self._bound()
        if monotonic() - self._jobs[0].since > BEHIND:
            self._tell(SLOW, "Storage is slow. The live picture goes on; the replay follows.")

    async def flush(self, seconds: float) -> bool:
        """Wait until everything is stored, but not longer; answer whether it is."""
        if self._running:
            await asyncio.wait([self._running], timeout=seconds)
        return not self._jobs

    async def finish(self) -> None:
        """The take is over: what storage does not take now it never will."""
        await self.flush(LATER)
        for job in list(self._jobs):
            self._give_up(job)
        if self._running:
            await asyncio.wait([self._running])
        if self._beside:
            await asyncio.wait(self._beside)

    def _put(self, job: _Job) -> None:
        self._jobs.append(job)
        self.waiting += len(job.data)
        job.file = asyncio.create_task(self._keep(job))
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    def _bound(self) -> None:
        for job in list(self._jobs)[:-1]:
            if self.waiting <= MAX_WAITING:
                return
            if not job.is_init:
                self._give_up(job)

    def _give_up(self, job: _Job) -> None:
        job.is_given_up = True
        job.file.cancel()
        self._forget(job)
        # A thread that hangs in its storage, and all that wait for it, must not hold on to it.
        job.data, job.note = b"", _nothing
        self._given_up(job.path)
        logger.error("take %s: %s is not stored", self.take.pk, job.path)
        self._tell(HOLE, "Storage was away for too long: the replay will have a hole.")

    def _forget(self, job: _Job) -> None:
        with suppress(ValueError):
            self._jobs.remove(job)
            self.waiting -= len(job.data)

    async def _run(self) -> None:
        """The rows, one after the other, each when its file is there."""
        while self._jobs:
            job = self._jobs[0]
            await asyncio.wait([job.file])
            if not job.is_given_up:
                await self._note(job)
        self._running = None
        if self._beside:  # what went wrong is told before it is well
            await asyncio.wait(self._beside)
        await alarms.well(self.take.show, FAILED, SLOW, HOLE)

    async def _keep(self, job: _Job) -> None:
        if job.is_init:  # a live picture is found by its row, whatever storage does
            await self._until_done(job, in_database(job.note))
        async with self._hands:
            # Not in the thread for the database: who buys must not wait for a slow disk.
            await self._until_done(job, asyncio.to_thread, _store, job)

    async def _note(self, job: _Job) -> None:
        if await self._until_done(job, in_database(job.note)):
            self._forget(job)
            self._stored(job.path)
        elif not job.is_given_up:
            self._give_up(job)

    async def _until_done(self, job: _Job, do, *arguments) -> bool:
        pause = PAUSE
        while not job.is_given_up:
            try:
                await do(*arguments)
                return True
            except StaleState as error:  # another process has gone on with the show
                logger.warning("%s is not kept: %s", job.path, error)
                return False
            except Exception as error:  # its words name paths and hosts: for our log only
                if pause == PAUSE:
                    logger.warning("%s is not kept yet: %s", job.path, error)
                self._tell(FAILED, "Storage fails. The live picture goes on; the replay follows.")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return False

    def _tell(self, code: str, detail: str) -> None:
        telling = asyncio.create_task(alarms.alert(self.take.show, code, detail))
        self._beside.add(telling)
        telling.add_done_callback(self._beside.discard)


def _store(job: _Job) -> None:
    if not job.is_given_up:
        takes.store(job.path, job.data)


def _nothing() -> None:
    pass
