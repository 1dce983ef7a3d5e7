"""What is due after a show, one thing at a time: first what viewers miss most."""

import threading
from collections.abc import Callable, Iterator

from django.core.cache import cache

from livecommerce.states import StaleState
from streams.models import Extra
from streams.video.errors import MediaError
from streams.video.replay import download, extras, poster, renditions, running, storyboard, upload

RESTS = 600  # seconds until a poster that failed is tried again: others wait, too
_at_work = threading.Lock()  # one encode in a process, however many threads it has


def plan() -> None:
    """Write down what the shows that are over still lack."""
    for show in extras.unplanned():
        extras.plan(show)


def make_next() -> str | None:
    """Make the first thing that is due; a line about it, or None if there is nothing to do.

    Nothing to do is also what a second thread of the same process is told.
    """
    if not _at_work.acquire(blocking=False):
        return None
    try:
        return _make_first()
    finally:
        _at_work.release()


def work() -> Iterator[str]:
    """Make everything that is due, one after the other; a line per thing done or failed."""
    plan()
    while line := make_next():
        yield line


def _make_first() -> str | None:
    for name, make in _due():
        try:
            make()
        except StaleState:  # somebody else is at it, or was faster
            continue
        except running.Interrupted:
            return None
        except (running.CannotMake, MediaError, OSError) as error:
            return f"{name}: failed: {error}"
        return f"{name}: made"
    return None


def _due() -> Iterator[tuple[str, Callable]]:
    for show in poster.due():
        if not cache.add(f"poster-{show.pk}", True, timeout=RESTS):  # it failed a while ago
            continue
        yield f"poster of {show.pk}", lambda show=show: poster.make(show)
    for row in upload.due():
        yield str(row), lambda row=row: upload.make(row)
    for row in extras.due(Extra.Kind.STORYBOARD):
        yield str(row), lambda row=row: storyboard.make(row)
    waiting = list(renditions.due())
    for show_id in dict.fromkeys(row.show_id for row in waiting):
        rows = [row for row in waiting if row.show_id == show_id]
        yield f"renditions of {show_id}", lambda rows=rows: renditions.make(rows)
    for row in extras.due(Extra.Kind.DOWNLOAD):
        yield str(row), lambda row=row: download.make(row)
