"""What a viewer does with the picture: take it along, choose how it looks, read what is said."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import lanes
from tests.house import House
from tests.journeys import guest, merchant

LIVE, REPLAY = "/live/kiln-opening/", "/live/first-frost-table/"
SHOP, PRODUCT, CHECKOUT = "/claymoor/", "/claymoor/stoneware-mug/", "/checkout/claymoor/"
SAID = "These bowls left the kiln an hour ago"
CAPTIONS = f"WEBVTT\n\n00:00.000 --> 00:30.000\n{SAID}\n"
CLOCK = "() => document.querySelector('video').currentTime"
LINES = """(lines) => {
  const { videoWidth, videoHeight } = document.querySelector("video")
  return Math.min(videoWidth, videoHeight) === lines
}"""
# As an iPhone without Media Source Extensions: HLS is the browser's own business.
NO_MSE = "for (const name of ['MediaSource', 'ManagedMediaSource']) delete window[name]"
# Safari tells when its picture begins (HTML, getStartDate); Chromium does not.
START_DATE = "HTMLVideoElement.prototype.getStartDate = () => new Date({!r})"


@pytest.fixture
def ann(demo, visitors) -> Page:
    return visitors.phone(demo.url, "ann")


def test_a_live_show_goes_on_in_a_corner_until_all_is_paid(ann, visitors):
    ann.goto(LIVE)
    guest.sees_the_picture_move(ann)
    expect(corner(ann)).to_have_count(0)
    leaves(ann)
    expect(corner(ann)).to_be_visible()
    for page in (SHOP, PRODUCT):
        ann.goto(page)
        guest.sees_the_picture_move(ann)
        visitors.shot(ann, f"corner{page.replace('/', '-')}")

    guest.puts_in_bag(ann, PRODUCT)
    guest.sees_the_picture_move(ann)
    visitors.shot(ann, "corner-bag")
    guest.goes_to_payment(ann, CHECKOUT)
    guest.sees_the_picture_move(ann)
    visitors.shot(ann, "corner-payment")
    guest.pays(ann, guest.GOOD_CARD)
    expect(ann.get_by_role("heading", name="Thank you")).to_be_visible()
    guest.sees_the_picture_move(ann)

    corner(ann).get_by_role("button", name="Close the small picture").click()
    expect(corner(ann)).to_have_count(0)
    ann.goto(SHOP)
    expect(ann.get_by_role("heading", name="Claymoor").first).to_be_visible()
    expect(corner(ann)).to_have_count(0)
    assert visitors.complaints == []


def test_a_replay_goes_on_from_the_same_second_there_and_back(demo, visitors):
    bea = visitors.desk(demo.url, "bea")
    bea.goto(REPLAY)
    guest.sees_the_picture_move(bea)
    guest.moves_to(bea, 20)
    guest.sees_the_picture_move(bea)
    leaves(bea)
    expect(corner(bea)).to_be_visible()
    guest.sees_the_picture_move(bea)
    assert 20 < bea.evaluate(CLOCK) < 35
    visitors.shot(bea, "corner-desk")

    corner(bea).get_by_role("link", name="Back to the show").click()
    bea.wait_for_url(re.compile(r"\?t=[23]\d$"))
    guest.sees_the_picture_move(bea)
    assert 20 < bea.evaluate(CLOCK) < 45
    assert visitors.complaints == []


def test_who_paused_or_never_watched_is_left_alone(ann, demo, visitors):
    ann.goto(REPLAY)
    guest.sees_the_picture_move(ann)
    opens_controls(ann).get_by_role("button", name="Pause").click()
    leaves(ann)
    expect(corner(ann)).to_have_count(0)

    cleo = visitors.phone(demo.url, "cleo")
    cleo.goto(SHOP)
    expect(corner(cleo)).to_have_count(0)
    assert visitors.complaints == []


def test_a_viewer_looks_back_while_the_show_goes_on(ann, visitors):
    ann.goto(LIVE)
    guest.sees_the_picture_move(ann)
    ann.wait_for_timeout(6000)  # until there is something to look back at
    controls = opens_controls(ann)
    edge = ann.evaluate(CLOCK)
    controls.get_by_role("button", name="Back 5 seconds").click()
    back = controls.get_by_role("button", name=re.compile(r"behind live\. Go to live$"))
    expect(back).to_be_visible()
    guest.sees_the_picture_move(ann)
    assert ann.evaluate(CLOCK) < edge
    visitors.shot(ann, "looks-back")

    back.click()
    expect(controls.get_by_role("button", name="Live", exact=True)).to_be_visible()
    guest.sees_the_picture_move(ann)
    assert ann.evaluate(CLOCK) > edge
    visitors.shot(ann, "live-again")
    assert visitors.complaints == []


def test_a_viewer_chooses_the_quality(demo, ann, visitors):
    lanes.wait_for(lambda: len(qualities(demo)) > 2, what="the renditions", seconds=120)
    least, *_, best = sorted(qualities(demo))
    ann.goto(REPLAY)
    guest.sees_the_picture_move(ann)

    for lines in (least, best):
        chooses(ann, "Quality", f"{lines}p")
        ann.wait_for_function(LINES, arg=lines)
        guest.sees_the_picture_move(ann)
    menu = opens_menu(ann)
    expect(choice(menu, "Quality", f"{best}p")).to_have_attribute("aria-pressed", "true")
    visitors.shot(ann, "menu")
    choice(menu, "Quality", "Auto").click()
    guest.sees_the_picture_move(ann)
    assert visitors.complaints == []


def test_what_a_replay_offers_stands_side_by_side_on_the_smallest_phone(ann, visitors):
    ann.set_viewport_size({"width": 320, "height": 640})
    ann.goto(REPLAY)
    guest.sees_the_picture_move(ann)
    menu = ann.get_by_label("Picture settings").bounding_box()
    bag = ann.get_by_role("button", name="Your bag").bounding_box()
    visitors.shot(ann, "smallest-phone")
    assert menu["x"] + menu["width"] <= bag["x"]
    assert visitors.complaints == []


def test_captions_are_uploaded_and_read(demo, ann, visitors, tmp_path):
    file = tmp_path / "said.vtt"
    file.write_text(CAPTIONS)
    mara = visitors.desk(demo.url, "mara")
    merchant.sign_in(mara)
    merchant.adds_captions(mara, "The first frost table", file)
    visitors.shot(mara, "captions-desk")

    ann.goto(REPLAY)
    guest.sees_the_picture_move(ann)
    assert shown(ann) == []
    chooses(ann, "Captions", "English")
    lanes.wait_for(lambda: shown(ann) == [SAID], what="the captions")
    visitors.shot(ann, "captions")
    chooses(ann, "Captions", "Off")
    assert shown(ann) == []
    assert visitors.complaints == []


@pytest.mark.parametrize("address", [LIVE, REPLAY], ids=["live", "replay"])
def test_a_browser_that_plays_hls_by_itself_needs_no_library(demo, ann, visitors, address):
    ann.add_init_script(NO_MSE)
    asked = []
    ann.on("request", lambda request: asked.append(request.url))

    ann.goto(address)
    guest.sees_the_picture_move(ann)

    assert ann.evaluate("() => document.querySelector('video').src").endswith("/master.m3u8")
    visitors.shot(ann, "native")
    assert not [url for url in asked if url.startswith("blob:")]
    assert visitors.complaints == []


def test_a_browser_that_tells_the_date_shows_what_was_pinned(demo, ann, visitors):
    playlist = demo.text(f"/hls{REPLAY.removeprefix('/live')}source.m3u8")
    began = re.search(r"#EXT-X-PROGRAM-DATE-TIME:(\S+)", playlist)[1]
    ann.add_init_script(NO_MSE)
    ann.add_init_script(START_DATE.format(began))

    ann.goto(REPLAY)
    guest.sees_the_picture_move(ann)
    for second, product in ((4, "Stoneware mug"), (18, "Serving bowl")):
        guest.moves_to(ann, second)
        expect(guest.card(ann)).to_contain_text(product)
    visitors.shot(ann, "native-card")
    assert visitors.complaints == []


# ---- what she does


def leaves(page: Page) -> None:
    """To the shop, by the name over the picture."""
    page.get_by_role("region", name="The show").get_by_role("link").first.click()
    page.wait_for_url(f"**{SHOP}")


def corner(page: Page) -> Locator:
    return page.get_by_role("complementary", name="The show goes on")


def opens_controls(page: Page) -> Locator:
    page.get_by_role("region", name="The show").tap(position={"x": 190, "y": 215})
    controls = page.get_by_role("group", name="The picture")
    expect(controls).to_be_visible()
    return controls


def opens_menu(page: Page) -> Locator:
    controls = opens_controls(page)
    controls.get_by_label("Picture settings").click()
    return controls


def choice(menu: Locator, group: str, name: str) -> Locator:
    return menu.get_by_role("group", name=group).get_by_role("button", name=name)


def chooses(page: Page, group: str, name: str) -> None:
    choice(opens_menu(page), group, name).click()


def shown(page: Page) -> list[str]:
    """The captions that lie over the picture now."""
    return page.evaluate("""() => [...document.querySelector("video").textTracks]
      .filter(({ mode }) => mode === "showing")
      .flatMap(({ activeCues }) => [...activeCues].map(({ text }) => text))""")


def qualities(demo: House) -> list[int]:
    """The lines of each rendition, as the menu names it."""
    text = demo.text(f"/hls{REPLAY.removeprefix('/live')}master.m3u8")
    return [min(map(int, size)) for size in re.findall(r"RESOLUTION=(\d+)x(\d+)", text)]
