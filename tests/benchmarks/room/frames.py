"""Websocket bytes as a client writes and reads them (RFC 6455), without a library's cost."""

import base64
import os

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A
END = b"\r\n\r\n"


def request(host: str, path: str, *, cookie: str = "") -> bytes:
    """The opening handshake as a page of the site itself sends it."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Origin: http://{host}",
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame from a client. The mask is zero: allowed, and no work for either side."""
    size = len(payload)
    if size < 126:
        return bytes((opcode, 0x80 | size, 0, 0, 0, 0)) + payload
    return bytes((opcode, 0xFE)) + size.to_bytes(2, "big") + bytes(4) + payload


def head(data: bytes | bytearray) -> tuple[int, int] | None:
    """Where the payload of the first frame begins and ends; None while its head is incomplete."""
    if len(data) < 2:
        return None
    short = data[1]
    if short < 126:
        return 2, 2 + short
    begins = 4 if short == 126 else 10
    if len(data) < begins:
        return None
    return begins, begins + int.from_bytes(data[2:begins], "big")


class Reader:
    """Whole frames out of a stream of bytes."""

    def __init__(self):
        self._data = bytearray()

    def feed(self, data: bytes | memoryview) -> list[tuple[int, bytes]]:
        """(first byte, payload) of each frame that is complete now."""
        self._data += data
        found = []
        while (bounds := head(self._data)) and bounds[1] <= len(self._data):
            found.append((self._data[0], bytes(self._data[bounds[0] : bounds[1]])))
            del self._data[: bounds[1]]
        return found
