"""Glass to glass, and how soon a page has a picture: ours in each way, and the common way."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.benchmarks.picture import common, figures, hosts, screen
from tests.benchmarks.picture.figures import Figure
from tests.benchmarks.picture.house import House

SETTLE = 8  # seconds until a player has found its place
LOADS = 5  # pages for the first frame
PART = re.compile(r"/hls/[^/]+/[^/]+/\d+\.\d+\.m4s")
LOW, PLAIN, FIRST = 2.0, 3.0, 1.0  # the aims, in seconds
BROWSER = "ours, low latency, browser host"
ENCODER = "ours, low latency, OBS-like host"
TUNED = "ours, low latency, OBS-like host as the studio page says"
STEADY = "ours, plain, browser host"


def studio(house: House, browser: Browser, seconds: float) -> Iterator[Figure]:
    with _show(house, hosts.studio) as address:
        yield _delay(BROWSER, address, browser, seconds, aim=LOW)
        yield _delay(STEADY, address, browser, seconds, aim=PLAIN, before=_steadier)
        yield _first(BROWSER, address, browser, seconds, aim=FIRST)


def broadcaster(house: House, browser: Browser, seconds: float) -> Iterator[Figure]:
    with _show(house, hosts.broadcaster) as address:
        yield _delay(ENCODER, address, browser, seconds, aim=LOW)
    with _show(house, partial(hosts.broadcaster, is_tuned=True)) as address:
        yield _delay(TUNED, address, browser, seconds, aim=LOW)


def common_way(folder: Path, browser: Browser, seconds: float) -> Iterator[Figure]:
    with common.on_air(folder / "common") as address:
        yield _delay(figures.COMMON, address, browser, seconds)
        yield _first(figures.COMMON, address, browser, seconds)


@contextmanager
def _show(house: House, host: Callable[..., AbstractContextManager]) -> Iterator[str]:
    stage = house.stage()
    with host(house, stage):
        house.wait_for_picture(stage)
        yield house.address(stage)


def _delay(
    way: str,
    address: str,
    browser: Browser,
    seconds: float,
    *,
    aim: float | None = None,
    before: Callable[[Page], None] = lambda page: None,
) -> Figure:
    with screen.playing(browser, address) as page:
        before(page)
        page.wait_for_timeout(SETTLE * 1000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        found, unread = screen.delays(page, seconds)
        parts = sum(bool(PART.search(url)) for url in asked)
    if not found:
        raise OSError(f"{way}: no frame was shown in {seconds:g} s")
    median, p95 = figures.spread(found)
    told = {"p95": round(p95, 2), "frames": len(found), "unread": unread, "parts fetched": parts}
    return Figure(figures.GLASS, way, round(median, 2), "s", aim, told)


def _steadier(page: Page) -> None:
    """The player's own way to the steadier picture; it has it once it fetches no parts."""
    page.wait_for_timeout(1500)  # what keeps the picture comes after the first of it
    page.evaluate("() => bench.stumble()")


def _first(
    way: str, address: str, browser: Browser, seconds: float, *, aim: float | None = None
) -> Figure:
    loads = max(2, min(LOADS, round(seconds)))
    found = []
    for _ in range(loads):
        with screen.opened(browser, address) as page:
            found.append(screen.first_frame(page))
    median, p95 = figures.spread(found)
    told = {"p95": round(p95, 2), "pages": loads}
    return Figure(figures.FIRST, way, round(median, 2), "s", aim, told)
