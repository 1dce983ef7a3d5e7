"""Our application, with one more door for the benchmark: /ws/talk/SLUG/.

Behind it is a room's own socket; only, it may talk faster than a person may, and does not wait for
one answer before it says the next thing. What is said goes the same way: judged, numbered, stored.
"""

import asyncio
from math import inf

from channels.routing import URLRouter
from django.urls import path

from livecommerce.asgi import application as product
from livecommerce.origins import OwnOriginOnly
from livecommerce.signed_in import SignedIn
from streams.consumers import RoomConsumer
from streams.fanout.bucket import Bucket

PREFIX = "/ws/talk/"


class TalkConsumer(RoomConsumer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.underway = set()

    async def hear(self, message):
        self.pace = Bucket(inf, inf)
        task = asyncio.create_task(super().hear(message))
        self.underway.add(task)
        task.add_done_callback(self.underway.discard)


talk = path("ws/talk/<slug:slug>/", TalkConsumer.as_asgi())
door = OwnOriginOnly(SignedIn(URLRouter([talk])))


async def application(scope, receive, send):
    chosen = door if scope.get("path", "").startswith(PREFIX) else product
    await chosen(scope, receive, send)
