"""The shop windows: home, one shop, one show."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from livecommerce.media import address
from shops import catalogue
from shops.models import Product, Shop
from streams import lineup, presence, rooms
from streams.models import Extra, Show
from streams.video.replay import captions, extras

SHOWN = 12  # cards of one kind on a page
AHEAD = (Show.Status.LIVE, Show.Status.SCHEDULED)


@require_safe
def home(request):
    """Live now, coming up, replays, goods."""
    cards = _cards(Show.objects.all())
    return render(
        request,
        "streams/home.html",
        {
            "live": cards.live().order_by("-live_at")[:SHOWN],
            "coming_up": cards.coming_up().order_by("starts_at")[:SHOWN],
            "replays": cards.replays().order_by("-ended_at")[:SHOWN],
            "products": _goods(Product.objects.on_sale()),
        },
    )


@require_safe
def shop(request, slug):
    found = get_object_or_404(Shop.objects.select_related("avatar", "hero"), slug=slug)
    cards = _cards(found.shows.all())
    ahead = cards.filter(status__in=AHEAD).order_by("status", "starts_at")[: 2 * SHOWN]
    return render(
        request,
        "streams/shop.html",
        {
            "shop": found,
            "live": [each for each in ahead if each.status == Show.Status.LIVE],
            "coming_up": [each for each in ahead if each.status == Show.Status.SCHEDULED],
            "replays": cards.replays().order_by("-ended_at")[:SHOWN],
            "products": _goods(found.products.on_sale(), limit=200),
        },
    )


@require_safe
@ensure_csrf_cookie
def show(request, slug):
    """One address for the countdown, the live picture and the replay."""
    found = get_object_or_404(
        Show.objects.select_related("shop__avatar", "poster", "shop__hero")
        .annotate(
            storyboard=extras.path_of(Extra.Kind.STORYBOARD),
            download=extras.path_of(Extra.Kind.DOWNLOAD),
        )
        .exclude(status=Show.Status.CANCELLED),
        slug=slug,
    )
    str(request.visitor)  # whoever comes to talk and buy is known by the same cookie later
    return render(
        request,
        "streams/show.html",
        {
            "show": found,
            "shop": found.shop,
            "items": lineup.cards(found),
            "speaker": rooms.speaker(found, request.user, ""),
            **_of_replay(found),
        },
    )


def _of_replay(show: Show) -> dict:
    """What a replay has beside its picture: tracks, and addresses or None."""
    if show.status != Show.Status.ENDED:
        return {"captions": [], "storyboard": None, "download": None}
    return {
        "captions": captions.tracks(show),
        "storyboard": show.storyboard and address(show.storyboard),
        "download": show.download and address(show.download),
    }


def _cards(shows):
    """Shows with all that their cards say."""
    return shows.select_related("shop__avatar", "poster", "shop__hero").annotate(
        viewers=presence.counted()
    )


def _goods(products, limit: int = SHOWN):
    return products.select_related("shop").prefetch_related(*catalogue.goods())[:limit]
