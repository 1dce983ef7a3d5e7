"""After the show: its poster and its smaller renditions, made from the recorded segments.

The replay itself needs none of this: it plays from the moment of End. A rendition's row is the
queue; whoever claims it makes it, and one whose maker died is made anew.
"""

import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import TemporaryFile
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from livecommerce.states import StaleState, advance
from shops import pictures
from streams.models import Rendition, Segment, Show, Take
from streams.video import ffmpeg, takes
from streams.video.errors import MediaError
from streams.video.packaging import packager

LADDER = (480, 240)  # pixels of the short side, below the source
PATIENCE = timedelta(minutes=30)  # after which a maker counts as dead
MAX_TRIES = 3
PER_SECOND = 5  # for each second of media: an encode slower than that is hung


_running: set[subprocess.Popen] = set()
_is_stopping = threading.Event()


class CannotMake(Exception):
    """ffmpeg could not do it; the text is what it said."""


class Interrupted(CannotMake):
    """The process ends; what it was making stays due."""


def stop() -> None:
    """This process ends: cut off what it encodes. The rows are due again, for the next one."""
    _is_stopping.set()
    for child in list(_running):
        child.kill()


def plan(show: Show, source: packager.Init) -> None:
    """Write down which renditions will be due after the show. Doing it twice adds nothing."""
    for side in LADDER:
        if side < min(source.width, source.height):
            Rendition.objects.get_or_create(show=show, name=f"{side}p")


def is_recorded(show: Show) -> bool:
    """The show is over and its last segment is here."""
    receiving = show.takes.filter(status=Take.Status.RECEIVING)
    return show.status == Show.Status.ENDED and not receiving.exists()


def due_posters() -> QuerySet[Show]:
    recorded = Show.objects.replays().filter(poster=None, takes__segments__isnull=False)
    return recorded.exclude(takes__status=Take.Status.RECEIVING).distinct()


def due() -> QuerySet[Rendition]:
    """Renditions to be made, those whose maker has died among them."""
    stale = timezone.now() - PATIENCE
    for rendition in Rendition.objects.filter(
        status=Rendition.Status.MAKING, claimed_at__lte=stale
    ):
        try:
            advance(rendition, _after_failure(rendition))
        except StaleState:
            continue
    waiting = Rendition.objects.filter(
        status=Rendition.Status.DUE, show__status=Show.Status.ENDED, tries__lt=MAX_TRIES
    )
    return waiting.exclude(show__takes__status=Take.Status.RECEIVING).select_related("show__shop")


def sweep() -> Iterator[str]:
    """Make everything that is due, one after the other; a line per thing done or failed."""
    for show in due_posters().select_related("shop"):
        make_poster(show)
        yield f"{show}: poster made"
    for rendition in due():
        try:
            make(rendition)
            yield f"{rendition}: made"
        except StaleState:  # somebody else is at it
            continue
        except (CannotMake, MediaError) as error:
            yield f"{rendition}: failed: {error}"


def make(rendition: Rendition) -> None:
    """Claim, encode, publish: no player sees it before it is whole."""
    advance(
        rendition,
        Rendition.Status.MAKING,
        claimed_at=timezone.now(),
        tries=rendition.tries + 1,
    )
    _forget(rendition)
    try:
        for take in rendition.show.takes.filter(
            segments__rendition__name=Rendition.SOURCE
        ).distinct():
            _encode(rendition, take)
    except Interrupted:  # not its fault
        advance(rendition, Rendition.Status.DUE, tries=rendition.tries - 1)
        raise
    except (CannotMake, MediaError):
        advance(rendition, _after_failure(rendition))
        raise
    advance(rendition, Rendition.Status.READY)


def make_poster(show: Show) -> None:
    """A still from one third of what is recorded so far, if the show has none."""
    if show.poster_id:
        return
    source = Segment.objects.filter(
        rendition__show=show, rendition__name=Rendition.SOURCE
    ).select_related("take", "rendition")
    count = source.count()
    if not count:
        return
    segment = source[count // 3]
    pieces = (takes.init_path(segment.take, segment.rendition), segment.path)
    with _run(ffmpeg.poster(), map(_read, pieces), seconds=10) as still:
        picture = pictures.store(show.shop, still)
    Show.objects.filter(pk=show.pk, poster=None).update(poster=picture)


def _after_failure(rendition: Rendition) -> str:
    is_last = rendition.tries >= MAX_TRIES
    return Rendition.Status.FAILED if is_last else Rendition.Status.DUE


def _encode(rendition: Rendition, take: Take) -> None:
    source = take.segments.filter(rendition__name=Rendition.SOURCE).order_by("number")
    first, last = source.select_related("rendition").first(), source.last()
    paths = [takes.init_path(take, first.rendition), *source.values_list("path", flat=True)]
    lasts = (last.at - first.at).total_seconds() + last.duration
    arguments = ffmpeg.rendition(int(rendition.name.removesuffix("p")))
    cutter = packager.Packager()
    with _run(arguments, map(_read, paths), seconds=60 + lasts * PER_SECOND) as encoded:
        while data := encoded.read(1024 * 1024):
            _keep(take, rendition, cutter.feed(data))
    _keep(take, rendition, cutter.close())


def _keep(take: Take, rendition: Rendition, cuts) -> None:
    for cut in cuts:
        if isinstance(cut, packager.Init):
            takes.keep_init(take, rendition, cut)
        else:
            takes.keep_segment(take, rendition, cut)


@contextmanager
def _run(arguments: list[str], pieces: Iterable[bytes], *, seconds: float) -> Iterator[BinaryIO]:
    """Run ffmpeg over the pieces, with a bound on its time; give what it wrote."""
    if _is_stopping.is_set():
        raise Interrupted
    with TemporaryFile() as source, TemporaryFile() as made, TemporaryFile() as words:
        source.writelines(pieces)
        source.seek(0)
        child = subprocess.Popen(
            ["nice", "-n", "10", *arguments], stdin=source, stdout=made, stderr=words
        )
        _running.add(child)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise CannotMake(f"ffmpeg took longer than {seconds:.0f} s") from error
        finally:
            child.kill()
            child.wait()
            _running.discard(child)
        if child.returncode and _is_stopping.is_set():
            raise Interrupted
        if child.returncode:
            words.seek(0)
            raise CannotMake(words.read(2000).decode("utf-8", "replace"))
        made.seek(0)
        yield made


def _read(path: str) -> bytes:
    with default_storage.open(path) as file:
        return file.read()


@transaction.atomic
def _forget(rendition: Rendition) -> None:
    """Take away what a maker who died left behind."""
    for path in list(rendition.segments.values_list("path", flat=True)):
        default_storage.delete(path)
    rendition.segments.all().delete()
