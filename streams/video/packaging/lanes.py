"""The samples of each track of a take, until a part takes them."""

from collections import deque

from streams.video.errors import BadBox

from .samples import Sample

MAX_TICKS = 0xFFFFFFFF  # that a sample can last: its field has 32 bits


class Lane:
    """One track: its samples in order of decoding, the newest at the end."""

    def __init__(self, scale: int):
        self.scale = scale  # units of the timeline in a tick of the track
        self.queue: deque[Sample] = deque()
        self.last: Sample | None = None
        self._usual = 0  # ticks that the sample before lasted

    @property
    def reach(self) -> int:
        """Until when there is something, as far as the samples say."""
        return self.begin(self.last) + self.length(self.last)

    def begin(self, sample: Sample) -> int:
        return sample.at * self.scale

    def length(self, sample: Sample) -> int:
        return (sample.duration or self._usual) * self.scale

    def push(self, sample: Sample) -> None:
        if self.last is not None:
            lasted = sample.at - self.last.at
            if not 0 <= lasted <= MAX_TICKS:
                raise BadBox("Time runs backwards." if lasted < 0 else "A time is too large.")
            self._usual = lasted or self._usual
            self.last.duration = lasted  # the next sample knows better than its own container
        self.last = sample
        self.queue.append(sample)

    def starts_between(self, begin: int, end: int) -> bool:
        return any(begin <= self.begin(sample) < end for sample in self.queue)

    def last_start(self, limit: int) -> int:
        """When the last sample begins that begins by then; 0 if there is none."""
        starts = (self.begin(sample) for sample in reversed(self.queue))
        return next((start for start in starts if start <= limit), 0)

    def take(self, end: int, *, keep: int = 0) -> list[Sample]:
        """The samples that begin before `end`; the newest `keep` stay."""
        taken = []
        while len(self.queue) > keep and self.begin(self.queue[0]) < end:
            taken.append(self.queue.popleft())
        return taken

    def drop(self, end: int) -> None:
        """Forget what is over by then."""
        while self.queue and self.begin(self.queue[0]) + self.length(self.queue[0]) <= end:
            self.queue.popleft()
