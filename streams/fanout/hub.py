"""Fan-out inside a process: a room has one subscription, one tape and one sweep for all sockets.

The log is the truth and the channel layer its bell: what the layer loses, doubles or turns
around is read from the log within two seconds, so no socket is ever sent a hole.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from livecommerce.database import in_database
from livecommerce.realtime import listen, put_away
from livecommerce.wire import frame
from streams import log, rooms
from streams.fanout.feed import Feed
from streams.fanout.scribe import Scribe
from streams.fanout.tape import Tape
from streams.fanout.viewer import Viewer
from streams.models import Show

TICK = 0.05  # seconds between two sweeps; the first after a quiet moment leaves at once
BEAT = 1  # second: levels are told at most so often
CALM = 10  # beats until levels are read, and pages told, although nothing changed
GRACE = 0.05  # seconds for a fact that was overtaken on its way
SLICE = 500  # sockets in a row, before the others of the process get their turn
PATIENT = ("chat.", "question.", "report.", "mod.")  # wait for the tick; pins and prices do not
TOO_SLOW = 4408
MOST_PAGES = 3  # of one author that count as viewers
ALL_WELL = {"muted_until": None, "is_banned": False}
logger = logging.getLogger(__name__)

_hubs: dict[int, "Hub"] = {}


async def enter(show: Show, viewer: Viewer, after: int | None) -> "Hub":
    """Let a socket into its room: a snapshot, or the facts after number `after`, then all news."""
    hub = _hubs.get(show.pk)
    if hub is None:
        hub = _hubs[show.pk] = Hub(show)
    hub.admit(viewer)
    try:
        await asyncio.shield(hub.is_up)
        hub.welcome(viewer, after)
    except BaseException:
        await hub.leave(viewer)
        raise
    return hub


def known(slug: str) -> Show | None:
    """The show of a room that is open in this process; the database need not be asked again."""
    return next((hub.show for hub in _hubs.values() if hub.show.slug == slug), None)


class Hub:
    """One room in one process."""

    def __init__(self, show: Show):
        self.show = show
        self.scribe = Scribe(show)
        self._viewers: dict[Viewer, None] = {}
        self._open = 0  # sockets, with those that wait to be let in
        self._pages: Counter[tuple[str, str]] = Counter()  # by author and page
        self._reactions: Counter[str] = Counter()
        self._feed: Feed | None = None  # until the room was read
        self._standings: dict[str, dict] = {}  # by author, of those who may not say everything
        self._is_rung, self._beats, self._told = True, 0, 0
        self._news, self._hurry, self._stirred = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._tasks: dict[str, asyncio.Task] = {}
        self._closing: set[asyncio.Task] = set()
        self.is_up = self._begin(self._start)

    # ---- who is here

    def admit(self, viewer: Viewer) -> None:
        self._open += 1
        if viewer.page:
            self._pages[viewer.author, viewer.page] += 1
            self._stirred.set()

    def welcome(self, viewer: Viewer, after: int | None) -> None:
        """The first frames of a socket; what it may not do here it hears before it tries."""
        self._viewers[viewer] = None
        if standing := self._standings.get(viewer.author):
            viewer.tell(frame({"type": "you.standing"} | standing))
        self.catch_up(viewer, after)

    def catch_up(self, viewer: Viewer, after: int | None) -> None:
        """Exactly the facts after a number; or, if they are too many or unknown, a snapshot."""
        if not self._feed.begin(viewer, after):
            self._begin(self._photograph)

    async def leave(self, viewer: Viewer) -> None:
        viewer.stop()
        self._open -= 1
        self._viewers.pop(viewer, None)
        if viewer.page:
            self._pages[viewer.author, viewer.page] -= 1
            if not self._pages[viewer.author, viewer.page]:
                del self._pages[viewer.author, viewer.page]
            self._stirred.set()
        if not self._open and _hubs.get(self.show.pk) is self:
            del _hubs[self.show.pk]
            await self._stop()

    def react(self, viewer: Viewer, kind: str, count: int) -> None:
        """Hearts and the like: summed here, stored and told at most once a beat."""
        if self._standings.get(viewer.author, {}).get("is_banned"):
            return
        self._reactions[kind] += count
        self._stirred.set()

    # ---- what they are told

    def _hear(self, message: dict) -> None:
        match message["type"]:
            case "room.facts" if self._feed:
                self._take(message["facts"])
            case "desk.news":
                self._tell(message["news"], lambda viewer: viewer.is_desk)
            case "you.standing":
                self._judge(self._standings | {message["author"]: message["standing"]})
                self._ring()  # a beat under way read the standings from before
            case _:  # some level changed: it is read, not believed
                self._ring()

    def _ring(self) -> None:
        self._is_rung = True
        self._stirred.set()

    def _take(self, facts: list[dict]) -> None:
        taken = self._feed.take(facts)
        if taken:
            self._news.set()
        if not all(fact["type"].startswith(PATIENT) for fact in taken):
            self._hurry.set()
        if self._feed.tape.misses_some():
            self._begin(self._mend)

    def _judge(self, standings: dict[str, dict]) -> None:
        """Tell those whose standing is another now; who is not named may say everything."""
        before, self._standings = self._standings, standings
        for author in before.keys() | standings.keys():
            standing = standings.get(author, ALL_WELL)
            if standing != before.get(author, ALL_WELL):
                news = {"type": "you.standing"} | standing
                self._tell(news, lambda viewer, author=author: viewer.author == author)

    def _tell(self, news: dict, is_for: Callable[[Viewer], bool]) -> None:
        """News that is no fact, for the few it concerns."""
        told = frame(news)
        for viewer in filter(is_for, self._viewers):
            viewer.tell(told)

    async def _sweep(self) -> None:
        everyone, bring = iter(list(self._viewers)), self._feed.bring
        while some := list(islice(everyone, SLICE)):
            for viewer in some:
                if not bring(viewer):
                    self._begin(self._photograph)
            await asyncio.sleep(0)

    # ---- what runs beside

    def _begin(self, work: Callable) -> asyncio.Task:
        """Have something done, unless it is being done."""
        task = self._tasks.get(work.__name__)
        if task is None or task.done():
            task = self._tasks[work.__name__] = asyncio.create_task(work())
        return task

    async def _start(self) -> None:
        """What is told before the subscription stands, the first beat finds in the log."""
        self._begin(self._listen)
        opening = await in_database(rooms.opening)(self.show)
        self._feed = Feed(Tape(opening.last, opening.facts))
        self._standings = opening.standings
        self._begin(self._pump)
        self._begin(self._tend)

    async def _stop(self) -> None:
        await put_away(*self._tasks.values())
        # Who came meanwhile is counted already, by another hub.
        pages = None if self.show.pk in _hubs else 0
        try:
            await in_database(rooms.tend)(self.show, pages=pages, hearts=self._reactions)
        except Exception:
            logger.warning("the pages of room %s are not signed off", self.show.pk, exc_info=True)

    async def _listen(self) -> None:
        await listen(rooms.groups(self.show), self._hear)

    async def _pump(self) -> None:
        """Sweep when there is news; what comes within a tick of a sweep's beginning goes together.

        A sweep for those who lagged behind, without anything new, makes nobody wait.
        """
        told, clock = None, asyncio.get_running_loop().time
        while True:
            await self._news.wait()
            self._news.clear()
            self._hurry.clear()
            began, newest = clock(), self._feed.newest()
            try:
                await self._sweep()
            except Exception:
                logger.exception("room %s was not told everything", self.show.pk)
            if newest != told:
                told = newest
                # Not wait_for(): up to Python 3.11 it can swallow the cancellation of its task.
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(began + TICK):
                        await self._hurry.wait()

    async def _mend(self) -> None:
        """Read from the log what did not come by itself."""
        await asyncio.sleep(GRACE)
        before = None
        while before != self._feed.tape.last:
            before = self._feed.tape.last
            self._take(await in_database(log.after)(self.show, before, for_staff=True))

    async def _photograph(self) -> None:
        """The room as it is now; once more if something in it was hidden meanwhile."""
        hidings = None
        while hidings != self._feed.hidings:
            hidings = self._feed.hidings
            snapshot = await in_database(rooms.snapshot)(self.show)
        self._feed.keep(snapshot)
        self._news.set()

    async def _tend(self) -> None:
        """Every beat: what was counted here, what changed elsewhere, who fell behind."""
        while True:
            try:
                await self._beat()
            except Exception:
                logger.warning("room %s was not tended", self.show.pk, exc_info=True)
            await asyncio.sleep(BEAT)
            with suppress(TimeoutError):
                async with asyncio.timeout(BEAT):
                    await self._stirred.wait()

    def _count(self) -> int:
        """Pages that are open here; one person's are a few, however many they open."""
        by_author = Counter(author for author, _ in self._pages)
        return sum(min(pages, MOST_PAGES) for pages in by_author.values())

    async def _beat(self) -> None:
        self._stirred.clear()
        pages, reactions = self._count(), self._reactions
        self._reactions = Counter()
        is_due = self._beats % CALM == 0
        tells_pages, wants_levels = is_due or pages != self._told, is_due or self._is_rung
        self._beats, self._is_rung = self._beats + 1, False
        try:
            tending = await in_database(rooms.tend)(
                self.show,
                pages=pages if tells_pages else None,
                hearts=reactions,
                wants_levels=wants_levels or tells_pages or bool(reactions),
            )
        except Exception:  # the next beat does what this one could not
            self._reactions += reactions
            self._is_rung = True
            raise
        self._told = pages
        if tending.levels:
            self._feed.levels.update(tending.levels)
            self._judge(tending.standings)
        if tending.last > self._feed.tape.last:
            self._begin(self._mend)
        if is_due:
            self._feed.forget_snapshot()
        self._news.set()  # whoever could not be told something is offered it again
        for viewer in [viewer for viewer in self._viewers if viewer.is_slow()]:
            self._closing.add(closing := asyncio.create_task(viewer.close(TOO_SLOW)))
            closing.add_done_callback(self._closing.discard)
