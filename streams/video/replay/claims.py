"""Rows that wait to be made. One worker claims one; who falls silent loses it."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from livecommerce.states import StaleState, advance
from streams.models.recording import Made
from streams.video.errors import MediaError
from streams.video.replay.running import CannotMake, Interrupted

PATIENCE = timedelta(seconds=60)  # after which a maker that tells nothing counts as dead
MAX_TRIES = 3
EVERY = 1  # seconds between two notes of progress
logger = logging.getLogger(__name__)


class Claim:
    """A row that this worker makes. Every word about it is lost once somebody else has it."""

    def __init__(self, row: Made):
        """Take the row; of two who try, the other gets StaleState."""
        now = timezone.now()
        changes = {"claimed_at": now, "tries": row.tries + 1, "progress": 0, "failure": ""}
        advance(row, Made.Status.MAKING, **changes)
        self.row = row
        self.share = 0.0
        self._noted_at = time.monotonic()

    def beat(self) -> None:
        """Still at it. At most once a second this is written; raises StaleState if taken away."""
        if time.monotonic() - self._noted_at >= EVERY:
            self._note()

    def done(self, **also) -> None:
        self._settle(Made.Status.READY, progress=100, **also)

    def give_back(self) -> None:
        """It was not its fault: it is due as if nobody had tried."""
        self._settle(Made.Status.DUE, tries=self.row.tries - 1)

    def fail(self, words: str, *, most: int = MAX_TRIES) -> None:
        """It went wrong: tried again some times, then given up. `words` are the merchant's."""
        is_last = self.row.tries >= most
        status = Made.Status.FAILED if is_last else Made.Status.DUE
        self._settle(status, failure=in_short(words))

    def _note(self) -> None:
        now = timezone.now()
        mine = type(self.row).objects.filter(
            pk=self.row.pk, status=Made.Status.MAKING, claimed_at=self.row.claimed_at
        )
        progress = min(99, int(self.share * 100))
        if not mine.update(claimed_at=now, progress=progress):
            raise StaleState(f"{self.row} was given to somebody else.")
        self.row.claimed_at = now
        self._noted_at = time.monotonic()

    @transaction.atomic
    def _settle(self, status: str, **also) -> None:
        self._note()
        advance(self.row, status, **also)


@contextmanager
def claimed(row: Made, words: str, *, most: int = MAX_TRIES) -> Iterator[Claim]:
    """Make the row inside. What goes wrong is noted in `words`, or in those of the media's error.

    An error of the media is raised again, and so is everything else. StaleState: not ours.
    """
    claim = Claim(row)
    try:
        yield claim
    except Interrupted:
        claim.give_back()
        raise
    except MediaError as error:
        logger.warning("%s: %s", row, error)
        claim.fail(f"{words} {error}", most=most)
        raise
    except (CannotMake, OSError) as error:  # OSError: temp disk or storage
        logger.warning("%s: %s", row, error)
        claim.fail(words, most=MAX_TRIES if isinstance(error, OSError) else most)
        raise


def due(rows: QuerySet) -> QuerySet:
    """Of these rows: what is to be made, that of makers who died among it."""
    stale = timezone.now() - PATIENCE
    for row in rows.filter(status=Made.Status.MAKING, claimed_at__lte=stale):
        is_last = row.tries >= MAX_TRIES
        rows.filter(pk=row.pk, status=Made.Status.MAKING, claimed_at=row.claimed_at).update(
            status=Made.Status.FAILED if is_last else Made.Status.DUE,
            failure="Whoever made it stopped in the middle.",
        )
    return rows.filter(status=Made.Status.DUE).order_by("pk")


def again(row: Made) -> None:
    """What was made, or given up, is due once more."""
    advance(row, Made.Status.DUE, tries=0, progress=0, failure="")


def in_short(words: str) -> str:
    """One line that fits the row."""
    line = " ".join(words.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
