"""Pins against the frames they belong to, live and in the replay; and how soon the replay plays."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from playwright.sync_api import Browser, Page

from tests.benchmarks.picture import figures, hosts, screen
from tests.benchmarks.picture.figures import Figure
from tests.benchmarks.picture.house import House, Stage

SETTLE = 4  # seconds
FEWEST, MOST = 4, 12  # pins
APART = (1.0, 1.7)  # seconds; not the pace of the parts
LATE = 15  # seconds, until a card is not waited for any more
LEAD = 3  # seconds of the replay before its first pin
LONG_AGO = 4  # seconds: a frame as old as that is one of the replay
AIM, AT_ONCE = 150, 1  # ms; seconds
HOSTS = {"browser host": hosts.studio, "OBS-like host": hosts.broadcaster}


def measure(house: House, browser: Browser, name: str, seconds: float) -> Iterator[Figure]:
    count = max(FEWEST, min(MOST, round(seconds)))
    yield from _show(house, name, HOSTS[name], browser, count)


def _show(
    house: House,
    name: str,
    host: Callable[..., AbstractContextManager],
    browser: Browser,
    count: int,
) -> Iterator[Figure]:
    stage, began = house.stage(), time.time()
    with host(house, stage):
        house.wait_for_picture(stage)
        with screen.playing(browser, house.address(stage)) as page:
            page.wait_for_timeout(SETTLE * 1000)
            taps = list(_pin(house, stage, page, count))
            shown = screen.cards(page, count, LATE)
            yield _against(taps, shown, f"live, {name}")
            yield _stays(house, stage, page, name)
        with screen.opened(browser, house.address(stage)) as page:
            value = round(screen.first_frame(page), 2)
            yield Figure(figures.REPLAYED, f"who opens the page then, {name}", value, "s", AT_ONCE)
    second = max(0, int(taps[0][1] - began - LEAD - SETTLE))
    with screen.playing(browser, f"{house.address(stage)}?t={second}") as page:
        lasts = taps[-1][1] - began - second
        shown = screen.cards(page, count, lasts + LATE)
    yield _against(taps, shown, f"replay, {name}")


def _pin(house: House, stage: Stage, page: Page, count: int) -> Iterator[tuple[int, float]]:
    """(item, when the host asked for it)."""
    for number in range(count):
        item = stage.items[number % len(stage.items)]
        asked = time.time()
        house.post(stage, "pin", item=item)
        yield item, asked
        page.wait_for_timeout(random.uniform(*APART) * 1000)


def _against(taps: list[tuple[int, float]], shown: list[dict], way: str) -> Figure:
    """ms from the moment that the frame under a new card was taken at, after the host's tap."""
    if [card["item"] for card in shown] != [item for item, _ in taps]:
        raise OSError(f"{way}: {len(taps)} pins were opened, other cards came")
    errors = [
        card["taken"] - asked * 1000
        for card, (_, asked) in zip(shown, taps, strict=True)
        if card["taken"] is not None
    ]
    median, _ = figures.spread(errors)
    _, p95 = figures.spread([abs(error) for error in errors])
    told = {
        "p95": round(p95),
        "least": round(min(errors)),
        "most": round(max(errors)),
        "pins": len(errors),
    }
    return Figure(figures.PINS, way, round(median), "ms", AIM, told)


def _stays(house: House, stage: Stage, page: Page, name: str) -> Figure:
    """Who watches to the end: from the host's tap to the first frame of the replay."""
    page.wait_for_timeout(LONG_AGO * 1000)  # the show is longer than the picture is late
    asked = time.time()
    house.post(stage, "end")
    shown = page.evaluate("(before) => bench.shows(before)", (asked - LONG_AGO) * 1000)
    value = round(shown / 1000 - asked, 2)
    return Figure(figures.REPLAYED, f"who watches to the end, {name}", value, "s", AT_ONCE)
