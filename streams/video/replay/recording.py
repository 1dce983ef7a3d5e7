"""What was recorded of a show, as those need it who make something of it. Read only."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet

from streams.models import Rendition, Segment, Show, Take
from streams.video import takes
from streams.video.packaging.boxes import Boxes


def is_over(show: Show) -> bool:
    """The show has ended and its last segment is here."""
    receiving = show.takes.filter(status=Take.Status.RECEIVING)
    return show.status == Show.Status.ENDED and not receiving.exists()


def shows() -> QuerySet[Show]:
    """Those that are over, with pictures to make something of."""
    receiving = Take.objects.filter(show=OuterRef("pk"), status=Take.Status.RECEIVING)
    pictures = Segment.objects.filter(
        rendition__show=OuterRef("pk"), rendition__name=Rendition.SOURCE, rendition__width__gt=0
    )
    return Show.objects.replays().filter(~Exists(receiving), Exists(pictures))


def source(show: Show) -> QuerySet[Segment]:
    """Every segment of the source, in order."""
    rows = Segment.objects.filter(rendition__show=show, rendition__name=Rendition.SOURCE)
    return rows.select_related("take", "rendition").order_by("take", "number")


def by_take(rows: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Segments that were sent without a break."""
    for _, together in groupby(rows, key=lambda row: row.take_id):
        yield list(together)


def pieces(rows: list[Segment]) -> Iterator[bytes]:
    """Segments of one take, with what players need in front of them."""
    yield read(takes.init_path(rows[0].take, rows[0].rendition))
    for row in rows:
        yield read(row.path)


def stills(rows: list[Segment]) -> Iterator[bytes]:
    """The same, of each segment no more than its beginning, where its key frame is."""
    yield read(takes.init_path(rows[0].take, rows[0].rendition))
    for row in rows:
        yield _first_fragment(read(row.path))


def read(path: str) -> bytes:
    with default_storage.open(path) as file:
        return file.read()


def _first_fragment(data: bytes) -> bytes:
    kept = b""
    for box in Boxes().feed(data):
        kept += box.data
        if box.type == "mdat":
            break
    return kept
