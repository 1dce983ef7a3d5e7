"""Takes and their segments. The only writer of Take and Segment.

A segment's file is stored before the row that names it, so no playlist ever promises what is
not there.
"""

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.states import StaleState, advance
from streams import log
from streams.models import Rendition, Segment, Show, Take
from streams.video.packaging import packager

SILENCE = timedelta(seconds=10)  # after which a publisher counts as gone


class ShowNotLive(DomainError):
    code = "show_not_live"


class AlreadyPublishing(DomainError):
    code = "already_publishing"


def open(show: Show, *, at: datetime | None = None) -> Take:
    """Begin a take. One publisher per show; one that went silent is replaced."""
    if not Show.objects.live().filter(pk=show.pk).exists():
        raise ShowNotLive("The show is not live. Start it first.")
    close_silent(show=show)
    now = timezone.now()
    try:
        with transaction.atomic():
            return Take.objects.create(show=show, opened_at=at or now, heard_at=now)
    except IntegrityError as error:
        raise AlreadyPublishing("Somebody else is sending the picture of this show.") from error


def begin(take: Take) -> None:
    """The first bytes are here: this is the moment of the take's first frame."""
    take.opened_at = take.heard_at = timezone.now()
    take.save(update_fields=["opened_at", "heard_at"])


def keep_init(take: Take, rendition: Rendition, init: packager.Init) -> None:
    """What players need before any segment of the take."""
    path = init_path(take, rendition)
    default_storage.delete(path)  # of a maker that died: a file is never written over
    default_storage.save(path, ContentFile(init.data))
    Rendition.objects.filter(pk=rendition.pk).update(
        width=init.width, height=init.height, codecs=init.codecs
    )


def keep_segment(take: Take, rendition: Rendition, segment: packager.Segment) -> Segment:
    """Store one segment. The first one of a live take tells the room that there is a picture."""
    path = f"takes/{take.key}/{rendition.name}/{segment.number:06d}.m4s"
    path = default_storage.save(path, ContentFile(segment.data))  # another, if a file was left
    with transaction.atomic():
        row = Segment.objects.create(
            rendition=rendition,
            take=take,
            number=segment.number,
            at=take.opened_at + timedelta(seconds=segment.start),
            duration=segment.duration,
            size=len(segment.data),
            path=path,
        )
        if rendition.name == Rendition.SOURCE:
            receiving = Take.objects.filter(pk=take.pk, status=Take.Status.RECEIVING)
            if not receiving.update(heard_at=timezone.now()):
                raise StaleState(f"{take} was given up: it had been silent for too long.")
            if segment.number == 0:
                log.append(take.show, "take.started", {"take": take.pk}, at=row.at)
    return row


@transaction.atomic
def close(take: Take, *, lost: bool, at=None) -> None:
    """The publisher is done, or gone. Closing twice changes nothing."""
    status = Take.Status.LOST if lost else Take.Status.FINISHED
    try:
        advance(take, status, closed_at=at or timezone.now())
    except StaleState:
        return
    if take.segments.exists():
        log.append(take.show, f"take.{status}", {"take": take.pk}, at=at)


def close_silent(*, show: Show | None = None, patience: timedelta = SILENCE) -> list[Take]:
    """Give up on publishers whose process died without a word."""
    silent = Take.objects.filter(
        status=Take.Status.RECEIVING, heard_at__lte=timezone.now() - patience
    )
    if show:
        silent = silent.filter(show=show)
    found = list(silent.select_related("show"))
    for take in found:
        close(take, lost=True)
    return found


def init_path(take: Take, rendition: Rendition) -> str:
    return f"takes/{take.key}/{rendition.name}/init.mp4"
