"""Files made of a replay beside its renditions: one row each, in a folder of its own."""

import uuid
from contextlib import suppress
from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.db.models import OuterRef, QuerySet, Subquery

from livecommerce.media import address
from livecommerce.states import StaleState
from streams.models import Extra, Show
from streams.video.replay import claims, recording

FOLDER = "replays"  # under /media/, open to all who know the name


def plan(show: Show) -> None:
    """Write down that they are due. Doing it twice adds nothing."""
    for kind in Extra.Kind.values:
        Extra.objects.get_or_create(show=show, kind=kind)


def unplanned() -> QuerySet[Show]:
    return recording.shows().filter(extras=None)


def due(kind: str) -> QuerySet[Extra]:
    rows = Extra.objects.filter(show__in=recording.shows(), kind=kind)
    return claims.due(rows).select_related("show__shop")


def outdate(show: Show) -> None:
    """The replay is another one now: what was made of the old one is taken away and due again."""
    for extra in show.extras.all():
        with suppress(StaleState):  # due already
            claims.again(extra)


def address_of(show: Show, kind: str) -> str | None:
    """Where it is read, once it is ready."""
    row = show.extras.filter(kind=kind, status=Extra.Status.READY).first()
    return address(row.path) if row else None


def path_of(kind: str) -> Subquery:
    """The same for a query of shows: its path, or NULL."""
    ready = Extra.objects.filter(show=OuterRef("pk"), kind=kind, status=Extra.Status.READY)
    return Subquery(ready.values("path")[:1])


def begin(extra: Extra, name: str) -> str:
    """Take away what an earlier try left, and answer the path for this one."""
    if extra.path:
        forget(extra.path)
    extra.path = f"{FOLDER}/{uuid.uuid4().hex}/{name}"
    Extra.objects.filter(pk=extra.pk).update(path=extra.path)
    return extra.path


def forget(path: str) -> None:
    """Delete the folder of a file that was made."""
    folder = str(PurePosixPath(path).parent)
    try:
        _, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        default_storage.delete(f"{folder}/{name}")
    default_storage.delete(folder)
