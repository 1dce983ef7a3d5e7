"""The process behind the picture is killed again and again: short breaks, and nothing else."""

import time

from tests import lanes
from tests.chaos import viewer
from tests.journeys import guest, merchant

TITLE = "Kiln opening"
TIMES = 5


def test_five_killed_ffmpegs_are_five_short_breaks(evening, visitors, capsys):
    studio = visitors.desk(evening.house.url, "mara")
    merchant.sign_in(studio)
    merchant.open_studio(studio, TITLE)
    merchant.goes_live(studio)
    ann = viewer.comes(evening, visitors)
    guest.sees_the_picture_move(ann)
    viewer.watches(ann)
    orders, took = [], []

    for _ in range(TIMES):
        (child,) = evening.children()
        began = time.monotonic()
        child.kill()
        lanes.wait_for(
            lambda gone=child.pid: [each.pid for each in evening.children()] not in ([], [gone]),
            what="another ffmpeg",
            seconds=viewer.BACK,
        )
        orders.append(evening.sells())
        took.append(viewer.sees_it_again(ann, began))
    visitors.shot(ann, "after-all")
    merchant.ends(studio)

    viewer.plays_the_replay(evening, visitors, ann, takes=["lost"] * TIMES + ["finished"])
    viewer.all_is_paid(evening, orders)
    assert visitors.complaints == []
    with capsys.disabled():
        print("\nThe picture moves again after", ", ".join(f"{each:.1f} s" for each in took))
