"""A show is scheduled, goes live, ends."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from livecommerce.realtime import ring
from livecommerce.states import advance
from streams import deals, log, offers, pins, tasks
from streams.models import Rendition, Show
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
