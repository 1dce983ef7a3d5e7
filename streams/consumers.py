"""One viewer's socket: the room comes down, talk goes up. No rules, no queries."""

import asyncio
import json
import logging

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from livecommerce import signed_in, visitors
from livecommerce.errors import DomainError
from streams import chat, presence, rooms

NOT_FOUND, NOT_ALLOWED, TOO_BIG, NO_BINARY = 4404, 4403, 1009, 1003
logger = logging.getLogger(__name__)


class RoomConsumer(AsyncWebsocketConsumer):
    """docs/protocol.md describes every frame."""

    show = None
    is_counted = False
    watching: asyncio.Task | None = None

    async def connect(self):
        self.show = await database_sync_to_async(rooms.find)(
            self.scope["url_route"]["kwargs"]["slug"]
        )
        await self.accept()
        if self.show is None:
            await self.close(NOT_FOUND)
            return
        visitor = visitors.read(self.scope["cookies"].get(visitors.COOKIE)) or self.channel_name
        self.speaker = await database_sync_to_async(rooms.speaker)(
            self.show, self.scope["user"], visitor
        )
        is_staff = self.speaker.role != "guest"
        for group in rooms.groups(self.show, at_desk=self.speaker.role == "host"):
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups.append(group)
        if is_staff:  # at work, not watching: no viewer
            self.watching = asyncio.create_task(self.watch())
        else:
            presence.enter(self.show.pk)
            self.is_counted = True
        # Joined before reading: a fact that races the answer comes twice, never not at all.
        if (seq := self.asked_for()) is None:
            await self.send_frame(await database_sync_to_async(rooms.snapshot)(self.show))
        else:
            await self.send_frame(await database_sync_to_async(rooms.catch_up)(self.show, seq))

    async def disconnect(self, code):
        if self.is_counted:
            presence.leave(self.show.pk)
        if self.watching:
            self.watching.cancel()

    async def watch(self):
        """Let go of staff who left the shop, or themselves: they may come back as who they are."""
        speaker = self.speaker
        while speaker == self.speaker:
            await asyncio.sleep(signed_in.EVERY)
            try:
                user = await signed_in.now(self.scope)
                speaker = await database_sync_to_async(rooms.speaker)(self.show, user, "")
            except Exception:  # a database that is away takes nobody's role
                logger.warning("could not look who is in room %s", self.show.pk, exc_info=True)
        await self.close(NOT_ALLOWED)

    async def receive(self, text_data=None, bytes_data=None):
        if text_data is None or len(text_data.encode()) > rooms.MAX_FRAME:
            await self.close(TOO_BIG if text_data else NO_BINARY)
            return
        try:
            frame = json.loads(text_data)
        except (ValueError, RecursionError):
            frame = None
        match frame:
            case {"type": "chat.say", "text": str(text), "nonce": str(nonce)}:
                name = frame.get("name")
                echo = nonce[:64].encode(errors="replace").decode()  # half a letter cannot travel
                await self.say(text, name if isinstance(name, str) else "", echo)
            case {"type": "room.catch_up", "after": seq} if type(seq) is int and 0 <= seq < 2**53:
                await self.send_frame(await database_sync_to_async(rooms.catch_up)(self.show, seq))
            case _:
                await self.send_frame({"type": "error", "code": "bad_frame"})

    async def say(self, text, name, nonce):
        try:
            event = await database_sync_to_async(chat.say)(self.show, self.speaker, text, name)
        except DomainError as refusal:
            await self.send_frame({"type": "error", "nonce": nonce} | refusal.as_dict())
        else:
            await self.send_frame({"type": "chat.said", "nonce": nonce, "seq": event.seq})

    async def room_fact(self, message):
        await self.send_frame(message["fact"])

    async def room_viewers(self, message):
        await self.send_frame(message)

    async def stock_level(self, message):
        await self.send_frame(message)

    async def desk_news(self, message):
        await self.send_frame(message["news"])

    def asked_for(self) -> int | None:
        """The last number the client has, from ?after=…"""
        name, _, value = self.scope["query_string"].decode("latin-1").partition("=")
        return int(value) if name == "after" and value.isdecimal() and len(value) < 16 else None

    async def send_frame(self, frame):
        await self.send(text_data=json.dumps(frame, ensure_ascii=False))
