"""One open socket as its room's hub sees it: what it has, and whether it can take more."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from types import coroutine

from livecommerce.wire import Frame, Full

SLOW = 20  # seconds behind until a socket is closed
MOST_OWED = 50  # answers kept for one who does not read


class Viewer:
    """A socket that is offered frames and never waited for.

    `seq` is the last fact it has (None: it needs a snapshot), `levels` the version of the levels.
    """

    __slots__ = (
        *("author", "is_desk", "is_staff", "levels", "owed", "page", "put", "send", "seq"),
        *("_behind", "_is_closed", "_on"),
    )

    def __init__(
        self,
        send: Callable[[dict], Awaitable],
        author: str,
        *,
        page: str = "",
        is_staff: bool = False,
        is_desk: bool = False,
        put: Callable[[Frame], None] | None = None,
    ):
        self.send, self.author, self.page = send, author, page
        self.put = put  # the server's own way with a ready-made frame, if it has one
        self.is_staff, self.is_desk = is_staff, is_desk
        self.seq: int | None = None
        self.levels = 0
        self.owed: deque[Frame] | None = None  # what is for this one alone
        self._behind: float | None = None  # since when
        self._on: asyncio.Task | None = None  # a send the server has not finished
        self._is_closed = False

    def tell(self, frame: Frame) -> None:
        """Hand over what is for this viewer alone and is not repeated: later, if not now."""
        if self.owed or not self.offer(frame):
            self.owed = self.owed or deque(maxlen=MOST_OWED)
            self.owed.append(frame)

    def pay(self) -> bool:
        """Hand over what is owed, before anything new; whether nothing is owed any more."""
        while self.owed and self.offer(self.owed[0]):
            self.owed.popleft()
        return not self.owed

    def offer(self, frame: Frame) -> bool:
        """Hand a frame to the server if it takes it at once; whether it was taken."""
        if self._on is not None or self._is_closed:
            return False
        try:
            (self.put or self._step)(frame)
        except Full:
            self._fall_behind()
            return False
        except Exception:  # the line broke: its own consumer hears of it, the others never do
            self._is_closed = True
            return False
        if self._on is None:
            self._behind = None
        return True

    def _step(self, frame: Frame) -> None:
        """Any server's `send`, stepped by hand: a task for each viewer and message would cost more.

        Only when the server wants to wait does it get a task to wait in.
        """
        going = self.send({"type": "websocket.send", "text": frame}).__await__()
        try:
            waiting = next(going)
        except StopIteration:
            return
        self._fall_behind()
        self._on = asyncio.ensure_future(_rest(going, waiting))
        self._on.add_done_callback(self._went)

    def is_slow(self) -> bool:
        """Whether it is behind for so long that it had better come back later."""
        is_over = self._behind is not None and time.monotonic() - self._behind > SLOW
        return is_over and not self._is_closed

    def stop(self) -> None:
        """It is offered nothing more."""
        self._is_closed = True
        if self._on is not None:
            self._on.cancel()

    async def close(self, code: int) -> None:
        self.stop()
        await self.send({"type": "websocket.close", "code": code})

    def _fall_behind(self) -> None:
        if self._behind is None:
            self._behind = time.monotonic()

    def _went(self, task: asyncio.Task) -> None:
        self._on = self._behind = None
        if not task.cancelled():
            task.exception()  # a socket that broke says so to its own consumer
        self.pay()


@coroutine
def _rest(going: Generator, waiting) -> Generator:
    """Go on with a send that was begun outside of any task."""
    while True:
        yield waiting
        try:
            waiting = next(going)
        except StopIteration:
            return
