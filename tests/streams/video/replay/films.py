"""Films as merchants send them, and as those do who mean no good."""

import subprocess
from pathlib import Path

from django.core.files.storage import default_storage

from streams.models import Show, Upload
from streams.video import ffmpeg
from streams.video.replay import uploading


def upload(show: Show, data: bytes) -> Upload:
    """Send it slice by slice, as the page does."""
    ticket = uploading.begin(show, len(data))
    for number in range(ticket.slices):
        begins = number * uploading.SLICE
        uploading.take(ticket, number, data[begins : begins + uploading.SLICE])
    return uploading.finish(ticket, _silent)


class _silent:  # noqa: N801
    """A bell that nobody hears."""

    name = "silent"

    @staticmethod
    def delay():
        pass


def film(path: Path, *options: str, seconds: float = 3, size="320x180", rate="25") -> bytes:
    """A test picture with a tone, encoded as told, the index at the end as cameras write it."""
    source = [
        *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}"),
    ]
    command = [ffmpeg.executable(), "-v", "error", "-y", *source, *options, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path.read_bytes()


def names_in(folder: str) -> list[str]:
    """Of the files there; a storage of objects knows no folders, so `exists` says nothing."""
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []
