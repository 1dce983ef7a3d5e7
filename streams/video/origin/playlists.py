"""Playlists, from the rows of the segments that are stored. Never cached; segments are for ever."""

from datetime import timedelta

from django.db.models import F, FloatField, Max
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from livecommerce.media import address
from streams.models import Rendition, Segment, Show, Take
from streams.video import takes
from streams.video.packaging import playlist

WINDOW = 12  # segments in a live playlist
TARGET = 1  # seconds
LAST_SEGMENT = timedelta(seconds=4)  # how long after End a take may still bring one


@require_safe
@never_cache
def master(request, slug):
    """Every rendition that can be played now; the source first."""
    ready = Rendition.objects.filter(
        show__slug=slug, status=Rendition.Status.READY, codecs__gt=""
    ).annotate(
        peak=Max(
            Cast(F("segments__size"), FloatField()) * 8 / F("segments__duration"),
        )
    )
    variants = [
        playlist.Variant(
            uri=reverse("media-playlist", args=[slug, rendition.name]),
            bandwidth=round(rendition.peak),
            width=rendition.width,
            height=rendition.height,
            codecs=rendition.codecs,
        )
        for rendition in ready
        if rendition.peak
    ]
    if not variants:
        raise Http404("No picture yet.")
    return _answer(playlist.master(variants))


@require_safe
@never_cache
def media(request, slug, rendition):
    """Live: the last segments. Ended: all of them, from the moment of End on."""
    found = get_object_or_404(
        Rendition.objects.select_related("show"),
        show__slug=slug,
        name=rendition,
        status=Rendition.Status.READY,
    )
    is_over = _is_over(found.show)
    rows = found.segments.select_related("take").order_by("take", "number")
    before, takes_before = 0, 0
    shown = list(rows) if is_over else list(rows.reverse()[:WINDOW])[::-1]
    if not shown:
        raise Http404("No picture yet.")
    if not is_over:
        before = found.segments.count() - len(shown)
        takes_before = (
            found.segments.filter(take__lt=shown[0].take_id).values("take").distinct().count()
        )
    return _answer(
        playlist.media(
            [_entry(row, found) for row in shown],
            target=TARGET,
            first_sequence=before,
            first_discontinuity=takes_before,
            ended=is_over,
            kind="vod" if is_over else "live",
        )
    )


def _is_over(show: Show) -> bool:
    """Ended, and the last segment of its last take is here."""
    if show.status != Show.Status.ENDED:
        return False
    if timezone.now() - show.ended_at > LAST_SEGMENT:
        return True
    return not show.takes.filter(status=Take.Status.RECEIVING).exists()


def _entry(row: Segment, rendition: Rendition) -> playlist.Entry:
    return playlist.Entry(
        uri=address(row.path),
        duration=row.duration,
        at=row.at,
        take=row.take_id,
        init_uri=address(takes.init_path(row.take, rendition)),
    )


def _answer(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/vnd.apple.mpegurl")
