"""One who stays with an evening whatever becomes of its picture, and never reloads."""

import re
import time
from datetime import datetime

from playwright.sync_api import Page, expect

from tests import house as houses
from tests import lanes
from tests.journeys import guest
from tests.journeys.visitors import Visitors

PRICE = 2900 + 490  # the show price and the delivery
BACK = 10  # seconds until the picture moves again
NOTICED = 5  # seconds until the page says what it waits for
A_WHILE = 3  # seconds that each take is watched
WORDS = "The host is reconnecting"
PASSED = """([second, frames]) => {
  const video = document.querySelector("video")
  return video.currentTime > second && video.getVideoPlaybackQuality().totalVideoFrames > frames
}"""


def comes(evening, visitors: Visitors) -> Page:
    ann = visitors.phone(evening.house.url, "ann")
    ann.goto(f"/live/{evening.slug}/")
    ann.evaluate("() => { window.cameOnce = true }")
    return ann


def goes_on_without(evening, ann: Page, text: str, *, noticed: float = NOTICED) -> str:
    """No picture: she is told why, the room talks, the shop sells. Answers the order."""
    expect(ann.get_by_text(WORDS)).to_be_visible(timeout=noticed * 1000)
    evening.hears(text)
    guest.reads(ann, text)
    return evening.sells()


def sees_it_again(ann: Page, began: float) -> float:
    """Answers how long that took; then she watches for a while."""
    guest.sees_the_picture_move(ann, seconds=BACK)
    took = time.monotonic() - began
    expect(ann.get_by_text(WORDS)).to_be_hidden()
    watches(ann)
    return took


def watches(ann: Page) -> None:
    now = ann.evaluate("() => document.querySelector('video').currentTime")
    ann.wait_for_function(PASSED, arg=[now + A_WHILE, 0], timeout=(A_WHILE + BACK) * 1000)


def plays_the_replay(
    evening, visitors: Visitors, ann: Page, *, takes: list[str], silence=0
) -> None:
    """On the same page, over every seam between two takes; only the gaps are cut."""
    expect(ann.get_by_label(guest.REPLAY_BAR)).to_be_visible(timeout=BACK * 1000)
    guest.sees_the_picture_move(ann, seconds=BACK)
    visitors.shot(ann, "replay")
    lanes.wait_for(lambda: not evening.children(), what="the end of every ffmpeg", seconds=BACK)
    found = evening.recorded()
    assert (found["status"], found["takes"]) == ("ended", takes)
    assert found["sequences"] == sorted(set(found["sequences"]))
    assert evening.leftovers() == []
    whole = evening.replay()
    assert abs(whole + silence - on_air(evening)) < 1.5 * len(takes)
    assert abs(ann.evaluate("() => document.querySelector('video').duration") - whole) < 0.5

    for seam in seams(evening):
        plays(ann, seam - 1, seam + 1)
    visitors.shot(ann, "last-seam")
    plays(ann, whole - 2, whole - 0.5)
    ann.wait_for_function("() => document.querySelector('video').ended", timeout=BACK * 1000)
    visitors.shot(ann, "end")
    assert ann.get_attribute("[data-show]", "data-picture") == "ended"
    assert ann.evaluate("() => window.cameOnce")
    assert ann.url == f"{evening.house.url}/live/{evening.slug}/"


def plays(ann: Page, start: float, end: float) -> None:
    """From one second of the replay to another, with a picture all the way."""
    frames = "() => document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames"
    guest.moves_to(ann, start)
    ann.wait_for_function(PASSED, arg=[end, ann.evaluate(frames) + 10], timeout=BACK * 1000)


# ---- what is left


def seams(evening) -> list[float]:
    """The seconds of the replay at which another take begins."""
    text = evening.get(f"/hls/{evening.slug}/source.m3u8").decode()
    *before, _ = text.split("#EXT-X-DISCONTINUITY\n")
    lengths = [sum(map(float, re.findall(r"#EXTINF:([\d.]+)", each))) for each in before]
    return [sum(lengths[: count + 1]) for count in range(len(lengths))]


def on_air(evening) -> float:
    """The seconds in which there was a picture, as the room was told."""
    facts = evening.house.get(f"/api/v1/shows/{evening.slug}/events/?after=0&limit=500")["facts"]
    told = [fact for fact in facts if fact["type"].startswith("take.")]
    moments = [datetime.fromisoformat(fact["at"]).timestamp() for fact in told]
    return sum(end - start for start, end in zip(moments[::2], moments[1::2], strict=True))


def all_is_paid(evening, orders: list[str]) -> None:
    """Each once, and nothing else, in our books and in the till's."""
    intents = evening.house.ledger()["payment_intents"]
    assert [(row["captured"], row["captures"]) for row in intents] == [(PRICE, 1)] * len(orders)
    assert len(set(orders)) == len(orders)
    assert {houses.fetch(order)["status"] for order in orders} == {"paid"}
    books = evening.house.manage("books", "--provider")
    assert books.returncode == 0, books.stdout
