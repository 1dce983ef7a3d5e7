"""A film on its way from the merchant's machine: slice by slice, straight into the storage.

A slice is as much as one request carries, so no server keeps a film in memory or on a disk of its
own, any of them can take the next slice, and a line that broke goes on where it was. The row is
written when the last slice is here.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from livecommerce.realtime import ring
from livecommerce.states import StaleState
from streams.models import Rendition, Show, Take, Upload
from streams.video import takes
from streams.video.replay import extras

FOLDER = "uploads"  # not under /media/
SLICE = 4 * 1024 * 1024  # bytes
STALL = timedelta(minutes=15)  # between two slices
LONGEST = timedelta(hours=24)  # from the first slice to the last
SALT = "upload of a film"


class TooLarge(DomainError):
    code = "upload_too_large"
    status = 413


class Stalled(DomainError):
    code = "upload_stalled"
    status = 408


class OutOfStep(DomainError):
    code = "upload_out_of_step"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What somebody was allowed to send: signed, so that it need not be stored."""

    show: int
    folder: str
    size: int  # bytes

    @property
    def slices(self) -> int:
        return -(-self.size // SLICE)

    def path(self, number: int) -> str:
        return slice_path(self.folder, number)

    def signed(self) -> str:
        return signing.dumps([self.show, self.folder, self.size], salt=SALT)


def begin(show: Show, size: int) -> Ticket:
    """Allow a film of so many bytes. Raises Invalid, TooLarge, StaleState."""
    _waits_for_one(show)
    if size <= 0:
        raise Invalid("This file is empty.", field="film")
    if size > settings.UPLOAD_MAX_MB * 1024**2:
        raise TooLarge(f"A film may have at most {settings.UPLOAD_MAX_MB} MB.", field="film")
    return Ticket(show.pk, f"{FOLDER}/{uuid.uuid4().hex}", size)


def find(show: Show, signed: str) -> Ticket:
    """The ticket of this show that was signed so. Raises Invalid, Stalled, StaleState."""
    try:
        ticket = Ticket(*signing.loads(signed, salt=SALT, max_age=LONGEST))
    except signing.SignatureExpired:
        raise Stalled("This upload was begun too long ago. Please begin again.") from None
    except (signing.BadSignature, TypeError):
        raise Invalid("Nobody has begun this upload.", field="ticket") from None
    if ticket.show != show.pk:
        raise Invalid("Nobody has begun this upload.", field="ticket")
    _waits_for_one(show)  # nobody changes a film that is in the making
    return ticket


def take(ticket: Ticket, number: int, data: bytes) -> None:
    """Keep one slice; the same one again changes nothing. Raises Invalid, OutOfStep, Stalled."""
    if not 0 <= number < ticket.slices:
        raise OutOfStep("This is more than was announced.")
    expected = min(SLICE, ticket.size - number * SLICE)
    if len(data) != expected:
        raise Invalid(f"This slice has {len(data)} bytes instead of {expected}.", field="film")
    if number:
        _follow(ticket.path(number - 1))
    takes.store(ticket.path(number), data)


@transaction.atomic
def finish(ticket: Ticket, bell) -> Upload:
    """The last slice is here: from now on it is a row, and `bell` is rung. Raises OutOfStep."""
    present = _names(ticket.folder)
    if present != {slice_name(number) for number in range(ticket.slices)}:
        raise OutOfStep("Parts of the film are missing. Please begin again.")
    show = Show.objects.select_for_update().get(pk=ticket.show)
    if show.status != Show.Status.SCHEDULED or in_the_making(show):
        raise StaleState("The show has moved on: the film is not needed any more.")
    Upload.objects.filter(show=show).delete()  # one that failed
    upload = Upload.objects.create(show=show, path=ticket.folder, size=ticket.size)
    ring(bell)
    return upload


def read(upload: Upload) -> Iterator[bytes]:
    """The film, slice by slice."""
    for number in range(-(-upload.size // SLICE)):
        with default_storage.open(slice_path(upload.path, number)) as file:
            yield file.read()


def forget(folder: str) -> None:
    for name in _names(folder):
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)


def give_up(folder: str) -> None:
    """Take away a film that becomes nothing, and what was cut of it already."""
    forget(folder)
    take = Take(key=take_key(folder))
    if not Take.objects.filter(key=take.key).exists():
        extras.forget(takes.init_path(take, Rendition(name=Rendition.SOURCE)))


def take_key(folder: str) -> uuid.UUID:
    """Of the take that the film becomes: a second try writes over the files of the first."""
    return uuid.uuid5(uuid.NAMESPACE_URL, folder)


def sweep() -> list[str]:
    """Take away what nobody goes on sending and nobody waits for."""
    wanted = Upload.objects.exclude(status__in=[Upload.Status.READY, Upload.Status.FAILED])
    kept = set(wanted.values_list("path", flat=True))
    gone = [folder for folder in _folders() if folder not in kept and _is_stale(folder)]
    for folder in gone:
        give_up(folder)
    return gone


def in_the_making(show: Show) -> bool:
    done = [Upload.Status.READY, Upload.Status.FAILED]
    return Upload.objects.filter(show=show).exclude(status__in=done).exists()


def _waits_for_one(show: Show) -> None:
    if show.status != Show.Status.SCHEDULED:
        raise StaleState("Only a show that has not begun can be given a finished film.")
    if in_the_making(show):
        raise StaleState("A film of this show is being made into its replay already.")


def slice_path(folder: str, number: int) -> str:
    return f"{folder}/{slice_name(number)}"


def slice_name(number: int) -> str:
    return f"{number:06d}"


def _follow(path: str) -> None:
    if not default_storage.exists(path):
        raise OutOfStep("The part before this one is missing.")
    if timezone.now() - default_storage.get_modified_time(path) > STALL:
        minutes = STALL // timedelta(minutes=1)
        raise Stalled(f"Nothing came for {minutes} minutes. Please begin again.")


def _is_stale(folder: str) -> bool:
    times = [default_storage.get_modified_time(f"{folder}/{name}") for name in _names(folder)]
    return not times or timezone.now() - max(times) > STALL


def _folders() -> list[str]:
    try:
        return [f"{FOLDER}/{name}" for name in default_storage.listdir(FOLDER)[0]]
    except FileNotFoundError:
        return []


def _names(folder: str) -> set[str]:
    try:
        return set(default_storage.listdir(folder)[1])
    except FileNotFoundError:
        return set()
