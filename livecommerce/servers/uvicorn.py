"""Uvicorn's sockets (uvicorn --ws livecommerce.servers.uvicorn:RoomSocket …).

Ready-made frames go straight to the line. Who does not read is cut off: a plain close would wait
for ever behind what was never read.
"""

import socket
import struct
from contextlib import suppress

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from livecommerce.wire import PUT, Frame, Full

AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: what was not read is thrown away
NO_TEXT = 1007


class RoomSocket(WebSocketsSansIOProtocol):
    async def run_asgi(self):
        self.scope["extensions"][PUT] = self.put
        await super().run_asgi()

    def put(self, frame: Frame):
        if not self.writable.is_set():
            raise Full
        if not self.close_sent:
            self.transport.write(frame.wire)

    async def send(self, message):
        if message["type"] == "websocket.close" and not self.writable.is_set():
            self.cut()
        else:
            await super().send(message)

    def keepalive_timeout(self):
        super().keepalive_timeout()
        self.cut()

    def shutdown(self):
        super().shutdown()
        if not self.writable.is_set():
            self.cut()

    def send_receive_event_to_app(self):
        """A message is complete. No UTF-8 is no fault of ours: a code, and no traceback."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(NO_TEXT)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()

    def cut(self):
        """Abort alone would leave the system with all that is on its way to a deaf reader."""
        with suppress(OSError):  # it is gone
            line = self.transport.get_extra_info("socket")
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.transport.abort()
