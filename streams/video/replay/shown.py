"""Which part of a recording its replay shows, when it was trimmed."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from streams import log
from streams.models import Segment, Show
from streams.video.replay import recording

CLOSE = timedelta(milliseconds=50)  # renditions begin where the source does, to a frame


def only(show: Show, rows: QuerySet[Segment]) -> QuerySet[Segment]:
    """Of these segments of one rendition: those that the replay shows, whole ones only."""
    if show.trim_from:
        begun = recording.source(show).filter(at__lte=show.trim_from + CLOSE)
        earlier = begun.order_by("-at").first()
        if earlier and earlier.at + timedelta(seconds=earlier.duration) > show.trim_from:
            rows = rows.filter(at__gte=earlier.at - CLOSE)
        else:  # between two takes
            rows = rows.filter(at__gte=show.trim_from - CLOSE)
    if show.trim_to:
        rows = rows.filter(at__lt=show.trim_to - CLOSE)
    return rows


def left_out(show: Show) -> float:
    """How many seconds of the recording come before the first that is shown."""
    if not show.trim_from:
        return 0.0
    first = only(show, recording.source(show)).first()
    seconds = 0.0
    for row in recording.source(show):
        if first is None or row.pk == first.pk:
            break
        seconds += row.duration
    return seconds


def hides(show: Show, at: datetime) -> bool:
    """Whether a moment of the show is outside of its replay."""
    is_early = show.trim_from is not None and at < show.trim_from
    return is_early or (show.trim_to is not None and at >= show.trim_to)


def public(show: Show, facts: list[dict]) -> list[dict]:
    """The facts of a room log as the replay tells them: what was said outside of it is withheld."""
    if not (show.trim_from or show.trim_to):
        return facts
    return [
        fact | {"data": log.WITHHELD}
        if fact["type"] == "chat.posted" and hides(show, datetime.fromisoformat(fact["at"]))
        else fact
        for fact in facts
    ]
