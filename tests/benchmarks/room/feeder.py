"""The one who talks: a websocket that says a text and hears it come back with the others'."""

import select
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from tests.benchmarks.room import frames, texts

PATIENCE = 20  # seconds for the handshake
STALL = 5  # seconds of silence after which what is under way counts as lost
CHUNK = 1 << 18


class Feeder:
    """`wrap` makes what this server takes out of a text; `heard` counts what came back."""

    def __init__(self, host: str, path: str, wrap: Callable[[str], str], *, cookie: str = ""):
        self.wrap = wrap
        self.said = self.heard = 0
        self.refusals: list[str] = []
        self._reader, self._unsent = frames.Reader(), b""
        name, _, port = host.partition(":")
        self._socket = socket.create_connection((name, int(port)), timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(frames.request(host, path, cookie=cookie))
        answer = b""
        while frames.END not in answer:
            piece = self._socket.recv(CHUNK)
            if not piece:
                raise OSError("the server closed before it answered")
            answer += piece
        if b" 101 " not in answer.partition(b"\r\n")[0]:
            raise OSError(answer.partition(b"\r\n")[0].decode("latin-1"))
        self._socket.setblocking(False)
        self._take(answer.partition(frames.END)[2])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def at_rate(self, per_second: float, seconds: float, *, size: int = texts.SIZE) -> int:
        """Say so many a second, evenly; how many were said."""
        began, count = time.monotonic(), round(per_second * seconds)
        for number in range(count):
            self._listen(began + number / per_second)
            self._say(texts.text(size))
        self._listen(began + seconds)
        return count

    def flat_out(self, seconds: float, *, window: int, together: int = 1) -> int:
        """Keep `window` texts under way, for so long; how many were said."""
        was, lost = self.said, self.said - self.heard
        heard, heard_at = self.heard, time.monotonic()
        end = heard_at + seconds
        while (now := time.monotonic()) < end:
            if self.heard != heard:
                heard, heard_at = self.heard, now
            elif now - heard_at > STALL:
                lost, heard_at = self.said - self.heard, now
            while self.said - self.heard - lost + together <= window and not self._unsent:
                self._say(texts.bundle(together))
            self._listen(min(end, now + 0.5), once=True)
        return self.said - was

    def _say(self, text: str) -> None:
        self.said += text.count(texts.MARK.decode())
        self._send(frames.masked(self.wrap(text).encode()))

    def _send(self, data: bytes) -> None:
        self._unsent += data
        with suppress(BlockingIOError):  # the server does not read: the rest goes later
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]

    def _listen(self, until: float, *, once: bool = False) -> None:
        while (left := until - time.monotonic()) > 0:
            writing = [self._socket] if self._unsent else []
            readable, writable, _ = select.select([self._socket], writing, [], left)
            if writable:
                self._send(b"")
            if readable:
                self._receive()
            if once:
                return

    def _receive(self) -> None:
        try:
            data = self._socket.recv(CHUNK)
        except BlockingIOError:
            return
        if not data:
            raise OSError("the server closed the one who talks")
        self._take(data)

    def _take(self, data: bytes) -> None:
        for first, payload in self._reader.feed(data):
            if first == frames.PING:
                self._send(frames.masked(payload, frames.PONG))
            elif first == frames.CLOSE:
                raise OSError(f"the server closed the one who talks: {payload!r}")
            elif b'"error"' in payload:
                self.refusals.append(payload.decode())
            else:
                self.heard += payload.count(texts.MARK)
