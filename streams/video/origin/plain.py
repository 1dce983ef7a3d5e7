"""Plain live playlists from rows, read at most once a second for all who ask."""

import asyncio
import gzip
from collections import OrderedDict

from livecommerce.database import in_database
from streams.video.origin import recorded

FRESH = 1  # seconds
SLUGS = 1000  # whoever guesses addresses fills no memory
AT_ONCE = 100  # that are read; more would only wait for the database's thread, rooms behind them


class Busy(Exception):
    """Too many playlists are being read."""


class Plain:
    def __init__(self):
        self._read: OrderedDict[str, tuple[float, asyncio.Task]] = OrderedDict()
        self._under_way: set[asyncio.Task] = set()

    async def text(self, slug: str, *, packed: bool) -> bytes | None:
        """The playlist of a show that this process does not hold; None if it has no picture.

        Raises Busy.
        """
        now = asyncio.get_running_loop().time()
        at, reading = self._read.get(slug, (0, None))
        if reading is None or (reading.done() and now - at > FRESH):
            if len(self._under_way) >= AT_ONCE:
                raise Busy
            reading = asyncio.create_task(_read(slug))
            self._under_way.add(reading)
            reading.add_done_callback(self._under_way.discard)
            self._read[slug] = (now, reading)
            self._read.move_to_end(slug)
            if len(self._read) > SLUGS:
                self._read.popitem(last=False)
        both = await asyncio.shield(reading)  # who leaves does not take it from the others
        return both and both[packed]


async def _read(slug: str) -> tuple[bytes, bytes] | None:
    found = await in_database(recorded.text)(slug)
    return found and await asyncio.to_thread(_both, found.encode())


def _both(data: bytes) -> tuple[bytes, bytes]:
    return data, gzip.compress(data, 1, mtime=0)
