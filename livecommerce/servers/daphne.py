"""Daphne's sockets: ready-made frames go straight to the line, and every close code is said.

Daphne gives a consumer's code to Autobahn's door for applications. That knows 1000 and
3000–4999 and raises for all others: the consumer would die without tidying up, and whoever sent
too much would read 1011, or nothing at all, and come back with the same.

Daphne queues whatever a client sends, for a consumer that may be slower. Who sends too fast is not
read until the consumer has followed: TCP lets the client wait.
"""

from daphne.server import reactor  # the one that Daphne chose
from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

from livecommerce.wire import Frame, Full

STANDARD = (1001, 1003, 1008, 1009, 1011, 1012, 1013)  # RFC 6455 §7.4.1, those a server says
MAX_MESSAGE = 4 * 1024 * 1024  # bytes
QUEUED = 16  # messages that may wait for their consumer
LOOK = 0.02  # seconds between two looks whether it has followed


class RoomSocket(WebSocketProtocol):
    failByDrop = False  # a message too large, or no UTF-8: a code, not a cut line
    maxMessagePayloadSize = MAX_MESSAGE
    is_waited_for = False

    def onMessage(self, payload, isBinary):
        super().onMessage(payload, isBinary)
        if self.application_queue.qsize() > QUEUED and not self.is_waited_for:
            self.is_waited_for = True
            self.transport.pauseProducing()
            self.look()

    def look(self):
        if self.state == self.STATE_CLOSED:
            return
        if self.application_queue.qsize() > QUEUED // 2:
            reactor.callLater(LOOK, self.look)
        else:
            self.is_waited_for = False
            self.transport.resumeProducing()

    def serverSend(self, content, binary=False):
        if not isinstance(content, Frame) or self.state != self.STATE_OPEN:
            super().serverSend(content, binary)
        elif getattr(self.transport, "producerPaused", False):  # its reader does not read
            raise Full
        else:
            _put(self.transport, content.wire)

    def serverClose(self, code=None):
        if code in STANDARD:
            self.sendCloseFrame(code)
        else:
            super().serverClose(code)


def _put(line, data: bytes) -> None:
    """Write at once if nothing waits before it, the rest in the usual way.

    The usual way is the reactor's next round: two more system calls for each viewer and message.
    """
    if getattr(line, "_tempDataLen", None) == 0 and not line.dataBuffer and line.connected:
        sent = line.writeSomeData(data)
        data = data[sent:] if isinstance(sent, int) else data
    if data:
        line.write(data)


def install() -> None:
    """From now on every socket of this process is one of these."""
    WebSocketFactory.protocol = RoomSocket
