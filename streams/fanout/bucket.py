"""How fast one socket may talk to us, whatever it says."""

import time
from collections.abc import Callable


class Bucket:
    """A token bucket: so many at once, then so many a second."""

    __slots__ = ("_clock", "_left", "_rate", "_room", "_since")

    def __init__(self, room: int, rate: float, clock: Callable[[], float] = time.monotonic):
        self._room, self._rate, self._clock = room, rate, clock
        self._left, self._since = float(room), clock()

    def take(self) -> bool:
        """Take one; whether there was one to take."""
        now = self._clock()
        self._left = min(self._room, self._left + (now - self._since) * self._rate)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
