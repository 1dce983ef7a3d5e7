"""A websocket message that many sockets are to get: encoded once, framed once.

Any ASGI server sends a Frame as the text it is. The servers we ship with know it: they write the
ready-made bytes to the line, or refuse while the line is full (livecommerce/servers). One that
can do so without a coroutine offers a function for it among the extensions of the scope.
"""

import json
from functools import cached_property

PUT = "livecommerce.put"  # extensions[PUT](frame) writes now, or raises Full


class Full(Exception):
    """The reader is behind by so much that this message was not taken."""


class Frame(str):
    """A text message, and its bytes as a server sends them (RFC 6455 §5.2: final, not masked)."""

    @cached_property
    def wire(self) -> bytes:
        body = self.encode()
        size = len(body)
        if size < 126:
            return bytes((0x81, size)) + body
        if size < 1 << 16:
            return b"\x81\x7e" + size.to_bytes(2, "big") + body
        return b"\x81\x7f" + size.to_bytes(8, "big") + body


def dumps(message: dict) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def frame(message: dict) -> Frame:
    return Frame(dumps(message))
