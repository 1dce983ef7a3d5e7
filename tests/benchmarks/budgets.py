"""The budgets of the product and how each is measured."""

import asyncio
import json
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks import timecode
from tests.benchmarks.product import ROOT, Product
from tests.browser import FLAGS, chromium

PHONE = {"width": 390, "height": 844}
WATCH = 20  # seconds over which memory and processor are measured
FRAMES = 150
MOVES = """() => {
  const video = document.querySelector("video")
  return video && video.currentTime > 0.3 && !video.paused
}"""
SESSION = (
    "from streams.video import publisher; from shops.models import User;"
    "print(publisher.signed_in(User.objects.get(username='mara')))"
)
NEW_SHOW = (
    "from streams.models import Show, Room; from shops.models import Shop;"
    "from streams import lifecycle;"
    "s = Show.objects.create(shop=Shop.objects.get(slug='claymoor'), slug='bench', title='Bench');"
    "Room.objects.create(show=s); lifecycle.go_live(s)"
)


@dataclass(frozen=True)
class Figure:
    what: str
    value: float
    limit: float
    unit: str

    def as_dict(self) -> dict:
        return asdict(self) | {"ratio": round(self.value / self.limit, 2)}

    def __str__(self) -> str:
        share = self.value / self.limit
        return f"{self.what}: {self.value:g} {self.unit}, {share:.2f} of the {self.limit:g} allowed"


def measure(product: Product) -> Iterator[Figure]:
    product.start()
    product.wait_for("/")
    product.wait_for("/hls/kiln-opening/live.m3u8", contains="#EXTINF")
    product.stop()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield from _second_start(product, browser)
        yield from _weights(product, browser)
        yield from _while_on_air(product, browser)
        yield from _picture(product, browser)
        browser.close()
    for page, statements in json.loads(_inside(product, "sql")).items():
        yield Figure(f"SQL: {page}", statements, 10 if "order" in page else 6, "statements")
    yield Figure("Ctrl-C until nothing is left", round(product.stop(), 1), 10, "s")


def _second_start(product: Product, browser: Browser) -> Iterator[Figure]:
    began = product.start()
    product.wait_for("/")
    yield Figure("second start, first page", round(time.monotonic() - began, 1), 10, "s")
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{product.site}/live/kiln-opening/")
    page.wait_for_function(MOVES, timeout=60_000)
    yield Figure("second start, moving picture", round(time.monotonic() - began, 1), 20, "s")
    page.close()


def _weights(product: Product, browser: Browser) -> Iterator[Figure]:
    for name, path in {
        "home": "/",
        "shop": "/claymoor/",
        "product": "/claymoor/stoneware-mug/",
        "show": "/live/kiln-opening/",
    }.items():
        page = browser.new_page(viewport=PHONE)
        page.goto(product.site + path, wait_until="load")
        loaded = page.evaluate(
            """() => [...performance.getEntriesByType("navigation"),
                      ...performance.getEntriesByType("resource")].map((entry) =>
                      [entry.name, entry.initiatorType, entry.encodedBodySize])"""
        )
        code = sum(
            size
            for address, kind, size in loaded
            if kind in ("navigation", "link", "script", "css", "other")
            and not any(part in address for part in ("/hls", "/media/"))
        )
        yield Figure(f"weight: {name}, beside hls.js", round(code / 1024, 1), 60, "KB")
        page.close()


def _while_on_air(product: Product, browser: Browser) -> Iterator[Figure]:
    pages = [browser.new_page(viewport=PHONE) for _ in range(2)]
    for page in pages:
        page.goto(f"{product.site}/live/kiln-opening/")
        page.wait_for_function(MOVES, timeout=60_000)
    spent, began = product.cpu_seconds(), time.monotonic()
    pages[0].wait_for_timeout(WATCH * 1000)
    cores = (product.cpu_seconds() - spent) / (time.monotonic() - began)
    yield Figure("a 720p show, two viewers: processor", round(cores, 2), 1, "cores")
    yield Figure("a 720p show, two viewers: memory", round(product.memory()), 700, "MB")
    for page in pages:
        page.close()


def _picture(product: Product, browser: Browser) -> Iterator[Figure]:
    product.manage("shell", "-v0", "-c", NEW_SHOW)
    session = product.manage("shell", "-v0", "-c", SESSION).strip().splitlines()[-1]
    over = threading.Event()
    camera = threading.Thread(target=_camera, args=(product.site, session, over), daemon=True)
    camera.start()
    product.wait_for("/hls/bench/live.m3u8", contains="#EXTINF")
    page = browser.new_page(viewport=PHONE)
    page.goto(f"{product.site}/live/bench/")
    page.wait_for_function(MOVES, timeout=60_000)
    page.wait_for_timeout(8000)  # until the player has settled
    delays = page.evaluate(timecode.READ, FRAMES)
    yield Figure("glass to glass, median", round(statistics.median(delays) / 1000, 2), 5, "s")
    page.close()
    page = browser.new_page(viewport=PHONE)
    ended = time.monotonic()
    product.post("/api/v1/shows/bench/end/", session)
    product.wait_for("/hls/bench/source.m3u8", contains="#EXT-X-ENDLIST")
    page.goto(f"{product.site}/live/bench/")
    page.wait_for_function(MOVES, timeout=60_000)
    yield Figure("End until the replay plays", round(time.monotonic() - ended, 2), 2, "s")
    page.close()
    over.set()
    camera.join(10)


def _camera(site: str, session: str, over: threading.Event) -> None:
    async def run():
        done = asyncio.Event()
        sending = asyncio.create_task(timecode.publish(site, "bench", session, done))
        while not over.is_set() and not sending.done():
            await asyncio.sleep(0.1)
        done.set()
        await sending

    asyncio.run(run())


def _inside(product: Product, script: str) -> str:
    code = (ROOT / "tests" / "benchmarks" / f"{script}.py").read_text()
    return product.manage("shell", "-v0", "-c", code).strip().splitlines()[-1]
