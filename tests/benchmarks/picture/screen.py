"""Pages in a real Chromium, and what is read off their screens."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.benchmarks.budgets import MOVES, PHONE

SCRIPT = Path(__file__).with_suffix(".js")
PATIENCE = 30_000  # ms until a picture moves


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """A page with nothing in its cache, as soon as it is asked for."""
    context = browser.new_context(viewport=PHONE)
    try:
        page = context.new_page()
        page.add_init_script(path=SCRIPT)
        page.goto(address, wait_until="commit")
        yield page
    finally:
        context.close()


@contextmanager
def playing(browser: Browser, address: str) -> Iterator[Page]:
    """The same, once its picture moves."""
    with opened(browser, address) as page:
        page.wait_for_function(MOVES, timeout=PATIENCE)
        yield page


def first_frame(page: Page) -> float:
    """Seconds from asking for the page to its first picture."""
    page.wait_for_function("() => window.bench?.first", timeout=PATIENCE)
    return page.evaluate("() => bench.first") / 1000


def delays(page: Page, seconds: float) -> tuple[list[float], int]:
    """The delay in seconds of every frame that is shown meanwhile, and how many had no code."""
    found = page.evaluate("(ms) => bench.delays(ms)", round(seconds * 1000))
    return [delay / 1000 for delay in found if delay is not None], found.count(None)


def cards(page: Page, count: int, seconds: float) -> list[dict]:
    """Each card that was drawn: {"item", "taken": ms}; waits for so many of them."""
    ready = "(count) => bench.cards.length >= count"
    page.wait_for_function(ready, arg=count, timeout=seconds * 1000)
    return page.evaluate("() => bench.cards")
