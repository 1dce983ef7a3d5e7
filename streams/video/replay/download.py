"""The whole replay as one MP4: its takes joined, nothing encoded again."""

import os
from collections.abc import Iterator
from tempfile import TemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage

from streams.models import Extra, Segment
from streams.video import ffmpeg
from streams.video.replay import claims, extras, recording, running, shown

REWRITE = 900  # seconds in which the finished file is turned round, index first
PER_SECOND = 0.5  # CPU seconds for each second of media
WORDS = "The file to download could not be made."


def make(extra: Extra) -> None:
    """Claim, join, publish."""
    with claims.claimed(extra, WORDS) as claim, TemporaryFile() as made:
        path = extras.begin(extra, "show.mp4")
        rows = list(shown.only(extra.show, recording.source(extra.show)))
        running.finish(
            ffmpeg.download(made.fileno()),
            _joined(rows, claim),
            cpu=_cpu(rows),
            files=[made.fileno()],
            quiet=REWRITE,
            beat=claim.beat,
        )
        size = made.seek(0, os.SEEK_END)
        made.seek(0)
        default_storage.save(path, _Watched(made, claim))
        claim.done(size=size)


def _joined(rows: list[Segment], claim: claims.Claim) -> Iterator[bytes]:
    """Each take as a stretch of one stream, where the one before it ended."""
    total, begins = sum(row.duration for row in rows), 0.0
    for take in recording.by_take(rows):
        yield from running.run(
            ffmpeg.stretch(begins=begins), _counted(take, begins, total, claim), cpu=_cpu(take)
        )
        begins += sum(row.duration for row in take)


def _counted(take: list[Segment], begins: float, total: float, claim) -> Iterator[bytes]:
    fed = begins
    for number, piece in enumerate(recording.pieces(take)):
        yield piece
        fed += take[number - 1].duration if number else 0
        claim.share = 0.9 * fed / max(total, 0.001)


def _cpu(rows: list[Segment]) -> float:
    return 120 + PER_SECOND * sum(row.duration for row in rows)


class _Watched(File):
    """The file on its way to the storage: each piece of it is a sign of life."""

    def __init__(self, file, claim: claims.Claim):
        super().__init__(file, name="show.mp4")
        self.claim = claim

    def read(self, *size):
        self.claim.beat()
        return self.file.read(*size)
