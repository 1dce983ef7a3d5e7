"""What is wrong with a show's picture, told to its control rooms, and when it is well again."""

import logging

from livecommerce.database import in_database
from streams import desk
from streams.models import Show

logger = logging.getLogger(__name__)
_raised: dict[int, set[str]] = {}  # by show: a next take may be the cure


async def alert(show: Show, code: str, detail: str) -> None:
    """Once until it is well: {"show", "code", "detail"}."""
    raised = _raised.setdefault(show.pk, set())
    if code not in raised:
        raised.add(code)
        logger.warning("show %s: %s: %s", show.slug, code, detail)
        await _tell(show, "picture.alert", {"code": code, "detail": detail})


async def well(show: Show, *codes: str) -> None:
    """These are over: {"show", "code"} for each that was told."""
    raised = _raised.get(show.pk, set())
    for code in raised & set(codes):
        raised.discard(code)
        await _tell(show, "picture.well", {"code": code})
    if not raised:
        _raised.pop(show.pk, None)


async def _tell(show: Show, news: str, data: dict) -> None:
    try:
        await in_database(desk.tell)(show.shop_id, news, {"show": show.slug} | data)
    except Exception:  # the picture goes on, whoever hears of it
        logger.warning("%s of show %s was not told", news, show.slug, exc_info=True)
