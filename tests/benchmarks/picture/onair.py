"""The product's own application with a show on air that nobody has to film.

`python -m tests.benchmarks.picture.onair SLUG` makes the show's row. Under a server, `application`
feeds the show's window from the first request on: parts of so many bytes, each beginning with the
moment it was added (the machine's monotonic clock, the same in every process).
"""

import asyncio
import os
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta

from livecommerce.asgi import application as product
from livecommerce.database import in_database
from streams.models import Show
from streams.video.origin import air
from streams.video.origin.window import segment_path
from streams.video.packaging import packager
from tests import factories
from tests.benchmarks.picture.player import STAMP

SLUG = os.environ.get("BENCH_SHOW", "")
KILOBITS = int(os.environ.get("BENCH_KILOBITS", "2500"))
PART, PARTS = 1 / 3, 6  # seconds; parts in a segment
PAST = 900  # segments before the measurement: a full rewind window


async def application(scope, receive, send):
    if SLUG not in _feeding:
        _feeding[SLUG] = asyncio.create_task(_feed())
    await product(scope, receive, send)


_feeding: dict[str, asyncio.Task] = {}


async def _feed() -> None:
    window = await air.open(await in_database(Show.objects.get)(slug=SLUG))
    take, filling = str(uuid.uuid4()), os.urandom(int(KILOBITS * 1000 / 8 * PART))
    window.begin(take, packager.Init(b"init", "avc1.4d401f,mp4a.40.2", 720, 1280))
    began, count = datetime.now(UTC) - timedelta(seconds=PAST * PARTS * PART), 0
    loop = asyncio.get_running_loop()
    start = loop.time() - PAST * PARTS * PART
    while True:
        is_past = count < PAST * PARTS
        data = STAMP.pack(time.monotonic()) + (b"" if is_past else filling)
        number, index = divmod(count, PARTS)
        at = began + timedelta(seconds=count * PART)
        window.add_part(packager.Part(number, index, count * PART, PART, data, index == 0), at)
        count += 1
        if index == PARTS - 1:
            path = segment_path(take, number)
            whole = b"".join(window.part(take, number, each) for each in range(PARTS))
            first = number * PARTS * PART
            window.add_segment(packager.Segment(number, first, PARTS * PART, whole, PARTS), at)
            window.stored(path)
        if not is_past:
            await asyncio.sleep(max(0, start + count * PART - loop.time()))


if __name__ == "__main__":
    factories.make_show(slug=sys.argv[1])
