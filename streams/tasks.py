"""The bells of this app: ids in, one call."""

from contextlib import suppress

from celery import shared_task

from livecommerce.states import StaleState
from streams.models import Rendition, Show
from streams.video import replay, takes


@shared_task
def make_replay(show_id: int) -> None:
    show = Show.objects.select_related("shop").get(pk=show_id)
    replay.make_poster(show)
    replay.plan(show)
    for rendition in show.renditions.filter(status=Rendition.Status.DUE):
        make_rendition.delay(rendition.pk)


@shared_task
def make_rendition(rendition_id: int) -> None:
    with suppress(StaleState):  # somebody else is at it
        replay.make(Rendition.objects.select_related("show__shop").get(pk=rendition_id))


@shared_task
def sweep_replays() -> None:
    for show in (
        Show.objects.replays().filter(poster=None, takes__segments__isnull=False).distinct()
    ):
        make_replay.delay(show.pk)
    for rendition in replay.due():
        make_rendition.delay(rendition.pk)


@shared_task
def sweep_takes() -> None:
    takes.close_silent()
