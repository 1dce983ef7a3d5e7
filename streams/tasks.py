"""The bells of this app: ids in, one call."""

from contextlib import suppress

from celery import shared_task

from livecommerce.states import StaleState
from streams import deals
from streams.models import Rendition, Show
from streams.video import takes
from streams.video.replay import renditions


@shared_task(bind=True, max_retries=10)
def make_replay(self, show_id: int) -> None:
    show = Show.objects.select_related("shop").get(pk=show_id)
    if not renditions.is_recorded(show):  # its last segment is on the way
        raise self.retry(countdown=2)
    with suppress(renditions.Interrupted):
        renditions.make_poster(show)
    for rendition in renditions.due().filter(show=show):
        make_rendition.delay(rendition.pk)


@shared_task
def make_poster(show_id: int) -> None:
    with suppress(renditions.Interrupted):
        renditions.make_poster(Show.objects.select_related("shop").get(pk=show_id))


@shared_task
def make_rendition(rendition_id: int) -> None:
    with suppress(StaleState, renditions.Interrupted):  # somebody else is at it, or will be
        renditions.make(Rendition.objects.select_related("show__shop").get(pk=rendition_id))


@shared_task
def sweep_replays() -> None:
    for show in renditions.due_posters():
        make_replay.delay(show.pk)
    for rendition in renditions.due():
        make_rendition.delay(rendition.pk)


@shared_task
def sweep_deals() -> None:
    deals.sweep()


@shared_task
def sweep_takes() -> None:
    takes.close_silent()
