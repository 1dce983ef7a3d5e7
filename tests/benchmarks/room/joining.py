"""A socket between its first byte and the first frame it is told."""

import contextlib
import socket
import time

from tests.benchmarks.room import frames

LITTLE = 2048  # bytes of receive buffer for one who never reads
CHUNK = 1 << 18


class Joining:
    """Connects at once and does not block; `deaf` is for one who will never read."""

    def __init__(self, place: int, host: str, path: str, cookie: str, *, deaf: bool):
        self.place, self.deaf, self.began = place, deaf, time.monotonic()
        self.request, self.data = frames.request(host, path, cookie=cookie), b""
        self.socket = socket.socket()
        if deaf:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, LITTLE)
        self.socket.setblocking(False)
        name, _, port = host.partition(":")
        with contextlib.suppress(BlockingIOError):
            self.socket.connect((name, int(port)))

    def hear(self, *, first_frame: bool) -> bytes | None:
        """What follows once the socket has joined; None until then."""
        self.data += self.socket.recv(CHUNK)
        answer, end, rest = self.data.partition(frames.END)
        if end and b" 101 " not in answer.partition(b"\r\n")[0]:
            raise OSError(answer.partition(b"\r\n")[0].decode("latin-1"))
        if not end:
            return None
        if self.deaf or not first_frame:
            return rest
        bounds = frames.head(rest)
        if bounds is None or bounds[1] > len(rest):
            return None
        return rest[bounds[1] :]
