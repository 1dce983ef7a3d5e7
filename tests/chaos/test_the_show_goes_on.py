"""Whoever sends the picture dies and comes back: one show, one address, one replay, no reload."""

import os
import re
import signal
import time
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import browser as browsers
from tests import house as houses
from tests import lanes
from tests.chaos import evening as evenings
from tests.chaos.conftest import ARTEFACTS
from tests.journeys import guest, merchant
from tests.journeys.visitors import Visitors

TITLE = "Kiln opening"
PRICE = 2900 + 490  # the show price and the delivery
BACK = 10  # seconds until the picture moves again
NOTICED = 5  # seconds until the page says what it waits for
GIVEN_UP = 15  # the same where the line just falls silent
A_WHILE = 3  # seconds that each take is watched
SILENCE = 10  # seconds of a line that fell silent, in which its take is not given up
WORDS = "The host is reconnecting"
PASSED = """([second, frames]) => {
  const video = document.querySelector("video")
  return video.currentTime > second && video.getVideoPlaybackQuality().totalVideoFrames > frames
}"""


@pytest.fixture
def evening(request, tmp_path):
    with evenings.opened(tmp_path, ARTEFACTS / request.node.name) as evening:
        yield evening
    assert "Traceback" not in evening.log()


@pytest.fixture
def launch():
    """launch(): another Chromium, with a camera that is not there."""
    flags = [*browsers.FLAGS, *browsers.CAMERA]
    with sync_playwright() as playwright:
        yield lambda: playwright.chromium.launch(executable_path=browsers.chromium(), args=flags)


@pytest.fixture
def visitors(launch, evening):
    present = Visitors(launch(), evening.house.artefacts)
    yield present
    present.leave()


def test_an_encoder_dies_three_times_and_a_camera_takes_its_place(evening, visitors, capsys):
    studio = visitors.desk(evening.house.url, "mara")
    merchant.sign_in(studio)
    merchant.open_studio(studio, TITLE)
    address, server_and_key = studio.url, begins_for_obs(studio)
    studio.goto("about:blank")  # the camera goes off
    ann = comes_to_stay(evening, visitors)
    orders, took = [], []

    obs = evening.obs(*server_and_key)
    try:
        guest.sees_the_picture_move(ann)
        watches(ann)
        for seconds in (5, 30, 120):
            obs.kill()
            obs.wait()
            back = time.monotonic() + seconds
            orders.append(goes_on_without(evening, ann, f"away for {seconds}"))
            visitors.shot(ann, f"away-{seconds}")
            time.sleep(max(0, back - time.monotonic()))
            obs = evening.obs(*server_and_key)
            took.append(sees_it_again(ann, time.monotonic()))
            visitors.shot(ann, f"back-{seconds}")
    finally:
        houses.stop(obs, "obs")

    studio.goto(address)
    orders.append(goes_on_without(evening, ann, "OBS is gone"))
    took.append(starts_the_camera(studio, ann))
    visitors.shot(ann, "camera")
    merchant.ends(studio)

    the_replay_plays_through(evening, visitors, ann, takes=["lost"] * 3 + ["finished"] * 2)
    all_is_paid(evening, orders)
    assert visitors.complaints == []
    with capsys.disabled():
        print("\nThe picture moves again after", ", ".join(f"{each:.1f} s" for each in took))


def test_a_studio_dies_and_one_loses_its_line(evening, visitors, launch, capsys):
    browser = launch()
    mara = Visitors(browser, evening.house.artefacts / "mara")
    studio = mara.desk(evening.house.url)
    merchant.sign_in(studio)
    merchant.open_studio(studio, TITLE)
    address, badge = studio.url, studio.context.storage_state()
    merchant.goes_live(studio)
    ann = comes_to_stay(evening, visitors)
    guest.sees_the_picture_move(ann)
    watches(ann)
    took = []

    back = time.monotonic() + 5
    dies(browser)
    orders = [goes_on_without(evening, ann, "her browser is gone")]
    visitors.shot(ann, "away")
    another = launch().new_context(storage_state=badge, permissions=["camera", "microphone"])
    studio = another.new_page()
    time.sleep(max(0, back - time.monotonic()))
    studio.goto(address)
    took.append(starts_the_camera(studio, ann))
    visitors.shot(ann, "back")

    another.set_offline(True)
    orders.append(goes_on_without(evening, ann, "her line is gone", noticed=GIVEN_UP))
    expect(studio.locator("[data-lamp]")).to_have_text("Line lost, coming back")
    another.set_offline(False)
    took.append(sees_it_again(ann, time.monotonic()))
    visitors.shot(ann, "back-by-itself")
    merchant.ends(studio)

    takes = ["lost", "lost", "finished"]
    the_replay_plays_through(evening, visitors, ann, takes=takes, silence=SILENCE)
    all_is_paid(evening, orders)
    assert visitors.complaints == []
    with capsys.disabled():
        print("\nThe picture moves again after", ", ".join(f"{each:.1f} s" for each in took))


# ---- the host


def begins_for_obs(studio: Page) -> tuple[str, str]:
    """The show begins without this camera; what OBS is to be told."""
    studio.get_by_text("Send from OBS instead").click()
    server = studio.get_by_label("Server", exact=True)
    expect(server).to_have_value(re.compile("^rtmp://"))
    studio.get_by_label("Show or hide the stream key").click()
    told = server.input_value(), studio.get_by_label("Stream key", exact=True).input_value()
    studio.get_by_role("button", name="Begin the show for OBS").click()
    studio.get_by_role("dialog").get_by_role("button", name="Go live").click()
    expect(studio.get_by_role("button", name="End the show")).to_be_visible()
    return told


def starts_the_camera(studio: Page, ann: Page) -> float:
    """In a show that is on air already; answers how long Ann waits for it."""
    button = studio.get_by_role("button", name="Start the camera")
    expect(button).to_be_enabled()
    began = time.monotonic()
    button.click()
    took = sees_it_again(ann, began)
    expect(studio.locator("[data-lamp]")).to_have_text("Live")
    return took


def dies(browser: Browser) -> None:
    """kill -9: no page says goodbye."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    (pid,) = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
    os.kill(pid, signal.SIGKILL)


# ---- Ann, who never reloads


def comes_to_stay(evening, visitors: Visitors) -> Page:
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


def the_replay_plays_through(
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
