"""How a socket ends on the wire: with the codes that docs/protocol.md names.

Daphne gives a consumer's code to Autobahn's door for applications. That knows 1000 and
3000–4999 and raises for all others: the consumer would die without tidying up, and whoever sent
too much would read 1011, or nothing at all, and come back with the same.
"""

from daphne.ws_protocol import WebSocketFactory, WebSocketProtocol

STANDARD = (1001, 1003, 1009, 1011, 1012, 1013)  # RFC 6455 §7.4.1, as far as a server says them


class NamedClose(WebSocketProtocol):
    failByDrop = False  # a message too large, or no UTF-8: a code, not a cut line

    def serverClose(self, code=None):
        if code in STANDARD:
            self.sendCloseFrame(code)
        else:
            super().serverClose(code)


def install() -> None:
    """From now on every socket of this process is closed so."""
    WebSocketFactory.protocol = NamedClose
