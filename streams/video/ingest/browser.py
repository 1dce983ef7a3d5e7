"""The host's picture comes in through the studio's socket: docs/protocol.md has its frames."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from channels.generic.websocket import AsyncWebsocketConsumer

from livecommerce import signed_in
from livecommerce.database import in_database
from livecommerce.errors import DomainError
from shops.models import Member, Shop
from streams import log
from streams.models import Show, Take
from streams.video.errors import MediaError
from streams.video.ingest import encoders, sniff
from streams.video.ingest.intake import Intake
from streams.video.ingest.over import Over

DONE = 1000
TOO_LARGE, FAILED, COME_BACK = 1009, 1011, 1013  # RFC 6455 §7.4.1
REFUSED, REPLACED, BAD_MEDIA = 4403, 4409, 4415
MAX_CHUNK = 1024 * 1024  # bytes
HEALTH = 1  # seconds
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

    intake: Intake | None = None
    beside: Sequence[asyncio.Task] = ()
    head = b""
    began: datetime | None = None
    is_sending = False  # its ffmpeg runs
    is_closing = False

    async def __call__(self, scope, receive, send):
        try:
            await super().__call__(scope, receive, send)
        finally:  # Channels says no goodbye after an error
            await self.wind_up(lost=True)

    async def connect(self):
        await self.accept()
        try:
            self.show = await in_database(find_show)(
                self.scope["url_route"]["kwargs"]["slug"], self.scope["user"]
            )
        except DomainError as refusal:
            await self.refuse(refusal.code, refusal.detail, REFUSED)
        except Exception:
            await self.put_off()
        else:
            self.beside = [asyncio.create_task(self.watch())]

    async def receive(self, text_data=None, bytes_data=None):
        if self.is_closing:
            return
        if bytes_data is not None:
            await self.take_chunk(bytes_data)
            return
        match _parsed(text_data):
            case {"type": "studio.start", **rest} if self.intake is None:
                await self.start(take_over=rest.get("take_over") is True)
            case {"type": "studio.began", "at": str(at)} if self.intake and not self.is_sending:
                self.began = _moment(at)
            case {"type": "studio.stop"}:
                await self.finish()
            case _:
                await self.send_frame({"type": "error", "code": "bad_frame"})

    async def start(self, *, take_over: bool):
        try:
            self.intake = await Intake.open(self.show, Take.Source.BROWSER, take_over=take_over)
        except DomainError as refusal:
            await self.refuse(refusal.code, refusal.detail, REFUSED)
            return
        except Exception:
            await self.put_off()
            return
        if self.is_closing:  # meanwhile: disconnect() tidies up
            return
        work = (self.tell_health(), self.tell_end())
        self.beside = [*self.beside, *(asyncio.create_task(each) for each in work)]
        await self.send_frame({"type": "studio.ready", "at": log.stamp(datetime.now(UTC))})

    async def watch(self):
        """The picture, and the wish to send one, end with the right to send it."""
        while True:
            await asyncio.sleep(signed_in.EVERY)
            try:
                user = await signed_in.now(self.scope)
                await in_database(find_show)(self.show.slug, user)
            except DomainError as refusal:
                await self.refuse(refusal.code, refusal.detail, REFUSED)
            except Exception:  # a database that is away takes nobody's role
                logger.warning("could not look who sends %s", self.show.slug, exc_info=True)

    async def tell_health(self):
        while True:
            await asyncio.sleep(HEALTH)
            if self.intake.parts and not self.is_closing:
                await self.send_frame({"type": "studio.health"} | self.intake.health())

    async def tell_end(self):
        """Say why a take is over that ended by itself."""
        over = await self.intake.over()
        if over.code == "show_ended":
            await self.finish()
        else:
            await self.refuse(over.code, over.detail, close_code(over))

    async def finish(self):
        """Ended on purpose: everything that was sent is kept before the line closes."""
        if not self.is_closing:
            self.is_closing = True
            await self.wind_up(lost=False)
            await self.close(DONE)

    async def take_chunk(self, data: bytes):
        if self.intake is None:
            await self.refuse("not_started", "Send studio.start first.", REFUSED)
        elif len(data) > MAX_CHUNK:
            await self.refuse("too_large", f"At most {MAX_CHUNK} bytes at once.", TOO_LARGE)
        elif self.is_sending:
            await self.write(data)
        else:
            await self.begin(data)

    async def begin(self, data: bytes):
        """Look at the first bytes until they tell what they are; then start the one ffmpeg."""
        self.head += data
        try:
            codec = sniff.video_codec(self.head)
            if codec:
                video = "copy" if codec == "h264" else "encode"
                await self.intake.start(video, began=self.began)
        except MediaError as error:
            await self.refuse(error.code, str(error), BAD_MEDIA)
        except encoders.EncodersBusy as refusal:
            await self.refuse(refusal.code, refusal.detail, COME_BACK)
        else:
            if codec:
                self.is_sending = True
                head, self.head = self.head, b""
                await self.write(head)

    async def write(self, data: bytes):
        with contextlib.suppress(ConnectionError):  # it is over: tell_end() says why
            await self.intake.write(data)

    async def put_off(self):
        """A database that is away must not make the studio give up: it will be back."""
        logger.exception("a studio is sent away for now")
        await self.refuse("unavailable", "The server is not ready. Please wait.", COME_BACK)

    async def refuse(self, code: str, detail: str, close_code: int):
        if self.is_closing:  # by now it makes no difference
            return
        self.is_closing = True
        await self.send_frame({"type": "error", "code": code, "detail": detail})
        await self.close(close_code)

    async def disconnect(self, code):
        await self.wind_up(lost=True)

    async def wind_up(self, *, lost: bool):
        self.is_closing = True
        for task in self.beside:
            if task is not asyncio.current_task():
                task.cancel()
        if self.intake:
            await self.intake.close(lost=lost)

    async def send_frame(self, frame):
        await self.send(text_data=json.dumps(frame))


def close_code(over: Over) -> int:
    """What tells a publisher whether to come back."""
    if over.may_return:
        return COME_BACK
    return REPLACED if over.code == "taken_over" else BAD_MEDIA


def _parsed(text: str | None):
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def _moment(text: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else None
