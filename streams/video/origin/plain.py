"""Plain live playlists from rows, read at most once a second for all who ask."""

import asyncio
import gzip
from collections import OrderedDict

from livecommerce.database import in_database
from streams.video.origin import recorded

FRESH = 1  # seconds
SLUGS = 1000  # whoever guesses addresses fills no memory


class Plain:
    def __init__(self):
        self._read: OrderedDict[str, tuple[float, asyncio.Task]] = OrderedDict()

    async def text(self, slug: str, *, packed: bool) -> bytes | None:
        """The playlist of a show that this process does not hold; None if it has no picture."""
        now = asyncio.get_running_loop().time()
        at, reading = self._read.get(slug, (0, None))
        if reading is None or (reading.done() and now - at > FRESH):
            reading = asyncio.create_task(_read(slug))
            self._read[slug] = (now, reading)
            self._read.move_to_end(slug)
            if len(self._read) > SLUGS:
                self._read.popitem(last=False)
        both = await asyncio.shield(reading)  # who leaves does not take it from the others
        return both and both[packed]


async def _read(slug: str) -> tuple[bytes, bytes] | None:
    found = await in_database(recorded.text)(slug)
    if found is None:
        return None
    data = found.encode()
    return data, gzip.compress(data, 1, mtime=0)
