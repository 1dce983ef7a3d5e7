"""The crowd: one process that opens sockets, reads them and counts bytes.

A plain epoll loop. A frame is looked into only on the few sampled sockets; on all others a read
costs one system call and one count of a byte, so that the crowd is not what is measured.
"""

import contextlib
import resource
import select
import socket
import time
from dataclasses import dataclass, field

from tests.benchmarks.room import frames, texts
from tests.benchmarks.room.joining import Joining

AT_ONCE = 64  # handshakes under way
CHUNK = 1 << 18
IN, OUT = select.EPOLLIN, select.EPOLLOUT
GONE = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


@dataclass
class Tally:
    """What came down since the last look."""

    began: float = 0
    cpu: float = 0
    facts: int = 0
    octets: int = 0
    reads: int = 0
    lost: int = 0
    sampled_frames: int = 0
    sampled_facts: int = 0
    delays: list[int] = field(default_factory=list)

    def __post_init__(self):
        self.began, self.cpu = time.monotonic(), _cpu()


class Viewers:
    """Everything the process of the crowd knows; its methods are called through a pipe."""

    def __init__(self, orders):
        self.orders = orders
        self.poll = select.epoll()
        self.poll.register(orders.fileno(), IN)
        self.sockets: dict[int, socket.socket] = {}
        self.plain: dict[int, object] = {}  # file → its recv_into
        self.sampled: dict[int, frames.Reader] = {}
        self.deaf: dict[int, float | None] = {}  # file → when it was closed
        self.joining: dict[int, Joining] = {}
        self.buffer = bytearray(CHUNK)
        self.tally = Tally()

    # ---- orders

    def join(self, host: str, path: str, cookies: list[str], **how) -> dict:
        """Open a socket per cookie; how long until each had what it is told first."""
        first_frame, deaf = how.get("first_frame", False), how.get("deaf", False)
        every, patience = how.get("sample_every", 0), how.get("patience", 60)
        waiting, took, failed, why = list(enumerate(cookies)), [], 0, ""
        began = time.monotonic()
        while waiting or self.joining:
            while waiting and len(self.joining) < AT_ONCE:
                place, cookie = waiting.pop(0)
                new = Joining(place, host, path, cookie, deaf=deaf)
                self.joining[new.socket.fileno()] = new
                self.poll.register(new.socket.fileno(), OUT)
            for file, event in self.poll.poll(0.2):
                new = self.joining.get(file)
                if new is None:
                    self.serve(file, event)
                    continue
                try:
                    if event & OUT:
                        new.socket.sendall(new.request)
                        self.poll.modify(file, IN)
                        continue
                    rest = new.hear(first_frame=first_frame)
                except OSError as error:
                    failed, why = failed + 1, str(error)
                    self.poll.unregister(file)
                    self.joining.pop(file).socket.close()
                    continue
                if rest is not None:
                    took.append(time.monotonic() - new.began)
                    is_sampled = every and new.place % every == 0
                    self.seat(self.joining.pop(file), rest, is_sampled=is_sampled)
            if time.monotonic() - began > patience:
                failed += len(waiting) + len(self.joining)
                why = why or f"not joined within {patience:.0f} s"
                for file, late in self.joining.items():
                    self.poll.unregister(file)
                    late.socket.close()
                self.joining.clear()
                break
        return {
            "joined": len(took),
            "failed": failed,
            "why": why,
            "seconds": time.monotonic() - began,
            "took": took,
        }

    def count(self) -> dict:
        """What came since the last count; the next one begins now."""
        was, self.tally = self.tally, Tally()
        return vars(was) | {
            "seconds": self.tally.began - was.began,
            "cpu": self.tally.cpu - was.cpu,
            "open": len(self.plain) + len(self.sampled),
            "sampled": len(self.sampled),
        }

    def so_far(self) -> dict:
        """As count, but the counting goes on."""
        return {"facts": self.tally.facts, "deaf_closed": list(self.deaf.values())}

    def leave(self) -> None:
        for held in self.sockets.values():
            held.close()
        for kept in (self.sockets, self.plain, self.sampled, self.deaf):
            kept.clear()

    # ---- the loop

    def seat(self, new: Joining, rest: bytes, *, is_sampled: bool) -> None:
        file = new.socket.fileno()
        self.sockets[file] = new.socket
        if new.deaf:
            self.deaf[file] = None
            self.poll.modify(file, select.EPOLLRDHUP)
        elif is_sampled:
            self.sampled[file] = frames.Reader()
            self.look(file, rest)
        else:
            self.plain[file] = new.socket.recv_into

    def run(self) -> None:
        """Serve until the other end of the pipe is closed."""
        plain, buffer, pipe = self.plain, self.buffer, self.orders.fileno()
        count, find = buffer.count, buffer.find
        while True:
            tally = self.tally
            for file, event in self.poll.poll():
                take = plain.get(file)
                if take is None:
                    if file != pipe:
                        self.serve(file, event)
                        continue
                    try:
                        name, words, options = self.orders.recv()
                    except EOFError:
                        return
                    self.orders.send(getattr(self, name)(*words, **options))
                    tally = self.tally
                    continue
                try:
                    size = take(buffer)
                except BlockingIOError:
                    continue
                except OSError:
                    size = 0
                if not size:
                    self.lose(file)
                    continue
                tally.reads += 1
                tally.octets += size
                tally.facts += count(texts.MARK, 0, size)
                if find(frames.PING, 0, size) >= 0:
                    self.answer_ping(file, buffer[:size])

    def serve(self, file: int, event: int) -> None:
        """A socket that is sampled or deaf, or any of them while others are joining."""
        if file in self.deaf:
            if event & GONE and self.deaf[file] is None:
                self.deaf[file] = time.monotonic()
                self.poll.unregister(file)
            return
        if file not in self.sockets:
            return
        try:
            size = self.sockets[file].recv_into(self.buffer)
        except BlockingIOError:
            return
        except OSError:
            size = 0
        if not size:
            self.lose(file)
            return
        data = bytes(memoryview(self.buffer)[:size])
        self.tally.reads += 1
        if file in self.sampled:
            self.look(file, data)
        else:
            self.tally.octets += size
            self.tally.facts += data.count(texts.MARK)
            if frames.PING in data:
                self.answer_ping(file, data)

    def look(self, file: int, data: bytes) -> None:
        """Read a sampled socket frame by frame."""
        self.tally.octets += len(data)
        for first, payload in self.sampled[file].feed(data):
            if first == frames.PING:
                self.sockets[file].send(frames.masked(payload, frames.PONG))
                continue
            found = payload.count(texts.MARK)
            self.tally.facts += found
            self.tally.sampled_facts += found
            self.tally.sampled_frames += bool(found)
            self.tally.delays += texts.delays(payload)

    def answer_ping(self, file: int, data: bytes | bytearray) -> None:
        """A byte like a ping's first was read: answer if it is one, an extra pong does no harm."""
        at = data.find(frames.PING)
        size = data[at + 1] if at + 1 < len(data) else 126
        if size < 126 and at + 2 + size <= len(data):
            payload = bytes(data[at + 2 : at + 2 + size])
            with contextlib.suppress(OSError):
                self.sockets[file].send(frames.masked(payload, frames.PONG))

    def lose(self, file: int) -> None:
        self.tally.lost += 1
        self.plain.pop(file, None)
        self.sampled.pop(file, None)
        self.sockets.pop(file).close()


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def main(orders) -> None:
    """The process: as many files as the machine allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.suppress(KeyboardInterrupt):
        Viewers(orders).run()
