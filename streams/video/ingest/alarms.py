"""What is wrong with a show's picture, told to its control rooms, and when it is well again."""

import logging

from django.core.cache import cache

from livecommerce.database import in_database
from streams import desk
from streams.models import Show

KEPT = 6 * 3600  # seconds in which control rooms that open later are told
logger = logging.getLogger(__name__)
_raised: dict[int, dict[str, str]] = {}  # details by code, by show: a next take may be the cure


async def alert(show: Show, code: str, detail: str) -> None:
    """Once until it is well: {"show", "code", "detail"}."""
    raised = _raised.setdefault(show.pk, {})
    if code not in raised:
        raised[code] = detail
        logger.warning("show %s: %s: %s", show.slug, code, detail)
        await _tell(show, "picture.alert", {"code": code, "detail": detail})


async def well(show: Show, *codes: str) -> None:
    """These are over: {"show", "code"} for each that was told."""
    raised = _raised.get(show.pk, {})
    for code in raised.keys() & set(codes):
        raised.pop(code, None)
        await _tell(show, "picture.well", {"code": code})


def take_up(show: Show) -> None:
    """Know what a process that died has raised: it is ours to say when that is well."""
    if show.pk not in _raised:
        _raised[show.pk] = _kept(show)


def standing(show: Show) -> list[dict]:
    """The alerts that are on, for a control room that opens now; none once the show is over."""
    if not Show.objects.live().filter(pk=show.pk).exists():
        return []
    return [
        {"type": "picture.alert", "data": {"show": show.slug, "code": code, "detail": detail}}
        for code, detail in _kept(show).items()
    ]


async def _tell(show: Show, news: str, data: dict) -> None:
    try:
        await in_database(_keep_and_tell)(show, news, data)
    except Exception:  # the picture goes on, whoever hears of it
        logger.warning("%s of show %s was not told", news, show.slug, exc_info=True)


def _keep_and_tell(show: Show, news: str, data: dict) -> None:
    try:
        cache.set(_name(show), dict(_raised.get(show.pk, {})), KEPT)
    finally:
        desk.tell(show.shop_id, news, {"show": show.slug} | data)


def _kept(show: Show) -> dict[str, str]:
    try:
        return cache.get(_name(show), {})
    except Exception:
        logger.warning("what is wrong with show %s is not known", show.slug, exc_info=True)
        return {}


def _name(show: Show) -> str:
    return f"picture-alerts-{show.pk}"
