"""Playlists from rows: the master, the replay, and a live show's where it is not in memory."""

from django.db.models import F, FloatField, Max
from django.db.models.functions import Cast
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from livecommerce.media import address
from streams.models import Rendition, Segment, Show
from streams.video import takes
from streams.video.origin import recorded
from streams.video.origin.window import TARGET
from streams.video.packaging import playlist
from streams.video.replay import shown

GUESS = 3_000_000  # bits a second, of a show whose first segment is not stored yet


@require_safe
@never_cache
def master(request, slug):
    """Live: the one playlist that goes on. Ended: every rendition that is ready, source first."""
    show = get_object_or_404(Show, slug=slug)
    if recorded.is_over(show):
        variants = [
            _variant(rendition, reverse("media-playlist", args=[slug, rendition.name]))
            for rendition in _ready(show)
            if rendition.peak
        ]
    else:
        variants = [
            _variant(rendition, reverse("live-playlist", args=[slug]))
            for rendition in _ready(show).filter(name=Rendition.SOURCE)
        ]
    if not variants:
        raise Http404("No picture yet.")
    return _answer(playlist.master(variants))


@require_safe
@never_cache
def live(request, slug):
    """Where the picture comes in, streams.video.origin.app answers before this."""
    text = recorded.text(slug)
    if text is None:
        raise Http404("No picture yet.")
    return _answer(text)


@require_safe
@never_cache
def media(request, slug, rendition):
    """A replay: everything, from the moment of End on."""
    found = get_object_or_404(_ready(None).select_related("show"), show__slug=slug, name=rendition)
    if not recorded.is_over(found.show):
        raise Http404("Not over yet.")
    rows = found.segments.select_related("take").order_by("take", "number")
    entries = [_entry(row, found) for row in shown.only(found.show, rows)]
    if not entries:
        raise Http404("Nothing was recorded.")
    return _answer(
        playlist.media(
            entries,
            target=TARGET,
            first_sequence=0,
            first_discontinuity=0,
            ended=True,
            kind="vod",
        )
    )


def _ready(show: Show | None):
    """Renditions whose tracks are known, each with the `peak` of its segments in bits a second."""
    found = Rendition.objects.filter(status=Rendition.Status.READY, codecs__gt="")
    if show:
        found = found.filter(show=show)
    return found.annotate(
        peak=Max(Cast(F("segments__size"), FloatField()) * 8 / F("segments__duration"))
    )


def _variant(rendition: Rendition, uri: str) -> playlist.Variant:
    return playlist.Variant(
        uri=uri,
        bandwidth=round(rendition.peak or GUESS),
        width=rendition.width,
        height=rendition.height,
        codecs=rendition.codecs,
    )


def _entry(row: Segment, rendition: Rendition) -> playlist.Entry:
    return playlist.Entry(
        uri=address(row.path),
        duration=row.duration,
        at=row.at,
        take=row.take_id,
        init_uri=address(takes.init_path(row.take, rendition)),
    )


def _answer(text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="application/vnd.apple.mpegurl")
    answer["Access-Control-Allow-Origin"] = "*"  # open to all, as the segments are
    return answer
