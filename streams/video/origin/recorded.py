"""The rows of a show's source, as the live playlist names them.

Rows keep the sequence numbers that viewers saw. A number without a row is a segment that was
lost on its way to storage: a gap.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from livecommerce.media import address
from streams.models import Rendition, Segment, Show, Take
from streams.video.origin.window import TARGET, gap_after, init_path
from streams.video.packaging import playlist
from streams.video.replay import shown

LAST_SEGMENT = timedelta(seconds=4)  # how long after End a take may still bring one
HOLE = 100  # gaps in a row, at most


@dataclass(frozen=True)
class Past:
    """What of a show can be rewound to, oldest first."""

    entries: list[playlist.Entry]
    first_sequence: int = 0
    first_discontinuity: int = 0
    is_finished: bool = True  # the last take ended in good order: nothing of it is missing

    @property
    def next_sequence(self) -> int:
        return self.first_sequence + len(self.entries)


def read(show: Show) -> Past:
    """The last REWIND_MINUTES of a show that are stored, without what its replay leaves out."""
    seconds = settings.REWIND_MINUTES * 60
    source = Segment.objects.filter(rendition__show=show, rendition__name=Rendition.SOURCE)
    rows = shown.only(show, source)
    newest_first = rows.select_related("take").order_by("-take", "-number")
    kept, held = [], 0.0
    for row in newest_first[: 2 * seconds // TARGET]:
        if kept and held + row.duration > seconds:
            break
        kept.insert(0, row)
        held += row.duration
    if not kept:
        return Past([])
    first = kept[0].sequence
    if first is None:
        first = rows.count() - len(kept)
    earlier = rows.filter(take__lt=kept[0].take_id).values("take").distinct().count()
    return Past(
        entries=_entries(kept, show.slug),
        first_sequence=first,
        first_discontinuity=earlier,
        is_finished=kept[-1].take.status == Take.Status.FINISHED,
    )


def is_elsewhere(show_pk: int, takes: set[str], sequence: int) -> bool:
    """Whether another process went on with this show, in a take that is none of these."""
    rows = Segment.objects.filter(rendition__show=show_pk, rendition__name=Rendition.SOURCE)
    return rows.filter(sequence__gte=sequence).exclude(take__key__in=takes).exists()


def is_over(show: Show) -> bool:
    """Ended, and the last segment of its last take is here."""
    if show.status != Show.Status.ENDED:
        return False
    if timezone.now() - show.ended_at > LAST_SEGMENT:
        return True
    return not show.takes.filter(status=Take.Status.RECEIVING).exists()


def text(slug: str) -> str | None:
    """The plain live playlist of a show whose picture comes in at another process."""
    show = Show.objects.filter(slug=slug, status__in=(Show.Status.LIVE, Show.Status.ENDED)).first()
    past = read(show) if show else None
    if not past or not past.entries:
        return None
    return playlist.media(
        past.entries,
        target=TARGET,
        first_sequence=past.first_sequence,
        first_discontinuity=past.first_discontinuity,
        ended=is_over(show),
        kind="live",
    )


def _entries(rows: list[Segment], slug: str) -> list[playlist.Entry]:
    entries, expected = [], rows[0].sequence
    for row in rows:
        if row.sequence is not None and expected is not None:
            for missing in range(expected, min(row.sequence, expected + HOLE)):
                gap = gap_after(entries[-1], slug, missing)
                entries.append(replace(gap, at=min(gap.at, max(row.at, entries[-1].at))))
            expected = row.sequence + 1
        entries.append(_entry(row, not_before=entries[-1].at if entries else row.at))
    return entries


def _entry(row: Segment, *, not_before: datetime) -> playlist.Entry:
    key = str(row.take.key)
    return playlist.Entry(
        uri=address(row.path),
        duration=row.duration,
        at=max(row.at, not_before),
        take=key,
        init_uri=address(init_path(key)),
    )
