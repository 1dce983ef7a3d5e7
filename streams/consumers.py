"""One viewer's socket: the room comes down, talk goes up. No rules, no queries."""

import asyncio
import json
import logging
from urllib.parse import parse_qsl

from channels.consumer import AsyncConsumer

from livecommerce import signed_in, visitors
from livecommerce.database import in_database
from livecommerce.errors import DomainError
from livecommerce.wire import PUT, frame
from streams import rooms
from streams.fanout import hub
from streams.fanout.bucket import Bucket
from streams.fanout.viewer import Viewer
from streams.models import Question
from streams.talk import chat, polls, questions, reactions, reports
from streams.talk.pace import TooFast
from streams.video.ingest import alarms

NOT_FOUND, NOT_ALLOWED, TOO_BIG, NO_BINARY = 4404, 4403, 1009, 1003
UNDER_ATTACK, LATER = 1008, 1013
MAX_FRAME = 16 * 1024  # bytes
FRAMES = (30, 5)  # at once, then a second; who goes on regardless is shown the door
HEARTS = (2, 1)
CATCH_UPS = (5, 0.2)  # each may be answered with 300 facts
MOST_REFUSED = 200
MOST_ASKED = 8  # fields of a socket's address
BAD_FRAME = {"type": "error", "code": "bad_frame"}
UNAVAILABLE = "This did not work. Please try again in a moment."
logger = logging.getLogger(__name__)


class Closed(Exception):
    """The socket is to be closed with this code."""

    def __init__(self, code: int):
        super().__init__(code)
        self.code = code


class NotKnown(DomainError):
    """A socket without our cookie may watch: what it says could be nobody's."""

    code = "no_cookie"


