"""One encoder that is connected: from its handshake to its last picture."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine

from livecommerce.database import in_database
from livecommerce.errors import DomainError
from livecommerce.realtime import listen, put_away
from streams.video.errors import MediaError
from streams.video.ingest import keys
from streams.video.ingest.door import Door
from streams.video.ingest.intake import Over
from streams.video.ingest.rtmp.picture import Picture
from streams.video.ingest.rtmp.session import Asked, BadSession, Left, Media, Session

OPENING = 5  # seconds from the first byte to the key
SILENCE = 10  # seconds without picture or sound, after which the encoder counts as gone
WATCH = 3  # seconds between two looks at the key
FAREWELL = 1  # seconds for the other side to read why
READ = 65536  # bytes at once
UNREAD = 65536  # bytes that the other side may leave lying
BAD_NAME, DENIED = "NetStream.Publish.BadName", "NetStream.Publish.Denied"
logger = logging.getLogger(__name__)


class Cut(DomainError):
    """The connection ends, in the middle of it. The code is that of whatever ended it."""

    def __init__(self, code: str, detail: str):
        super().__init__(detail)
        self.code = code


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, door: Door):
        self._reader, self._writer, self._door = reader, writer, door
        self._session = Session()
        self._task = asyncio.current_task()
        self._picture: Picture | None = None
        self._watching: asyncio.Task | None = None
        self._cut: Cut | None = None
        self._may_be_left = False
        self._is_done = False  # the encoder said goodbye

    async def run(self, address: str) -> None:
        """Until one side has had enough. Whatever comes in, nothing is raised."""
        try:
            async with asyncio.timeout(OPENING):
                key = await self._asked()
            await self._admit(key, address)
            async with asyncio.timeout(SILENCE) as silence:
                await self._receive(silence)
        except (BadSession, ConnectionError, TimeoutError) as error:
            logger.info("rtmp: %s is gone: %s", address, error or "silence")
        except DomainError as refusal:
            logger.info("rtmp: %s is refused: %s", address, refusal.code)
            await self._refuse(refusal.code, refusal.detail)
        except MediaError as problem:
            logger.info("rtmp: %s sends what is not taken: %s", address, problem.code)
            await self._refuse(problem.code, str(problem))
        except Exception:
            logger.exception("rtmp: the connection of %s failed", address)
            await self._refuse("failed", "Something is wrong here. Try again.")
        finally:
            await self._wind_up()

    def cut(self, code: str, detail: str) -> None:
        """End it from outside, as soon as nothing is half done."""
        self._cut = self._cut or Cut(code, detail)
        if self._may_be_left:
            self._may_be_left = False
            self._task.cancel()

    async def _asked(self) -> str:
        while True:
            for event in await self._events():
                if isinstance(event, Asked):
                    return event.key
            if self._session.is_over:
                raise BadSession("not what is served here")

    async def _admit(self, key: str, address: str) -> None:
        try:
            show = await in_database(keys.find)(key)
        except keys.BadStreamKey:
            await asyncio.sleep(self._door.fail(address))
            raise
        self._picture = await Picture.open(show, self._is_over)
        self._watching = asyncio.create_task(self._watch(show.pk, key))
        self._session.accept()
        self._send()
        logger.info("rtmp: %s sends the picture of show %s", address, show.pk)

    async def _receive(self, silence: asyncio.Timeout) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            events = await self._events()
            if pieces := [event for event in events if isinstance(event, Media)]:
                silence.reschedule(None)  # who sends too fast is slowed, not given up
                tags = await self._picture.tags(pieces)
                await self._unless_cut(self._picture.write(tags))
                silence.reschedule(clock() + SILENCE)
            if any(isinstance(event, Left) for event in events):
                self._is_done = True
                await self._hear_out()
                return

    async def _events(self) -> list:
        data = await self._unless_cut(self._reader.read(READ))
        if not data:
            raise ConnectionResetError("the line was closed")
        try:
            return list(self._session.feed(data))
        finally:
            self._send()

    async def _unless_cut(self, doing: Coroutine):
        """Do what may take long and can be left in the middle."""
        if self._cut:
            doing.close()
            raise self._cut
        self._may_be_left = True
        try:
            return await doing
        except asyncio.CancelledError:
            if not self._cut:
                raise
            self._task.uncancel()
            raise self._cut from None
        finally:
            self._may_be_left = False

    def _send(self) -> None:
        if self._writer.transport.get_write_buffer_size() > UNREAD:
            raise BadSession("it does not read what it is told")
        if data := self._session.take():
            self._writer.write(data)

    async def _watch(self, show: int, key: str) -> None:
        """Look every few seconds, and at once when there is news, whether the key still counts."""
        news = asyncio.Event()
        hearing = asyncio.create_task(listen([keys.group(show)], lambda message: news.set()))
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), WATCH)
                news.clear()
                try:
                    await in_database(keys.find)(key)
                except keys.BadStreamKey as refusal:
                    self.cut(refusal.code, "The stream key was changed. Copy the new one.")
                except Exception:  # a database that is away takes nobody's key
                    logger.warning("rtmp: could not look at the key of show %s", show)
        finally:
            await put_away(hearing)

    def _is_over(self, over: Over) -> None:
        self.cut(over.code, over.detail)

    async def _refuse(self, code: str, detail: str) -> None:
        """Say why, and leave the other side a moment to read it."""
        is_bad_name = code in (keys.BadStreamKey.code, "already_publishing")
        self._session.refuse(BAD_NAME if is_bad_name else DENIED, detail)
        with contextlib.suppress(OSError, RuntimeError, BadSession):
            self._send()
            self._writer.write_eof()
            await self._hear_out()

    async def _hear_out(self) -> None:
        """Read until the other side closes.

        To close while it still speaks would break its line, and throw away what it has not read.
        """
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(FAREWELL):
                while await self._reader.read(READ):
                    pass

    async def _wind_up(self) -> None:
        self._writer.close()
        if self._watching:
            self._watching.cancel()
        if self._picture:
            is_done = self._is_done or (self._cut and self._cut.code == "show_ended")
            await self._picture.close(lost=not is_done)
        if self._watching:
            await asyncio.wait([self._watching])
