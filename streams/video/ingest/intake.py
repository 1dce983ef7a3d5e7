"""One publisher's take, whatever its way in: one ffmpeg, packager, clock, window, storage.

Parts reach the window at once; storage follows behind and never holds up the picture. A take ends
by itself when its ffmpeg dies, its publisher falls silent or gives way to another, or the show
ends; then nothing of it is left running.
"""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from django.db import transaction

from livecommerce.database import in_database
from livecommerce.states import StaleState
from streams.models import Rendition, Show, Take
from streams.video import ffmpeg, takes
from streams.video.errors import MediaError
from streams.video.ingest import alarms, encoders
from streams.video.ingest.gauge import Gauge
from streams.video.ingest.over import (
    FFMPEG_DIED,
    FFMPEG_REFUSED,
    SHOW_ENDED,
    TAKEN_OVER,
    Over,
)
from streams.video.ingest.process import Process
from streams.video.ingest.pulse import Pulse
from streams.video.ingest.storing import Storing
from streams.video.origin import air
from streams.video.packaging import packager
from streams.video.packaging.clock import Clock

DELAYS = {Take.Source.BROWSER: 0.1, Take.Source.RTMP: 0.6}  # seconds from lens to our door
BELIEVED = timedelta(seconds=2)  # how long before its first bytes a recorder may have begun
RETRY = 1  # seconds
AHEAD = 10  # seconds of picture that may come before their time; then the publisher is slowed
LAST_WORDS = 3  # seconds for ffmpeg to write what it has
FLUSH = 8  # seconds in which a take's last segments are stored before its row is closed
HURRY = 2  # the same where a next take may be waiting
logger = logging.getLogger(__name__)
_here: dict[int, "Intake"] = {}  # those of this process, by show
_doors: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # one at a time, by show
_finishing: set[asyncio.Task] = set()  # takes that are over and not stored yet