class RoomConsumer(AsyncConsumer):
    """docs/protocol.md describes every frame.

    A viewer costs no channel, group or task: its own `__call__` only waits for what the socket
    says, and the hub of the room does the rest.
    """

    async def __call__(self, scope, receive, send):
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        try:
            await self.serve(scope, receive, send)
        except Closed as end:
            await send({"type": "websocket.close", "code": end.code})

    async def serve(self, scope, receive, send):
        self.scope = scope
        self.show = await self.find(scope["url_route"]["kwargs"]["slug"])
        visitor = visitors.read(scope["cookies"].get(visitors.COOKIE)) or ""
        self.speaker = await self.speaks(scope["user"], visitor)
        self.pace, self.hearts, self.refused = Bucket(*FRAMES), Bucket(*HEARTS), 0
        self.catch_ups = Bucket(*CATCH_UPS)
        is_staff = self.speaker.role != "guest"
        after, page = asked(scope["query_string"])
        self.viewer = Viewer(
            send,
            self.speaker.author,
            # Who is at work is no viewer; without our cookie one could be any number of them.
            page="" if is_staff or not self.speaker.author else page or str(id(self)),
            is_staff=is_staff,
            is_desk=self.speaker.role == "host",
            put=scope.get("extensions", {}).get(PUT),
        )
        try:
            self.hub = await hub.enter(self.show, self.viewer, after)
        except Exception:
            logger.exception("room %s cannot be entered", self.show.pk)
            raise Closed(LATER) from None
        watching = asyncio.create_task(self.watch()) if is_staff else None
        try:
            if self.viewer.is_desk:
                for news in await in_database(alarms.standing)(self.show):
                    self.tell(news)
            while (message := await receive())["type"] != "websocket.disconnect":
                await self.hear(message)
        finally:
            if watching:
                watching.cancel()
            await self.hub.leave(self.viewer)

    async def find(self, slug: str):
        show = hub.known(slug) or await in_database(rooms.find)(slug)
        if show is None:
            raise Closed(NOT_FOUND)
        return show

    async def speaks(self, user, visitor: str) -> chat.Speaker:
        if not user.is_staff:  # most viewers: nothing to ask the database
            return rooms.speaker(self.show, user, visitor)
        return await in_database(rooms.speaker)(self.show, user, visitor)

    async def watch(self):
        """Let go of staff who left the shop, or themselves: they may come back as who they are."""
        speaker = self.speaker
        while speaker == self.speaker:
            await asyncio.sleep(signed_in.EVERY)
            try:
                speaker = await self.speaks(await signed_in.now(self.scope), "")
            except Exception:  # a database that is away takes nobody's role
                logger.warning("could not look who is in room %s", self.show.pk, exc_info=True)
        await self.viewer.close(NOT_ALLOWED)

    async def hear(self, message: dict):
        said = decoded(message)
        if not self.pace.take():
            self.refused += 1
            if self.refused > MOST_REFUSED:
                raise Closed(UNDER_ATTACK)
            self.tell({"type": "error", "code": "too_fast", "detail": "Too many frames."})
            return
        nonce = said.get("nonce")
        # Half a letter cannot travel back.
        nonce = nonce[:64].encode(errors="replace").decode() if isinstance(nonce, str) else None
        try:
            answer = await self.act(said, nonce is not None)
        except DomainError as refusal:
            answer = {"type": "error"} | refusal.as_dict()
        except Exception:  # a database that is away ends nobody's evening
            logger.exception("room %s could not answer", self.show.pk)
            answer = {"type": "error", "code": "unavailable", "detail": UNAVAILABLE}
        if answer:
            self.tell(answer if nonce is None else answer | {"nonce": nonce})

    async def act(self, said: dict, has_nonce: bool) -> dict | None:
        """What is answered to a frame; None when the answer comes, or shows, by itself."""
        match said:
            case {"name": name} if not isinstance(name, str | None):
                return BAD_FRAME
            case {"reply_to": seq} if seq is not None and not is_number(seq):
                return BAD_FRAME
            case {"type": "chat.say", "text": str(text)} if has_nonce:
                return await self.say(text, said.get("name") or "", said.get("reply_to"))
            case {"type": "chat.report", "seq": seq, "reason": str(reason)} if is_number(seq):
                await self.run(reports.report, seq, reason)
            case {"type": "question.ask", "text": str(text)} if has_nonce:
                question = await self.run(questions.ask, text, said.get("name") or "")
                if question.status == Question.Status.HELD:
                    return {"type": "chat.held"}
                return {"type": "done", "question": question.pk}
            case {"type": "question.vote", "question": question} if is_number(question):
                await self.run(questions.vote, question)
            case {"type": "poll.vote", "poll": poll, "option": option} if is_number(
                poll
            ) and is_number(option):
                await self.run(polls.vote, poll, option)
            case {"type": "room.react", "kind": str(kind), "count": count} if (
                kind in reactions.KINDS and is_number(count) and 1 <= count <= reactions.MOST
            ):
                self.known()
                if self.hearts.take():
                    self.hub.react(self.viewer, kind, count)
                return None
            case {"type": "room.catch_up", "after": seq} if is_number(seq):
                if not self.catch_ups.take():
                    raise TooFast("You were told all of this a moment ago.")
                self.hub.catch_up(self.viewer, seq)
                return None
            case _:
                return BAD_FRAME
        return {"type": "done"}

    async def say(self, text: str, name: str, reply_to: int | None) -> dict:
        saying = chat.Saying(self.known(), text, name, reply_to=reply_to)
        said = await self.hub.scribe.write(saying)
        return {"type": "chat.held"} if said.is_held else {"type": "chat.said", "seq": said.seq}

    def known(self) -> chat.Speaker:
        if not self.speaker.author:
            raise NotKnown("Please allow cookies for this page to take part.")
        return self.speaker

    async def run(self, verb, *args):
        self.known()
        return await in_database(verb)(self.show, self.speaker, *args)

    def tell(self, answer: dict):
        self.viewer.tell(frame(answer))


def decoded(message: dict) -> dict:
    """The frame as an object; {} when it is none."""
    text = message.get("text")
    if text is None:
        raise Closed(NO_BINARY)
    if len(text) > MAX_FRAME or len(text.encode(errors="replace")) > MAX_FRAME:
        raise Closed(TOO_BIG)
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def asked(query: bytes) -> tuple[int | None, str]:
    """(the last number the client has, the id of its page) from ?after=…&page=…"""
    try:
        asked = dict(parse_qsl(query.decode("latin-1"), max_num_fields=MOST_ASKED))
    except ValueError:  # not what our pages ask
        return None, ""
    after, page = asked.get("after", ""), asked.get("page", "")
    is_number = after.isascii() and after.isdecimal() and len(after) < 16
    is_page = page.isascii() and page.isalnum() and 8 <= len(page) <= 32
    return int(after) if is_number else None, page if is_page else ""


def is_number(value) -> bool:
    return type(value) is int and 0 <= value < 2**53
