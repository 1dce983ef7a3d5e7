"""The picture of a host who has no camera."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import house as houses


@contextmanager
def on_air(house: houses.House, slug: str, film: Path, *, host: str) -> Iterator[None]:
    """A film goes into the live show meanwhile; it stops by itself when the show ends."""
    command = [sys.executable, "manage.py", "publish_film", slug, str(film), "--as", host]
    sending = house.start("film", command)
    try:
        yield
    finally:
        houses.stop(sending, "film")
