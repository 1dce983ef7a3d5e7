"""A replay after the show: what a merchant makes of it, and how viewers find their way in it."""

import re
import subprocess
from pathlib import Path

from playwright.sync_api import expect

from streams.video import ffmpeg
from tests import lanes
from tests.journeys import guest, merchant

UPLOADED, TITLE = "/live/five-minute-face/", "The five-minute face"
REPLAY = "/live/first-frost-table/"
STORYBOARD = re.compile(r"^url\(.+\.webp\"\)$")
LENGTH = 10  # seconds of the film
CLOCK = "() => document.querySelector('video').currentTime"
LONG = "() => document.querySelector('video').duration"


def test_a_finished_film_becomes_a_replay_that_is_cut_and_kept(house, visitors, film, tmp_path):
    rosa, ann = visitors.desk(house.url, "rosa"), visitors.phone(house.url, "ann")
    merchant.sign_in(rosa, "rosa")
    merchant.uploads(rosa, TITLE, film)
    visitors.shot(rosa, "desk")

    ann.goto(UPLOADED)
    guest.sees_the_picture_move(ann)
    assert abs(ann.evaluate(LONG) - LENGTH) < 0.5
    visitors.shot(ann, "uploaded")

    merchant.cuts(rosa, after=4)
    visitors.shot(rosa, "cut")
    ann.reload()
    guest.sees_the_picture_move(ann)
    assert LENGTH - 6.5 < ann.evaluate(LONG) < LENGTH - 1.5
    visitors.shot(ann, "cut")

    rosa.get_by_role("button", name="Show all of it").click()
    expect(rosa.get_by_text("All of it is shown")).to_be_visible()
    assert abs(length(merchant.downloads(rosa, tmp_path / "film.mp4")) - LENGTH) < 0.5
    assert visitors.complaints == []


def test_a_viewer_finds_her_way_through_a_replay(demo, visitors):
    made = 'id="storyboard"'
    lanes.wait_for(lambda: made in demo.text(REPLAY), what="the storyboard", seconds=120)
    bea = visitors.desk(demo.url, "bea")
    with bea.expect_response(re.compile(r"storyboard\.vtt$")):
        bea.goto(f"{REPLAY}?t=12")
    guest.sees_the_picture_move(bea)
    assert 12 < bea.evaluate(CLOCK) < 20

    expect(bea.get_by_role("button", name="Chapters")).to_be_visible()
    bea.get_by_label(guest.REPLAY_BAR).hover()
    expect(bea.locator("[data-thumb] [data-frame]")).to_have_css("background-image", STORYBOARD)
    visitors.shot(bea, "storyboard")

    bea.get_by_role("button", name="Chapters").click()
    chapters = bea.get_by_role("dialog").get_by_role("listitem")
    expect(chapters.first).to_contain_text("Stoneware mug")
    expect(chapters.first).to_contain_text(re.compile(r"€29\.00 then, \d+ left"))
    visitors.shot(bea, "chapters")
    chapters.nth(1).get_by_role("button").click()
    guest.sees_the_picture_move(bea)
    expect(guest.card(bea)).to_contain_text("Arch teapot")
    assert 8 < bea.evaluate(CLOCK) < 16
    visitors.shot(bea, "second-chapter")
    assert visitors.complaints == []


def length(film: Path) -> float:
    """Seconds, as ffmpeg reads them."""
    told = subprocess.run([ffmpeg.executable(), "-i", film], capture_output=True, text=True).stderr
    hours, minutes, seconds = re.search(r"Duration: (\d+):(\d+):([\d.]+)", told).groups()
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
