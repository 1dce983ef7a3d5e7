"""The host's picture comes in: browser → socket → one ffmpeg → packager → storage.

docs/protocol.md describes the frames of the studio's socket.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence

from channels.generic.websocket import AsyncWebsocketConsumer

from livecommerce import signed_in
from livecommerce.database import in_database
from livecommerce.errors import DomainError
from livecommerce.realtime import listen, ring
from shops.models import Member, Shop
from streams import log, tasks
from streams.models import Rendition, Show
from streams.video import ffmpeg, takes
from streams.video.errors import MediaError
from streams.video.ingest import sniff
from streams.video.ingest.process import Process
from streams.video.packaging import packager
from streams.video.replay import renditions

REFUSED, BAD_MEDIA, DONE = 4403, 4415, 1000
MAX_CHUNK = 1024 * 1024
STILL = 2  # the segment after which the show has a still for its cards
PUBLISHERS = (Member.Role.OWNER, Member.Role.PRODUCER, Member.Role.HOST)
logger = logging.getLogger(__name__)


class NotAllowed(DomainError):
    code = "not_allowed"


def find_show(slug: str, user) -> Show:
    """The show, if this person may send its picture; to others it does not exist."""
    show = (
        Show.objects.filter(shop__in=Shop.objects.run_by(user, *PUBLISHERS), slug=slug)
        .select_related("shop")
        .first()
    )
    if show is None:
        raise NotAllowed("You cannot send the picture of this show.")
    return show


class IngestConsumer(AsyncWebsocketConsumer):
    """One publisher. The take lives as long as its socket."""

    take = None
    process: Process | None = None
    pump: asyncio.Task | None = None
    beside: Sequence[asyncio.Task] = ()
    ending: asyncio.Task | None = None
    head = b""
    is_finished = False  # ended on purpose, not lost
    is_closing = False

    async def __call__(self, scope, receive, send):
        try:
            await super().__call__(scope, receive, send)
        finally:  # Channels says no goodbye after an error
            self.is_closing = True
            await self.wind_up()

    async def connect(self):
        await self.accept()
        try:
            self.show = await in_database(find_show)(
                self.scope["url_route"]["kwargs"]["slug"], self.scope["user"]
            )
        except DomainError as refusal:
            await self.refuse(refusal.code, refusal.detail, REFUSED)

    async def receive(self, text_data=None, bytes_data=None):
        if self.is_closing:
            return
        if bytes_data is not None:
            await self.take_chunk(bytes_data)
            return
        match _parsed(text_data):
            case {"type": "studio.start"} if self.take is None:
                await self.start()
            case {"type": "studio.stop"}:
                await self.finish()
            case _:
                await self.send_frame({"type": "error", "code": "bad_frame"})

    async def start(self):
        try:
            self.take = await in_database(takes.open)(self.show)
        except DomainError as refusal:
            await self.refuse(refusal.code, refusal.detail, REFUSED)
            return
        self.rendition = await in_database(Rendition.objects.get)(
            show=self.show, name=Rendition.SOURCE
        )
        self.beside = [asyncio.create_task(self.watch()), asyncio.create_task(self.listen())]
        await self.send_frame({"type": "studio.ready"})

    async def watch(self):
        """The picture ends with the sender's right to send it, and with the show."""
        while not self.is_closing:
            await asyncio.sleep(signed_in.EVERY)
            try:
                user = await signed_in.now(self.scope)
                show = await in_database(find_show)(self.show.slug, user)
                if show.status == Show.Status.ENDED:  # and the news of it was lost
                    await self.finish()
            except DomainError as refusal:
                await self.refuse(refusal.code, refusal.detail, REFUSED)
            except Exception:  # a database that is away takes nobody's role
                logger.warning("could not look who sends take %s", self.take, exc_info=True)

    async def listen(self):
        """Hear at once that the show ends."""

        def hear(message):
            if any(fact["type"] == "show.ended" for fact in message.get("facts", ())):
                self.ending = asyncio.create_task(self.finish())

        await listen([log.group(self.show.pk)], hear)

    async def finish(self):
        if not self.is_closing:
            self.is_finished = True
            await self.end(DONE)

    async def take_chunk(self, data: bytes):
        if self.take is None:
            await self.refuse("not_started", "Send studio.start first.", REFUSED)
        elif len(data) > MAX_CHUNK:
            await self.refuse("too_large", f"At most {MAX_CHUNK} bytes at once.", 1009)
        elif self.process is None:
            await self.begin(data)
        else:
            await self.write(data)

    async def begin(self, data: bytes):
        """Look at the first bytes until they tell what they are; then start the one ffmpeg."""
        if not self.head:
            await in_database(takes.begin)(self.take)
        self.head += data
        try:
            codec = sniff.video_codec(self.head)
        except MediaError as error:
            await self.refuse(error.code, str(error), BAD_MEDIA)
            return
        if codec:
            self.process = await Process.start(ffmpeg.live("copy" if codec == "h264" else "encode"))
            self.pump = asyncio.create_task(self.run())
            head, self.head = self.head, b""
            await self.write(head)

    async def write(self, data: bytes):
        with contextlib.suppress(ConnectionError, RuntimeError):  # it died: run() says why
            await self.process.write(data)

    async def run(self):
        """From ffmpeg to storage, segment by segment, until it ends."""
        cutter = packager.Packager()
        try:
            async for data in self.process.output():
                await self.keep(cutter.feed(data))
            await self.keep(cutter.close())
        except MediaError as error:
            await self.refuse(error.code, str(error), BAD_MEDIA)
            return
        except Exception:  # storage or database: the take is lost, the show goes on
            logger.exception("take %s was cut off", self.take.pk)
            await self.refuse("storage_failed", "The picture could not be stored.", 1011)
            return
        if not self.is_closing:
            words = await self.process.stop()
            logger.warning("take %s: ffmpeg ended: %s", self.take.pk, words)
            await self.refuse("ffmpeg_failed", "The picture could not be read.", BAD_MEDIA)

    async def keep(self, cuts):
        for cut in cuts:
            if isinstance(cut, packager.Init):
                await in_database(takes.keep_init)(self.take, self.rendition, cut)
                await in_database(renditions.plan)(self.show, cut)
                continue
            row = await in_database(takes.keep_segment)(self.take, self.rendition, cut)
            if cut.number == STILL:
                await in_database(ring)(tasks.make_poster, self.show.pk)
            health = {
                "segments": cut.number + 1,
                "bitrate": round(row.size * 8 / max(row.duration, 0.001)),
                "seconds": round(cut.start + cut.duration, 1),
            }
            if not self.is_closing:
                await self.send_frame({"type": "studio.health"} | health)

    async def end(self, code):
        """Let ffmpeg finish what it has, then close take and socket."""
        self.is_closing = True
        await self.wind_up()
        await self.close(code)

    async def refuse(self, code: str, detail: str, close_code: int):
        if self.is_closing:  # by now it makes no difference
            return
        self.is_closing = True
        await self.send_frame({"type": "error", "code": code, "detail": detail})
        await self.close(close_code)

    async def disconnect(self, code):
        self.is_closing = True
        await self.wind_up()

    async def wind_up(self):
        for task in self.beside:
            if task is not asyncio.current_task():
                task.cancel()
        if self.process:
            process, self.process = self.process, None
            process.finish()
            if self.pump and self.pump is not asyncio.current_task():
                await asyncio.wait([self.pump], timeout=3)
            await process.stop()
        if self.take:
            take, self.take = self.take, None
            await in_database(takes.close)(take, lost=not self.is_finished)

    async def send_frame(self, frame):
        await self.send(text_data=json.dumps(frame))


def _parsed(text: str | None):
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None
