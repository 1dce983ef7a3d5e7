"""Tells when a picture was seen, from when its bytes arrived."""

from collections import deque
from datetime import datetime, timedelta

WINDOW = 60  # seconds: the smallest delay in them counts, whatever stalls and bursts there were
SLEW = 0.002  # seconds in a second: nobody sees that, and it is ten times what clocks drift


class Clock:
    """The wall clock of a take whose first sample was seen at `zero`.

    Bytes arrive late, never early, so the smallest delay tells the time best; where the clocks of
    camera and server drift apart, it drifts with them. What the way takes even at its best is for
    the caller to take off. Media times are in seconds of the take.
    """

    def __init__(self, zero: datetime):
        self._zero = zero
        self._heard: deque[tuple[int, float]] = deque()  # (second of the media, least delay in it)
        self._media = 0.0  # the latest that was asked for
        self._shift = 0.0  # what is added there

    def hear(self, media: float, now: datetime) -> None:
        """The media up to here was on its way by now, at the latest."""
        second = int(media)
        late = (now - self._zero).total_seconds() - media
        if self._heard and self._heard[-1][0] >= second:
            second, least = self._heard.pop()
            late = min(late, least)
        self._heard.append((second, late))
        while second - self._heard[0][0] > WINDOW:
            self._heard.popleft()

    def at(self, media: float) -> datetime:
        """When this moment of the media was seen: EXT-X-PROGRAM-DATE-TIME."""
        step = SLEW * max(media - self._media, 0)
        if self._heard:
            wanted = min(late for _, late in self._heard) - self._shift
            self._shift += max(-step, min(step, wanted))
        self._media = max(media, self._media)
        return self._zero + timedelta(seconds=media + self._shift)
