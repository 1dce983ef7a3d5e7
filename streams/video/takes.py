"""Takes and their segments. The only writer of Take and Segment.

A segment's file is stored before the row that names it, so no playlist ever promises what is
not there.
"""

import contextlib
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.states import StaleState, advance
from streams import log
from streams.models import IvsChannel, Rendition, Segment, Show, Take
from streams.video.packaging import packager

SILENCE = timedelta(seconds=3)  # of a publisher, after which the next one may take its place
GONE = timedelta(seconds=10)  # after which nobody waits for it any more


class ShowNotLive(DomainError):
    code = "show_not_live"


class AlreadyPublishing(DomainError):
    code = "already_publishing"


class GoesElsewhere(DomainError):
    code = "goes_elsewhere"


def open(
    show: Show,
    source: str = Take.Source.BROWSER,
    *,
    take_over: bool = False,
    at: datetime | None = None,
) -> Take:
    """Begin a take. One publisher per show; one that is silent, or is to give way, is replaced."""
    if not Show.objects.live().filter(pk=show.pk).exists():
        raise ShowNotLive("The show is not live. Start it first.")
    used = IvsChannel.objects.filter(show=show, status=IvsChannel.Status.USED)
    if source != Take.Source.IVS and used.exists():
        raise GoesElsewhere("This show goes through Amazon IVS: send its picture there, from OBS.")
    close_silent(show=show, patience=timedelta(0) if take_over else SILENCE)
    now = timezone.now()
    try:
        with transaction.atomic():
            return Take.objects.create(show=show, source=source, opened_at=at or now, heard_at=now)
    except IntegrityError as error:
        raise AlreadyPublishing("Somebody else is sending the picture of this show.") from error


@transaction.atomic
def begin(take: Take, at: datetime) -> None:
    """There is a picture, from this moment on: the room is told. Raises StaleState if given up."""
    receiving = Take.objects.filter(pk=take.pk, status=Take.Status.RECEIVING)
    if not receiving.update(opened_at=at, heard_at=timezone.now()):
        raise StaleState(f"{take} was given up: it had been silent for too long.")
    _tell(take, at)


def hear(take: Take, *, is_heard: bool) -> str:
    """Note that the publisher sends; answer why the take is over, if it is.

    "show_ended", "taken_over" by another publisher, or "fell_silent" for too long.
    """
    mine = Take.objects.filter(
        pk=take.pk, status=Take.Status.RECEIVING, show__status=Show.Status.LIVE
    )
    if mine.update(heard_at=timezone.now()) if is_heard else mine.exists():
        return ""
    if not Show.objects.live().filter(pk=take.show_id).exists():
        return "show_ended"
    if Take.objects.filter(show=take.show_id, pk__gt=take.pk).exists():
        return "taken_over"
    return "fell_silent"


def keep_init(take: Take, rendition: Rendition, init: packager.Init) -> None:
    """What players need before any segment of the take."""
    store(init_path(take, rendition), init.data)
    note_init(rendition, init)


def note_init(rendition: Rendition, init: packager.Init) -> None:
    Rendition.objects.filter(pk=rendition.pk).update(
        width=init.width, height=init.height, codecs=init.codecs
    )


def keep_segment(
    take: Take,
    rendition: Rendition,
    segment: packager.Segment,
    *,
    at: datetime | None = None,
    sequence: int | None = None,
) -> Segment:
    """Store one segment: its file, then its row. Doing it again changes nothing."""
    store(segment_path(take, rendition, segment.number), segment.data)
    return note_segment(take, rendition, segment, at=at, sequence=sequence)


@transaction.atomic
def note_segment(
    take: Take,
    rendition: Rendition,
    segment: packager.Segment,
    *,
    at: datetime | None = None,
    sequence: int | None = None,
) -> Segment:
    """The row of a segment whose file is stored; `at` is the clock of its first frame."""
    if sequence is not None:
        # A process that was given up, and woke: its numbers may have been given to another.
        later = Segment.objects.filter(rendition=rendition, take__gt=take, sequence__lte=sequence)
        if later.exists():
            raise StaleState(f"Another take of the show has segment {sequence}.")
    row, _ = Segment.objects.get_or_create(
        rendition=rendition,
        take=take,
        number=segment.number,
        defaults={
            "sequence": sequence,
            "at": at or take.opened_at + timedelta(seconds=segment.start),
            "duration": segment.duration,
            "size": len(segment.data),
            "path": segment_path(take, rendition, segment.number),
        },
    )
    return row


@transaction.atomic
def close(take: Take, *, lost: bool, at=None, seen: datetime | None = None) -> None:
    """The publisher is done, or gone. Closing twice changes nothing.

    `seen`: since when viewers have its picture, though the room may not have been told.
    """
    status = Take.Status.LOST if lost else Take.Status.FINISHED
    try:
        advance(take, status, closed_at=at or timezone.now())
    except StaleState:
        return
    is_told = log.has(take.show, "take.started", take=take.pk)
    if seen and not is_told:
        Take.objects.filter(pk=take.pk).update(opened_at=seen)
        _tell(take, seen)
    if seen or is_told:
        log.append(take.show, f"take.{status}", {"take": take.pk}, at=at)


def _tell(take: Take, at: datetime) -> None:
    take.opened_at = at
    log.append(take.show, "take.started", {"take": take.pk}, at=at)


def close_silent(*, show: Show | None = None, patience: timedelta = GONE) -> list[Take]:
    """Give up on publishers whose process died without a word; Amazon is asked for its own."""
    silent = Take.objects.filter(
        status=Take.Status.RECEIVING, heard_at__lte=timezone.now() - patience
    ).exclude(source=Take.Source.IVS)
    if show:
        silent = silent.filter(show=show)
    found = list(silent.select_related("show"))
    for take in found:
        close(take, lost=True)
    return found


def store(path: str, data: bytes) -> None:
    """Store a file under exactly this name. What a try that failed left behind is taken away."""
    default_storage.delete(path)
    try:
        kept = default_storage.save(path, ContentFile(data))
    except BaseException:
        with contextlib.suppress(Exception):
            default_storage.delete(path)
        raise
    if kept != path:
        raise OSError(f"{path} was stored as {kept}.")


def init_path(take: Take, rendition: Rendition) -> str:
    return f"takes/{take.key}/{rendition.name}/init.mp4"


def segment_path(take: Take, rendition: Rendition, number: int) -> str:
    return f"takes/{take.key}/{rendition.name}/{number:06d}.m4s"
