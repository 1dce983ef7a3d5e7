"""Cuts the samples of a take into parts and segments, by their times alone.

The leading track (the video, or the sound where there is none) tells the time; the others ride
along. Parts lie on the timeline without a gap, and each takes the samples that begin in it.
Times are whole numbers here: of units small enough to count every track's ticks in them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from streams.video.errors import BadBox, NoKeyFrames

from .fmp4 import Init
from .lanes import Lane
from .samples import Sample

MAX_SECONDS = 20  # a segment that would last longer is refused, be it for a gap
MAX_HELD = 20_000  # samples; those without length and size would be held without end
EARLY = 0.25  # seconds: cameras are not regular, and a missed cut would double a segment
SHORTEST = 0.85  # of a part that another follows, RFC 8216bis §4.4.4.9
PATIENCE = 1.0  # seconds that sound waits for pictures before it goes on alone
MAX_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Cut:
    """One part, and whether its segment ends with it."""

    start: int
    end: int
    runs: dict[int, list[Sample]]
    has_key: bool
    ends_segment: bool = False


class Timeline:
    """One take, from its first key frame on."""

    def __init__(self, init: Init, *, target: float, part: float):
        self._second = math.lcm(*(track.timescale for track in init.tracks.values()))
        self._zero: int | None = None
        self._segment_start: int | None = None
        self._lanes = {
            number: Lane(self._second // track.timescale) for number, track in init.tracks.items()
        }
        self._is_sound = init.first("video") is None
        leading = init.first("audio" if self._is_sound else "video")
        self._leading = next(n for n, track in init.tracks.items() if track is leading)
        self._lead = self._lanes[self._leading]
        self._riders = [lane for lane in self._lanes.values() if lane is not self._lead]
        self._target = self._units(target if self._is_sound else target - EARLY)
        self._part, self._shortest = self._units(part), math.ceil(part * SHORTEST * self._second)
        self._patience = self._units(PATIENCE)
        self._start = 0  # of the open part

    @property
    def held(self) -> int:
        """How many bytes wait for their part."""
        return sum(len(sample.data) for lane in self._lanes.values() for sample in lane.queue)

    def seconds(self, moment: int) -> float:
        """Since the take's first sample."""
        return (moment - self._zero) / self._second

    def add(self, runs: dict[int, list[Sample]]) -> Iterator[Cut]:
        """Take a fragment's samples; yield the parts that they complete."""
        if self._zero is None:
            self._zero = min(self._lanes[n].begin(run[0]) for n, run in runs.items())
        for number, run in runs.items():
            lane = self._lanes[number]
            # Fragments of one track each arrive one after the other, however long they are.
            self._wait_longer(2 * (lane.begin(run[-1]) - lane.begin(run[0])))
            if lane is not self._lead:
                self._ride(lane, run)
        for number, run in runs.items():
            if self._lanes[number] is self._lead:
                for sample in run:
                    yield from self._lead_on(sample)
        yield from self._go_on_alone()
        if sum(len(lane.queue) for lane in self._lanes.values()) > MAX_HELD:
            raise BadBox("Too many samples at one time.")

    def close(self) -> Iterator[Cut]:
        """Yield what is left, as it is."""
        if self._segment_start is None:
            return
        end = max(lane.reach for lane in self._lanes.values() if lane.last)
        end = max(end, self._start)
        yield from self._tile(end, keep=0, ends=True)
        cut = self._cut(end, keep=0, ends_segment=True)
        if cut.runs or self._start > self._segment_start:
            yield cut

    def _units(self, seconds: float) -> int:
        return int(seconds * self._second)

    def _ride(self, lane: Lane, run: list[Sample]) -> None:
        for sample in run:
            self._bound(lane.begin(sample))
            lane.push(sample)

    def _bound(self, now: int) -> None:
        since = self._zero if self._segment_start is None else self._segment_start
        if now - since > MAX_SECONDS * self._second:
            raise NoKeyFrames(f"No key frame in {MAX_SECONDS} seconds.")

    def _lead_on(self, sample: Sample) -> Iterator[Cut]:
        """The leading track moves on, and time with it."""
        now = self._lead.begin(sample)
        self._bound(now)
        self._lead.push(sample)
        can_begin = self._is_sound or sample.is_key
        if self._segment_start is None:
            self._begin(now) if can_begin else self._lead.queue.clear()
            return
        ends = can_begin and self._can_cut(now)
        yield from self._tile(now, ends=ends)
        if ends:
            yield self._cut(now, ends_segment=True)
            self._segment_start = now
        elif self._is_full(now, sample):
            yield self._cut(now)
        if now < self._start:  # pictures that are always late must not be cut off for ever
            self._wait_longer(self._patience + self._start - now)

    def _begin(self, now: int) -> None:
        self._zero = min(self._zero, now)
        self._segment_start = self._start = now
        for lane in self._riders:
            lane.drop(now - self._part)
        self._wait_longer(self._heard - now)

    def _wait_longer(self, late: int) -> None:
        late = min(late + self._units(PATIENCE), self._units(MAX_PATIENCE))
        self._patience = max(self._patience, late)

    @property
    def _heard(self) -> int:
        return max((lane.begin(lane.last) for lane in self._riders if lane.last), default=0)

    def _can_cut(self, now: int) -> bool:
        is_late = now < self._start or (now == self._start and len(self._lead.queue) > 1)
        return now - self._segment_start >= self._target and not is_late

    def _is_full(self, now: int, sample: Sample) -> bool:
        is_long = now - self._start >= self._shortest and self._is_filled(now, 1)
        return is_long and now + self._lead.length(sample) - self._start > self._part

    def _go_on_alone(self) -> Iterator[Cut]:
        """Pictures that pause must not hold up the sound: it fills parts of its own."""
        if self._segment_start is None:
            return
        now = self._heard - self._patience
        if now > self._lead.begin(self._lead.last):
            yield from self._tile(now)

    def _tile(self, now: int, *, keep: int = 1, ends: bool = False) -> Iterator[Cut]:
        """Parts up to a moment by which everything has arrived, but the last one."""
        while now - self._start > self._part:
            end, kept = self._boundary(now), keep
            spares = len(self._lead.queue) > keep and self._start > self._segment_start
            if ends and spares and self._is_filled(end, keep + 1):
                kept += 1  # the last picture goes into the last part, or that might be empty
            elif ends and not self._starts_between(end, now):
                end = now
            if not self._is_filled(end, kept):
                return
            yield self._cut(end, keep=kept)

    def _boundary(self, now: int) -> int:
        """Where the open part ends: where a sample begins, if one does where it can."""
        limit = self._start + self._part
        for lane in (self._lead, *self._riders):
            if (start := lane.last_start(limit)) >= self._start + self._shortest:
                return start
        # Nothing to fill the next part with: no player takes an empty one.
        is_empty = now - limit >= self._part and not self._starts_between(limit, now)
        return now if is_empty else limit

    def _starts_between(self, begin: int, end: int) -> bool:
        return any(lane.starts_between(begin, end) for lane in self._lanes.values())

    def _is_filled(self, end: int, keep: int) -> bool:
        lanes = [(self._lead, keep), *((lane, 0) for lane in self._riders)]
        return any(
            len(lane.queue) > kept and lane.begin(lane.queue[0]) < end for lane, kept in lanes
        )

    def _cut(self, end: int, *, keep: int = 1, ends_segment: bool = False) -> Cut:
        """Close the open part. The newest picture waits for the next: that tells how long it is."""
        runs = {}
        for number, lane in self._lanes.items() if end > self._start or not keep else ():
            if taken := lane.take(end, keep=keep if lane is self._lead else 0):
                runs[number] = taken
        begins = self._is_sound or any(sample.is_key for sample in runs.get(self._leading, ()))
        cut = Cut(self._start, end, runs, begins, ends_segment)
        self._start = end
        return cut
