"""Lines that carry less than the picture needs: it goes on, and the page says why it is worse."""

import pytest
from playwright.sync_api import expect

from tests.journeys import guest, merchant, slow_line

LIVE = "/live/kiln-opening/"
SLUG, TITLE = "five-minute-face", "The five-minute face"


@pytest.fixture
def line():
    with slow_line.opened() as line:
        yield line


def test_a_host_whose_line_is_slow_sends_less_and_is_told(demo, visitors, line):
    rosa = visitors.desk(demo.url, "rosa", line=line)
    merchant.sign_in(rosa, "rosa")
    merchant.open_studio(rosa, TITLE)
    merchant.goes_live(rosa)
    ann = visitors.phone(demo.url, "ann")
    ann.goto(f"/live/{SLUG}/")
    guest.sees_the_picture_move(ann)

    line.up = 20_000
    expect(rosa.get_by_text("Your line is slow: sending a smaller picture")).to_be_visible()
    visitors.shot(rosa, "slow")
    line.up = 200_000
    guest.sees_the_picture_move(ann)
    visitors.shot(ann, "goes-on")
    merchant.ends(rosa)
    assert visitors.complaints == []


def test_a_viewer_whose_line_is_slow_sees_a_steadier_picture_and_is_told(demo, visitors, line):
    ann = visitors.phone(demo.url, "ann", line=line)
    ann.goto(LIVE)
    guest.sees_the_picture_move(ann)

    line.down = 60_000
    expect(ann.get_by_text("Your line is slow")).to_be_visible(timeout=60_000)
    visitors.shot(ann, "slow")
    line.down = None
    guest.sees_the_picture_move(ann)
    visitors.shot(ann, "goes-on")
    assert visitors.complaints == []
