"""A show's still: until a better one is chosen, out of what was recorded."""

import io

from django.db.models import QuerySet

from shops import pictures
from streams.models import Show
from streams.video import ffmpeg
from streams.video.replay import recording, running


def due() -> QuerySet[Show]:
    return recording.shows().filter(poster=None).select_related("shop")


def make(show: Show) -> None:
    """A still from one third of what is recorded so far, if the show has none."""
    rows = recording.source(show)
    count = rows.filter(rendition__width__gt=0).count()
    if show.poster_id or not count:
        return
    still = b"".join(running.run(ffmpeg.poster(), recording.stills([rows[count // 3]]), cpu=10))
    picture = pictures.store(show.shop, io.BytesIO(still))
    Show.objects.filter(pk=show.pk, poster=None).update(poster=picture)
