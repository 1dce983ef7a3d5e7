"""The bells of this app: ids in, one call."""

from contextlib import suppress

from celery import shared_task
from celery.signals import worker_shutting_down

from streams import deals
from streams.models import IvsChannel, Show
from streams.video import takes
from streams.video.engines import ivs
from streams.video.replay import extras, poster, recording, running, uploading, workshop

QUIET = 10  # seconds after a show in which the machine is theirs who open its replay


@shared_task(bind=True, max_retries=10)
def make_replay(self, show_id: int) -> None:
    show = Show.objects.get(pk=show_id)
    if not recording.is_over(show):  # its last segment is on the way
        raise self.retry(countdown=2)
    if recording.shows().filter(pk=show_id).exists():
        extras.plan(show)
    make_next.apply_async(countdown=QUIET)


@shared_task
def make_poster(show_id: int) -> None:
    with suppress(running.Interrupted):
        poster.make(Show.objects.select_related("shop").get(pk=show_id))


@shared_task
def make_next() -> None:
    """One thing after another, each a task of its own: a worker can stop between two."""
    if workshop.make_next():
        make_next.delay()


@shared_task
def sweep_replays() -> None:
    workshop.plan()
    uploading.sweep()
    make_next.apply_async(expires=25)  # the next sweep rings again


@worker_shutting_down.connect
def cut_off_encodes(**_) -> None:
    running.stop()


@shared_task
def sweep_deals() -> None:
    deals.sweep()


@shared_task
def sweep_takes() -> None:
    takes.close_silent()


@shared_task
def look_at_channel(channel_id: int) -> None:
    ivs.look(IvsChannel.objects.select_related("show").get(pk=channel_id))


@shared_task
def sweep_channels() -> None:
    ivs.sweep()
