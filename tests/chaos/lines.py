"""Bare TCP lines to a room, for those who do not keep to the rules."""

import json
import os
import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from livecommerce import visitors

PATIENCE = 10  # seconds for an answer
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10  # RFC 6455 §5.2
GONE = select.POLLHUP | select.POLLRDHUP | select.POLLERR


def knock(
    web, slug: str, *, window: int | None = None, **headers: str
) -> tuple[socket.socket, int]:
    """A line, and the status its handshake was answered with. A header that is "" is left out.

    `window`: so many bytes may be under way to us.
    """
    line = socket.socket()
    if window:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)  # before the handshake of TCP
    line.settimeout(PATIENCE)
    line.connect(("127.0.0.1", web.port))
    said = {
        "Host": web.host,
        "Origin": f"http://{web.host}",
        "Cookie": f"{visitors.COOKIE}={visitors.cookie_for('zoe')}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    } | headers
    lines = [f"{name}: {value}" for name, value in said.items() if value]
    request = "\r\n".join([f"GET /ws/live/{slug}/ HTTP/1.1", *lines, "", ""])
    line.sendall(request.encode("latin-1"))
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = line.recv(1)  # not a byte of what follows
        assert piece, f"no answer but {answer!r}"
        answer += piece
    return line, int(answer.split()[1])


def joined(web, slug: str, **how) -> socket.socket:
    line, status = knock(web, slug, **how)
    assert status == 101
    return line


def framed(payload: bytes, *, first: int = 0x81, is_masked: bool = True) -> bytes:
    """A frame as RFC 6455 §5.2 has it; `first` is its first byte: final, text."""
    size = len(payload)
    if size < 126:
        length = bytes([size])
    elif size < 1 << 16:
        length = b"\x7e" + size.to_bytes(2, "big")
    else:
        length = b"\x7f" + size.to_bytes(8, "big")
    if not is_masked:
        return bytes([first]) + length + payload
    mask = os.urandom(4)
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
    masked = masked.to_bytes(size, "big")
    return bytes([first, length[0] | 0x80]) + length[1:] + mask + masked


def frames(line: socket.socket) -> Iterator[tuple[int, bytes]]:
    """(opcode, payload) of all that comes down, until the line ends."""
    with suppress(OSError):
        while head := _exactly(line, 2):
            size = head[1] & 0x7F
            if size > 125:
                size = int.from_bytes(_exactly(line, 2 if size == 126 else 8), "big")
            yield head[0] & 0x0F, _exactly(line, size)


def closed_with(line: socket.socket) -> int | None:
    """The code of the close frame that ends this line; None if it just ends."""
    return next(
        (int.from_bytes(payload[:2], "big") for code, payload in frames(line) if code == CLOSE),
        None,
    )


def answer(line: socket.socket) -> dict:
    """The next thing the room says that is neither facts nor levels."""
    for code, payload in frames(line):
        said = json.loads(payload) if code == TEXT else {"type": f"opcode {code}"}
        if said["type"] not in ("room.snapshot", "room.facts", "room.levels"):
            return said
    raise AssertionError("the line ended without an answer")


def _exactly(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = line.recv(size - len(data))
        if not piece:
            return b""
        data += piece
    return data


def until_cut(lines: Sequence[socket.socket], seconds: float) -> list[float]:
    """Nothing is read; after how many seconds each was cut, for those that were."""
    began, after = time.monotonic(), []
    poll = select.poll()
    for line in lines:
        poll.register(line, select.POLLRDHUP)
    while len(after) < len(lines) and (left := began + seconds - time.monotonic()) > 0:
        for file, event in poll.poll(left * 1000):
            if event & GONE:
                after.append(time.monotonic() - began)
                poll.unregister(file)
    return after
