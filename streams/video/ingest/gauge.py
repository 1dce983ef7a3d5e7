"""How a take is doing, in figures for the one who sends it."""

from collections import deque
from time import monotonic

from streams.video.packaging import packager

RECENT = 8  # parts that a rate is measured by


class Gauge:
    def __init__(self):
        self.parts = self.segments = 0
        self.seconds = 0.0  # of picture
        self._first = 0.0  # when the take's zero was, by the clock that never jumps
        self._recent: deque[packager.Part] = deque(maxlen=RECENT)

    def take(self, part: packager.Part) -> None:
        self.seconds = part.start + part.duration
        if not self.parts:
            self._first = monotonic() - self.seconds
        self.parts += 1
        self._recent.append(part)

    @property
    def early(self) -> float:
        """Seconds by which the picture is ahead of life since its first part."""
        return self.seconds - (monotonic() - self._first) if self.parts else 0.0

    @property
    def bitrate(self) -> int:
        """Bits a second of late."""
        seconds = sum(part.duration for part in self._recent)
        size = sum(len(part.data) for part in self._recent)
        return round(size * 8 / seconds) if seconds else 0