class Intake:
    """Made by `open`; `start`ed once what comes is known; always `close`d."""

    def __init__(self, show: Show, take: Take, rendition: Rendition, window):
        self.show, self.take, self.window = show, take, window
        self.gauge = Gauge()
        self._storing = Storing(take, rendition, stored=window.stored, given_up=window.give_up)
        self._over = asyncio.get_running_loop().create_future()
        self._process: Process | None = None
        self._pump: asyncio.Task | None = None
        self._slot: encoders.Slot | None = None
        self._seen: datetime | None = None  # since when viewers have a picture
        self._telling: asyncio.Task | None = None
        self._closing: asyncio.Task | None = None
        self._pulls = False
        self._began: datetime | None = None
        self._clock: Clock | None = None
        self._at = datetime.now(UTC)  # of the open segment
        self._pulse = Pulse(take, end=self._end, hangs=self._kill)

    @classmethod
    async def open(cls, show: Show, source: Take.Source, *, take_over: bool = False) -> "Intake":
        """Begin a take. Raises ShowNotLive, AlreadyPublishing."""
        # Two who come at once would both write into the one window.
        async with _doors.setdefault(show.pk, asyncio.Lock()):
            return await cls._open(show, source, take_over)

    @classmethod
    async def _open(cls, show: Show, source: Take.Source, take_over: bool) -> "Intake":
        rival = _here.get(show.pk)
        if rival and rival._closing is None:
            if rival._pulse.is_talking and not take_over:
                raise takes.AlreadyPublishing("Somebody else is sending the picture of this show.")
            rival._end(TAKEN_OVER)
        if rival:
            await asyncio.wait([rival._closing])
        take, rendition = await in_database(_begin)(show, source, take_over)
        try:
            window = await air.open(show)
            mine = cls(show, take, rendition, window)
        except BaseException:
            await in_database(takes.close)(take, lost=True)
            raise
        _here[show.pk] = mine
        return mine

    async def start(
        self, video: str, *, began: datetime | None = None, pull: str | None = None
    ) -> None:
        """Run the one ffmpeg: "copy" or "encode", from `write` or pulling an address.

        `began`: when the publisher says that its recorder began. Raises EncodersBusy.
        """
        if self._closing or self._process:
            return
        if video == "encode":
            self._slot = encoders.take()
        self._pulls = pull is not None
        now = datetime.now(UTC)
        is_believed = began is not None and now - BELIEVED < began <= now
        self._began = began if is_believed else None if self._pulls else now - self._delay
        arguments = ffmpeg.pull(pull, video) if self._pulls else ffmpeg.live(video)
        try:
            process = await Process.start(arguments, pulls=self._pulls)
        except OSError:
            logger.exception("ffmpeg does not start")
            self._end(FFMPEG_DIED)
            return
        if self._closing:  # meanwhile
            process.kill()
            await process.stop()
            return
        self._process = process
        self._pump = asyncio.create_task(self._run())

    async def write(self, data: bytes) -> None:
        """Give ffmpeg what was received, as fast as it takes it. Raises ConnectionError."""
        self._pulse.hear()
        self._pulse.is_writing = True
        try:
            if self._process is None or self._closing:
                raise ConnectionError("The take is over.")
            await self._process.write(data)
        finally:
            self._pulse.is_writing = False

    async def over(self) -> Over:
        """Wait until the take ends by itself."""
        return await asyncio.shield(self._over)

    async def close(self, *, lost: bool) -> None:
        """The publisher is gone (`lost`) or done. What was received is kept. Idempotent."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._wind_up(lost))
        await asyncio.shield(self._closing)

    def health(self) -> dict:
        """Plain figures for the one who sends."""
        return {
            "segments": self.gauge.segments,
            "seconds": round(self.gauge.seconds, 1),
            "bitrate": self.gauge.bitrate,
            "delay": self._behind(),
            "stored_behind": self._storing.waiting,
        }

    @property
    def parts(self) -> int:
        """How many viewers got so far: with the first there is a picture."""
        return self.gauge.parts

    # Within

    @property
    def _delay(self) -> timedelta:
        return timedelta(seconds=DELAYS.get(self.take.source, 0))

    def _behind(self) -> float:
        """Seconds from the last picture's own time to now."""
        if self._clock is None:
            return 0.0
        last = self._clock.at(self.gauge.seconds)
        return round((datetime.now(UTC) - last).total_seconds(), 2)

    def _end(self, over: Over) -> None:
        if self._closing is None:
            self._over.set_result(over)
            self._closing = asyncio.create_task(self._wind_up(lost=over != SHOW_ENDED))

    def _kill(self) -> None:
        self._process.kill()

    async def _run(self) -> None:
        """From ffmpeg to the window, until it ends."""
        cutter = packager.Packager()
        try:
            async for data in self._process.output():
                if self._pulls:
                    self._pulse.hear()
                self._take_in(cutter.feed(data))
                await self._pace()
            words = await self._process.stop()
            if self.gauge.parts or not self._process.has_failed:
                self._take_in(cutter.close())
        except MediaError as error:
            self._end(Over(error.code, str(error), may_return=False))
            await self._process.throw_away()
        except Exception:
            logger.exception("take %s was cut off", self.take.pk)
            self._end(FFMPEG_DIED)
            await self._process.throw_away()
        if self._closing is None:
            logger.warning("take %s: ffmpeg ended: %s", self.take.pk, words)
            is_death = self.gauge.parts or self._process.was_killed
            self._end(FFMPEG_DIED if is_death else FFMPEG_REFUSED)
            if self._process.has_failed:  # else what it pulled has ended
                await alarms.alert(self.show, FFMPEG_DIED.code, "The encoder of the picture died.")

    def _take_in(self, cuts) -> None:
        for cut in cuts:
            match cut:
                case packager.Init():
                    self.window.begin(str(self.take.key), cut)
                    self._storing.put_init(cut)
                case packager.Part():
                    self._take_part(cut)
                case packager.Segment():
                    self._storing.put(cut, self._at, self.window.add_segment(cut, self._at))
                    self.gauge.segments += 1

    def _take_part(self, part: packager.Part) -> None:
        now, end = datetime.now(UTC), part.start + part.duration
        if self._clock is None:
            zero = self._began or now - timedelta(seconds=end) - self._delay
            # Viewers' clocks never run backwards, whoever sends.
            self._clock = Clock(max(zero, self.window.until or zero))
        self._clock.hear(end, now - self._delay)
        at = self._clock.at(part.start)
        if part.index == 0:
            self._at = at
        self.window.add_part(part, at)
        self.gauge.take(part)
        if self._seen is None:
            self._seen = at
            self._telling = asyncio.create_task(self._tell(at))

    async def _tell(self, at: datetime) -> None:
        """There is a picture: the room is told, as soon as there is a database."""
        while True:
            try:
                await in_database(takes.begin)(self.take, at)
                break
            except StaleState:  # given up; the next beat finds out why
                return
            except Exception:
                logger.warning("the room does not know of take %s", self.take.pk, exc_info=True)
                await asyncio.sleep(RETRY)
        if self._closing is None:
            await alarms.well(self.show, FFMPEG_DIED.code)

    async def _pace(self) -> None:
        """Read no faster than life: pipes fill up, and whoever sends too fast has to wait."""
        while (too_early := self.gauge.early - AHEAD) > 0 and self._closing is None:
            self._pulse.hear()
            await asyncio.sleep(min(too_early, 0.25))

    async def _wind_up(self, lost: bool) -> None:
        """Let ffmpeg finish what it has, store it, close the row; in the end nothing is left."""
        try:
            await self._pulse.stop()
            await self._stop_process()
            if last := self.window.lose():
                self._storing.put(last[0], self._at, last[1])
            if self._telling:
                await asyncio.wait([self._telling], timeout=HURRY)
                self._telling.cancel()
            await self._storing.flush(HURRY if lost else FLUSH)
        finally:
            await self._close_row(lost)
            if _here.get(self.show.pk) is self:
                del _here[self.show.pk]
            # What a slow storage has not taken yet has some time still.
            finishing = asyncio.create_task(self._storing.finish())
            _finishing.add(finishing)
            finishing.add_done_callback(_finishing.discard)

    async def _stop_process(self) -> None:
        try:
            if self._process:
                self._process.finish()
                await asyncio.wait([self._pump], timeout=LAST_WORDS)
                self._process.kill()
                await self._process.stop()
                await asyncio.wait([self._pump])
        finally:
            if self._slot:
                self._slot.give_back()

    async def _close_row(self, lost: bool) -> None:
        try:
            await in_database(takes.close)(self.take, lost=lost, seen=self._seen)
        except Exception:  # the sweeper finds it silent
            logger.warning("take %s is not closed", self.take.pk, exc_info=True)


def _begin(show: Show, source: str, take_over: bool) -> tuple[Take, Rendition]:
    alarms.take_up(show)
    with transaction.atomic():
        take = takes.open(show, source, take_over=take_over)
        return take, Rendition.objects.get(show=show, name=Rendition.SOURCE)
