"""The naive way: a room as the Channels tutorial teaches it, without sessions or a log."""

import json
import os

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

REDIS = os.environ.get("REDIS_URL")
IN_MEMORY = {"BACKEND": "channels.layers.InMemoryChannelLayer"}
OVER_REDIS = {
    "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
    "CONFIG": {"hosts": [REDIS]},
}
settings.configure(CHANNEL_LAYERS={"default": OVER_REDIS if REDIS else IN_MEMORY})


class ChatConsumer(AsyncWebsocketConsumer):
    async def connect(self):
        self.group = f"chat_{self.scope['url_route']['kwargs']['room']}"
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def receive(self, text_data):
        message = json.loads(text_data)["message"]
        await self.channel_layer.group_send(self.group, {"type": "chat.message", "text": message})

    async def chat_message(self, event):
        await self.send(text_data=json.dumps({"message": event["text"]}))


rooms = URLRouter([path("room/<slug:room>/", ChatConsumer.as_asgi())])
application = ProtocolTypeRouter({"websocket": rooms})
