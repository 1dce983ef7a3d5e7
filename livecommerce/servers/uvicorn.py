"""Uvicorn's sockets (uvicorn --ws livecommerce.servers.uvicorn:RoomSocket …).

Ready-made frames go straight to the line. Who does not read is cut off: a plain close would wait
for ever behind what was never read.
"""

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from livecommerce.wire import Frame, Full


class RoomSocket(WebSocketsSansIOProtocol):
    async def send(self, message):
        text = message.get("text")
        if isinstance(text, Frame) and self.handshake_complete and not self.close_sent:
            if not self.writable.is_set():
                raise Full
            self.transport.write(text.wire)
        elif message["type"] == "websocket.close" and not self.writable.is_set():
            self.transport.abort()
        else:
            await super().send(message)

    def keepalive_timeout(self):
        super().keepalive_timeout()
        self.transport.abort()
