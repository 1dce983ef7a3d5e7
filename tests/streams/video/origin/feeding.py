"""A window as an intake would feed it: segments of made-up bytes, part by part."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from streams.video.origin.window import Window, init_path, segment_path
from streams.video.packaging import packager

BEGAN = datetime(2026, 7, 24, 18, 0, tzinfo=UTC)
PART = 0.3


class Feeder:
    """One take after another into a window."""

    def __init__(self, window: Window, *, began: datetime = BEGAN):
        self.window, self.now = window, began
        self.take = ""

    def begin(self, *, key: str = "", is_gap: bool = False) -> str:
        self.take, self.number, self.index, self.seconds = key or str(uuid4()), 0, 0, 0.0
        self.opened, self.opened_at = 0.0, self.now
        init = packager.Init(b"init " + self.take.encode(), "avc1.4d401f,mp4a.40.2", 720, 1280)
        self.window.begin(self.take, init, is_gap=is_gap)
        return self.take

    def part(self, duration: float = PART) -> bytes:
        data = f"{self.take} {self.number}.{self.index};".encode()
        if self.index == 0:
            self.opened, self.opened_at = self.seconds, self.now
        self.window.add_part(
            packager.Part(
                self.number, self.index, self.seconds, duration, data, independent=not self.index
            ),
            self.now,
        )
        self.index += 1
        self.seconds += duration
        self.now += timedelta(seconds=duration)
        return data

    def cut(self) -> int:
        """Close the open segment; answers its sequence."""
        parts = [self.window.part(self.take, self.number, each) for each in range(self.index)]
        segment = packager.Segment(
            number=self.number,
            start=self.opened,
            duration=self.seconds - self.opened,
            data=b"".join(parts),
            parts=len(parts),
        )
        sequence = self.window.add_segment(segment, self.opened_at)
        self.number, self.index = self.number + 1, 0
        return sequence

    def segment(self, parts: int = 6, *, is_stored: bool = True) -> int:
        for _ in range(parts):
            self.part()
        path = self.path
        sequence = self.cut()
        if is_stored:
            self.window.stored(path)
        return sequence

    @property
    def path(self) -> str:
        """Of the open segment."""
        return segment_path(self.take, self.number)

    @property
    def init(self) -> str:
        return init_path(self.take)


def fed(slug: str = "show", *, segments: int = 3, **options) -> Feeder:
    """A window on its first take, with so many segments."""
    feeder = Feeder(Window(slug, **options))
    feeder.begin()
    for _ in range(segments):
        feeder.segment()
    return feeder
