"""What this process has on air: one window for each show whose picture comes in here."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone

from livecommerce.database import in_database
from livecommerce.realtime import listen, put_away
from streams import log
from streams.models import Show
from streams.video.origin import recorded
from streams.video.origin.window import TARGET, Window, gap_after

EVERY = 5  # seconds between two looks whether a show ended, or moved to another process
LAST_SEGMENT = 4  # seconds that a take has after End to bring its last segment
STAYS = 300  # seconds that an ended playlist is answered: players come back to read its end
MOST_GAPS = 10
logger = logging.getLogger(__name__)


@dataclass(eq=False)
class _OnAir:
    show_pk: int
    window: Window
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task | None = None


_shows: dict[str, _OnAir] = {}


async def open(show: Show) -> Window:
    """The window of this show here. After a restart, or after a time elsewhere: its rows first."""
    known = _shows.get(show.slug)
    if known and not await _is_elsewhere(known):
        return known.window
    window = await in_database(_restored)(show)
    now = _shows.get(show.slug)
    if now and now is not known:  # another opened it meanwhile
        return now.window
    if known:
        known.watching.cancel()
    fresh = _shows[show.slug] = _OnAir(show.pk, window)
    fresh.watching = asyncio.create_task(_watch(fresh))
    return window


def find(slug: str) -> Window | None:
    known = _shows.get(slug)
    return known.window if known else None


def windows() -> list[Window]:
    """All that this process holds, for /media/ and for figures."""
    return [known.window for known in _shows.values()]


def close(slug: str) -> None:
    """The show is over: the window ends after its last segment, and is dropped some minutes on."""
    if known := _shows.get(slug):
        known.ended.set()


def _restored(show: Show) -> Window:
    past = recorded.read(show)
    entries = list(past.entries)
    if entries and not past.is_finished:
        # Viewers may have seen segments that died with their process; their numbers are not
        # given to others.
        silence = (timezone.now() - entries[-1].at).total_seconds() - entries[-1].duration
        for _ in range(max(1, min(MOST_GAPS, int(silence / TARGET)))):
            entries.append(gap_after(entries[-1], show.slug, past.first_sequence + len(entries)))
    return Window(
        show.slug,
        first_sequence=past.first_sequence,
        first_discontinuity=past.first_discontinuity,
        past=entries,
        rewind=settings.REWIND_MINUTES * 60,
    )


async def _watch(known: _OnAir) -> None:
    """From the first take until some minutes after the end."""

    def hear(message):
        if any(fact["type"] == "show.ended" for fact in message.get("facts", ())):
            known.ended.set()

    hearing = asyncio.create_task(listen([log.group(known.show_pk)], hear))
    try:
        while not known.ended.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await known.ended.wait()
            if not known.ended.is_set() and await _is_elsewhere(known):
                _drop(known)
                return
    finally:
        await put_away(hearing)
    give_up = asyncio.get_running_loop().time() + LAST_SEGMENT
    while known.window.is_receiving and asyncio.get_running_loop().time() < give_up:
        await asyncio.sleep(0.1)
    known.window.end()
    await asyncio.sleep(STAYS)
    _drop(known)


async def _is_elsewhere(known: _OnAir) -> bool:
    """Asked for a show that moved to another process, our own old picture would be an answer."""
    window = known.window
    try:
        status = await in_database(_status)(known.show_pk)
        if status != Show.Status.LIVE:
            known.ended.set()
            return False
        return await in_database(recorded.is_elsewhere)(
            known.show_pk, window.takes, window.next_sequence
        )
    except Exception:  # a database that is away ends no show
        logger.warning("could not look after %s", window.slug, exc_info=True)
        return False


def _status(show_pk: int) -> str | None:
    return Show.objects.filter(pk=show_pk).values_list("status", flat=True).first()


def _drop(known: _OnAir) -> None:
    if _shows.get(known.window.slug) is known:
        del _shows[known.window.slug]
