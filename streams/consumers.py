"""One viewer's socket: the room comes down, talk goes up. No rules, no queries."""

import json

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from livecommerce import visitors
from livecommerce.errors import DomainError
from streams import chat, presence, rooms

NOT_FOUND, TOO_BIG, NO_BINARY = 4404, 1009, 1003


class RoomConsumer(AsyncWebsocketConsumer):
    """docs/protocol.md describes every frame."""

    show = None
    is_counted = False

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
        for group in rooms.groups(self.show, at_desk=is_staff):
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups.append(group)
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
            case {"type": "room.catch_up", "after": int(seq)} if 0 <= seq < 2**53:
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
