"""What one process holds of a live show: its playlist, and who waits for it to go on.

One event loop, no locks, no I/O. Numbers: `sequence` counts a show's segments over all takes,
`number` those of one take, `index` the parts of one segment.
"""

import asyncio
import gzip
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from livecommerce.media import address
from streams.video.origin.shelf import KEPT, Shelf
from streams.video.packaging import packager, playlist

TARGET = 2  # seconds, EXT-X-TARGETDURATION
PART_TARGET = 0.334  # seconds
PATIENCE = 3  # target durations that a request may wait, RFC 8216bis §6.2.5.2
SHORTEST = 30  # seconds of rewind window: players need three target durations, §6.2.2
AHEAD = 2  # segments that may be asked for before there are any, §6.2.5.2
PARTS_AHEAD = 9  # 3 seconds of parts, the Advance Part Limit of §6.2.5.2


class Window:
    """A live show in this process, from the start of its rewind window to the open part."""

    def __init__(
        self,
        slug: str,
        *,
        first_sequence: int = 0,
        first_discontinuity: int = 0,
        past: Sequence[playlist.Entry] = (),
        rewind: float = 1800,
    ):
        self.slug, self.rewind = slug, max(rewind, SHORTEST)
        self.target = TARGET
        self.is_over = False
        self.takes = {str(entry.take) for entry in past}
        self._first, self._first_discontinuity = first_sequence, first_discontinuity
        self._entries: deque[playlist.Entry] = deque()
        self._seconds = 0.0
        self._shelf = Shelf()
        self._take: str | None = None
        self._number = 0  # of the open segment in its take
        self._late = 0  # segments that came after the end
        self._open: list[playlist.PartEntry] = []
        self._opened: tuple[float, datetime] | None = None
        self._texts: dict[tuple[bool, bool], bytes] = {}
        self._change = asyncio.Event()
        for entry in past:
            self._append(entry)

    # What comes in

    def begin(self, take_key: str, init: packager.Init, *, is_gap: bool = False) -> None:
        """A take begins; viewers see it with its first part. `is_gap`: something is missing."""
        self.lose()
        if is_gap and self._entries:
            self._append(gap_after(self._entries[-1], self.slug, self.next_sequence))
        self._take, self._number = take_key, 0
        self.takes.add(take_key)
        self._shelf.put_init(init_path(take_key), init.data)

    def add_part(self, part: packager.Part, at: datetime) -> None:
        """A part of the open segment; wakes those who wait. `at` is its wall clock."""
        if self.is_over:
            return
        self._number = part.segment
        self._opened = self._opened or (part.start, self._not_before(at))
        self._shelf.put_part(self._take, part.segment, part.data)
        uri = f"/hls/{self.slug}/{self._take}/{part.segment}.{part.index}.m4s"
        self._open.append(playlist.PartEntry(uri, part.duration, part.independent))
        self._widen(sum(each.duration for each in self._open))
        self._wake()

    def add_segment(self, segment: packager.Segment, at: datetime) -> int:
        """The open segment is closed; answers its sequence number in the show."""
        if self.is_over:  # it belongs to the replay: an ended playlist stays, §6.2.1
            self._late += 1
            return self.next_sequence - 1 + self._late
        path = segment_path(self._take, segment.number)
        self._shelf.put_segment(self._take, segment.number, path, segment.data)
        self._append(
            playlist.Entry(
                uri=address(path),
                duration=segment.duration,
                at=self._opened[1] if self._opened else self._not_before(at),
                take=self._take,
                init_uri=address(init_path(self._take)),
                parts=tuple(self._open),
            )
        )
        self._open, self._opened, self._number = [], None, segment.number + 1
        self._widen(segment.duration)
        self._wake()
        return self.next_sequence - 1

    def lose(self) -> tuple[packager.Segment, int] | None:
        """The take is over. What parts the open segment has are all of it: nothing is taken back.

        Answers that segment and its sequence, for storage.
        """
        last = None
        if self._open:
            start, at = self._opened
            segment = packager.Segment(
                number=self._number,
                start=start,
                duration=sum(part.duration for part in self._open),
                data=self._shelf.taken(self._take, self._number),
                parts=len(self._open),
            )
            last = segment, self.add_segment(segment, at)
        if self._take:
            self._take = None
            self._wake()  # the part that was hinted at will not come
        return last

    def end(self) -> None:
        """The show is over: EXT-X-ENDLIST."""
        self.lose()
        self.is_over = True
        self._wake()

    def stored(self, path: str) -> None:
        """Storage has this segment; memory may forget it."""
        self._shelf.stored(path)

    def give_up(self, path: str) -> None:
        """Storage will never have this segment: who rewinds is told to step over it."""
        uri = address(path)
        for place, entry in enumerate(self._entries):
            if entry.uri == uri:
                self._entries[place] = replace(entry, is_gap=True, parts=())
                self._wake()
        self._shelf.stored(path)

    # What goes out

    @property
    def next_sequence(self) -> int:
        """The number of the open segment, or of the next to come."""
        return self._first + len(self._entries)

    @property
    def is_receiving(self) -> bool:
        return self._take is not None

    @property
    def until(self) -> datetime | None:
        """The wall clock at which the last segment ends: a new take begins no earlier."""
        if not self._entries:
            return None
        return self._entries[-1].at + timedelta(seconds=self._entries[-1].duration)

    @property
    def unstored(self) -> int:
        """Bytes that storage does not have yet."""
        return self._shelf.unstored

    @property
    def is_empty(self) -> bool:
        return not self._entries and not self._open

    @property
    def first_playable(self) -> int:
        """Players want a whole segment in the first playlist they see."""
        return self._first

    def has(self, sequence: int, part: int | None) -> bool:
        """Whether the playlist names this segment, or this part of it or one after it."""
        last = self.next_sequence - 1
        if sequence > last:
            return sequence == last + 1 and part is not None and part < len(self._open)
        if sequence < last or part is None or part < len(self._entries[-1].parts):
            return True
        return bool(self._open)  # beyond its last part: the first of the next, §6.2.5.2

    def is_too_far(self, sequence: int, part: int | None) -> bool:
        if sequence > self.next_sequence - 1 + AHEAD:
            return True
        if part is None or sequence < self.next_sequence:
            return False
        there = len(self._open) if sequence == self.next_sequence else 0
        return part > there + PARTS_AHEAD

    async def wait(self, sequence: int, part: int | None) -> None:
        """Until the playlist names it, or the show is over, or three target durations passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE * self.target):
                while not self.is_over and not self.has(sequence, part):
                    await self._change.wait()

    async def wait_for_part(self, take_key: str, number: int, index: int) -> bytes | None:
        """A part; the one that is hinted at is waited for. None if it will not come."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE * self.target):
                while self.is_hinted(take_key, number, index):
                    await self._change.wait()
        return self.part(take_key, number, index)

    def text(self, *, skip: bool) -> bytes:
        """The playlist, made once for all who ask until it changes."""
        if (skip, False) not in self._texts:
            self._texts[skip, False] = self._write(skip)
        return self._texts[skip, False]

    def packed(self, *, skip: bool) -> bytes:
        """The playlist, gzipped once for all."""
        if (skip, True) not in self._texts:
            self._texts[skip, True] = gzip.compress(self.text(skip=skip), 1, mtime=0)
        return self._texts[skip, True]

    def part(self, take_key: str, number: int, index: int) -> bytes | None:
        return self._shelf.part(take_key, number, index)

    def segment(self, path: str) -> bytes | None:
        return self._shelf.segment(path)

    def init(self, path: str) -> bytes | None:
        return self._shelf.init(path)

    # Within

    def _write(self, skip: bool) -> bytes:
        hint, take = None, self._take or ""
        # Before a take's first part its init is not announced, so nothing of it is hinted at.
        if take and (self._open or (self._entries and self._entries[-1].take == take)):
            hint = f"/hls/{self.slug}/{take}/{self._number}.{len(self._open)}.m4s"
        return playlist.live(
            self._entries,
            self._open,
            take=take,
            init_uri=address(init_path(take)),
            hint_uri=hint,
            target=self.target,
            part_target=PART_TARGET,
            first_sequence=self._first,
            first_discontinuity=self._first_discontinuity,
            ended=self.is_over,
            skip=skip,
            at=self._opened[1] if self._opened else None,
        ).encode()

    def is_hinted(self, take_key: str, number: int, index: int) -> bool:
        here = (self._take, self._number, len(self._open))
        return not self.is_over and here == (take_key, number, index)

    def _not_before(self, at: datetime) -> datetime:
        """A clock that is set anew with a take must not run backwards."""
        return max(at, self._entries[-1].at) if self._entries else at

    def _append(self, entry: playlist.Entry) -> None:
        self._entries.append(entry)
        self._seconds += entry.duration
        if len(self._entries) > KEPT:
            old = self._entries[-KEPT - 1]
            self._entries[-KEPT - 1] = replace(old, parts=()) if old.parts else old
        while self._seconds - self._entries[0].duration > self.rewind:
            gone = self._entries.popleft()
            self._seconds -= gone.duration
            self._first += 1
            self._first_discontinuity += gone.take != self._entries[0].take

    def _widen(self, seconds: float) -> None:
        """§4.4.3.1. It should stay; a camera with rare key frames leaves no choice."""
        self.target = max(self.target, int(seconds + 0.5))

    def _wake(self) -> None:
        self._texts.clear()
        change, self._change = self._change, asyncio.Event()
        change.set()


def init_path(take_key: str) -> str:
    return f"takes/{take_key}/source/init.mp4"


def segment_path(take_key: str, number: int) -> str:
    return f"takes/{take_key}/source/{number:06d}.m4s"


def gap_after(last: playlist.Entry, slug: str, sequence: int) -> playlist.Entry:
    """A segment that nobody can have."""
    return replace(
        last,
        uri=f"/hls/{slug}/gap-{sequence}.m4s",
        duration=float(TARGET),
        at=last.at + timedelta(seconds=last.duration),
        parts=(),
        is_gap=True,
    )
