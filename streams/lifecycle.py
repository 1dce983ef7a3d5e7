"""A show is scheduled, goes live, ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from livecommerce.realtime import ring
from livecommerce.states import StaleState, advance
from streams import deals, log, offers, pins, tasks
from streams.models import Rendition, Show, Take
from streams.talk import polls, questions


@transaction.atomic
def go_live(show: Show, *, at: datetime | None = None) -> None:
    """Open the show. Viewers of its page are told; the picture follows with the first take."""
    now = at or timezone.now()
    advance(show, Show.Status.LIVE, live_at=now)
    Rendition.objects.get_or_create(
        show=show, name=Rendition.SOURCE, defaults={"status": Rendition.Status.READY}
    )
    log.append(show, "show.started", {}, at=now)


@transaction.atomic
def end(show: Show, *, at: datetime | None = None) -> None:
    """End the show: what was recorded is its replay from this moment on."""
    now = at or timezone.now()
    advance(show, Show.Status.ENDED, ended_at=now)
    pins.close(show, at=now)
    deals.close_all(show, at=now)
    offers.close(show, at=now)
    polls.close(show, at=now)
    questions.finish_current(show, at=now)
    log.append(show, "show.ended", {}, at=now)
    ring(tasks.make_replay, show.pk)


@transaction.atomic
def cancel(show: Show) -> None:
    advance(show, Show.Status.CANCELLED)
    polls.close(show)
    questions.finish_current(show)
    log.append(show, "show.cancelled", {})


def end_silent() -> Iterator[Show]:
    """End the shows that nobody ended and that have had no picture for SILENCE_ENDS_SHOW minutes.

    A show that never had one goes on: perhaps its people only talk.
    """
    if not settings.SILENCE_ENDS_SHOW:
        return
    long_ago = timezone.now() - timedelta(minutes=settings.SILENCE_ENDS_SHOW)
    silent = Show.objects.live().annotate(last=Max("takes__closed_at")).filter(last__lte=long_ago)
    for show in silent.exclude(takes__status=Take.Status.RECEIVING):
        try:
            end(show)
            yield show
        except StaleState:  # somebody pressed the button
            continue
