"""Whoever sends the picture dies and comes back: one show, one address, one replay, no reload."""

import os
import re
import signal
import time

from playwright.sync_api import Browser, Page, expect

from tests import house as houses
from tests.chaos import viewer
from tests.journeys import guest, merchant
from tests.journeys.visitors import Visitors

TITLE = "Kiln opening"
GIVEN_UP = 15  # the same where the line just falls silent
SILENCE = 10  # seconds of a line that fell silent, in which its take is not given up


def test_an_encoder_dies_three_times_and_a_camera_takes_its_place(evening, visitors, capsys):
    studio = visitors.desk(evening.house.url, "mara")
    merchant.sign_in(studio)
    merchant.open_studio(studio, TITLE)
    address, server_and_key = studio.url, begins_for_obs(studio)
    studio.goto("about:blank")  # the camera goes off
    ann = viewer.comes(evening, visitors)
    orders, took = [], []

    obs = evening.obs(*server_and_key)
    try:
        guest.sees_the_picture_move(ann)
        viewer.watches(ann)
        for seconds in (5, 30, 120):
            obs.kill()
            obs.wait()
            back = time.monotonic() + seconds
            orders.append(viewer.goes_on_without(evening, ann, f"away for {seconds}"))
            visitors.shot(ann, f"away-{seconds}")
            time.sleep(max(0, back - time.monotonic()))
            obs = evening.obs(*server_and_key)
            took.append(viewer.sees_it_again(ann, time.monotonic()))
            visitors.shot(ann, f"back-{seconds}")
    finally:
        houses.stop(obs, "obs")

    studio.goto(address)
    orders.append(viewer.goes_on_without(evening, ann, "OBS is gone"))
    took.append(starts_the_camera(studio, ann))
    visitors.shot(ann, "camera")
    merchant.ends(studio)

    viewer.plays_the_replay(evening, visitors, ann, takes=["lost"] * 3 + ["finished"] * 2)
    viewer.all_is_paid(evening, orders)
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
    ann = viewer.comes(evening, visitors)
    guest.sees_the_picture_move(ann)
    viewer.watches(ann)
    took = []

    back = time.monotonic() + 5
    dies(browser)
    orders = [viewer.goes_on_without(evening, ann, "her browser is gone")]
    visitors.shot(ann, "away")
    another = launch().new_context(storage_state=badge, permissions=["camera", "microphone"])
    studio = another.new_page()
    time.sleep(max(0, back - time.monotonic()))
    studio.goto(address)
    took.append(starts_the_camera(studio, ann))
    visitors.shot(ann, "back")

    another.set_offline(True)
    orders.append(viewer.goes_on_without(evening, ann, "her line is gone", noticed=GIVEN_UP))
    expect(studio.locator("[data-lamp]")).to_have_text("Line lost, coming back")
    another.set_offline(False)
    took.append(viewer.sees_it_again(ann, time.monotonic()))
    visitors.shot(ann, "back-by-itself")
    merchant.ends(studio)

    takes = ["lost", "lost", "finished"]
    viewer.plays_the_replay(evening, visitors, ann, takes=takes, silence=SILENCE)
    viewer.all_is_paid(evening, orders)
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
    took = viewer.sees_it_again(ann, began)
    expect(studio.locator("[data-lamp]")).to_have_text("Live")
    return took


def dies(browser: Browser) -> None:
    """kill -9: no page says goodbye."""
    told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")
    (pid,) = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
    os.kill(pid, signal.SIGKILL)
