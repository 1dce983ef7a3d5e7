"""What Ann does, by the words and roles on her screen."""

import re

from playwright.sync_api import Locator, Page, expect

GOOD_CARD, REFUSED_CARD = "4242 4242 4242 4242", "4000 0000 0000 0002"
REPLAY_BAR = "Position in the replay"
DETAILS = {
    "Email": "ann@example.com",
    "Name": "Ann Example",
    "Street and number": "Harbour Street 1",
    "Postcode": "20457",
    "City": "Hamburg",
}
# Ten frames and half a second further than at the first look; a new picture counts anew.
MOVES = """() => {
  const video = document.querySelector("video")
  const frames = video.getVideoPlaybackQuality().totalVideoFrames
  const clock = video.currentTime
  const seen = window.seen
  if (!seen || frames < seen.frames || clock < seen.clock) window.seen = { frames, clock }
  return !video.paused && frames > window.seen.frames + 10 && clock > window.seen.clock + 0.5
}"""


# ---- watching


def sees_the_picture_move(page: Page, *, seconds: float = 30) -> None:
    """New frames are drawn and the clock of the picture goes on."""
    page.evaluate("() => { window.seen = null }")
    page.wait_for_function(MOVES, timeout=seconds * 1000)


def says(page: Page, text: str, *, name: str = "") -> None:
    """Who says something for the first time gives a name."""
    sends(page, text, name=name)
    reads(page, text)


def sends(page: Page, text: str, *, name: str = "") -> None:
    page.get_by_label("Say something").fill(text)
    page.get_by_role("button", name="Send").click()
    if name:
        gives_name(page, name)


def gives_name(page: Page, name: str) -> None:
    page.get_by_label("Nickname").fill(name)
    page.get_by_role("button", name="Say it").click()


def reads(page: Page, text: str) -> None:
    expect(page.get_by_role("log", name="Chat")).to_contain_text(text)


def does_not_read(page: Page, text: str) -> None:
    expect(page.get_by_text(text)).to_be_hidden()


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="On screen now")


# ---- talking


def line(page: Page, text: str) -> Locator:
    """What somebody said, not what quotes it."""
    said = page.locator('[data-slot="text"]').filter(has_text=text)
    return page.get_by_role("log", name="Chat").get_by_role("paragraph").filter(has=said)


def replies(page: Page, to: str, text: str, *, name: str = "") -> None:
    line(page, to).click()
    page.get_by_role("dialog").get_by_role("button", name="Reply").click()
    expect(page.get_by_text("Replying to")).to_be_visible()
    says(page, text, name=name)


def reports(page: Page, text: str, reason: str) -> None:
    line(page, text).click()
    menu = page.get_by_role("dialog")
    menu.get_by_role("button", name="Report").click()
    menu.get_by_role("button", name=reason).click()
    expect(menu.get_by_text("Thank you. A moderator will look at it.")).to_be_visible()
    menu.get_by_role("button", name="Close").click()


def opens_questions(page: Page) -> Locator:
    page.get_by_role("button", name="Questions").click()
    return page.get_by_role("dialog", name="Questions")


def asks(page: Page, text: str, *, name: str = "") -> None:
    sheet = opens_questions(page)
    sheet.get_by_label("Ask the host").fill(text)
    sheet.get_by_role("button", name="Ask", exact=True).click()
    if name:
        gives_name(page, name)
    expect(sheet.get_by_text("Your question is in the list.")).to_be_visible()
    sheet.get_by_role("button", name="Close").click()


def asks_the_same(page: Page, text: str) -> None:
    """One vote more for a question of somebody else."""
    sheet = opens_questions(page)
    row = sheet.get_by_role("listitem").filter(has_text=text)
    row.get_by_role("button", name="I want to know this too").click()
    expect(row.get_by_role("button", name="Votes: 1")).to_be_visible()
    sheet.get_by_role("button", name="Close").click()


def poll(page: Page, question: str) -> Locator:
    return page.get_by_role("region", name=question)


def hearts(page: Page, times: int) -> None:
    for _ in range(times):
        page.get_by_role("button", name="Heart").click()


# ---- buying over the picture


def chooses(page: Page, variant: str) -> None:
    """From the card to the delivery form."""
    page.wait_for_timeout(700)  # a tap right after a change of card is not taken for this card
    card(page).get_by_role("button", name="Buy").click()
    sheet = page.get_by_role("dialog")
    sheet.locator("label").filter(has_text=variant).click()
    sheet.get_by_role("button", name="Buy now").click()
    expect(sheet.get_by_label("Street and number")).to_be_visible()


def tells_where_to(page: Page) -> None:
    sheet = page.get_by_role("dialog")
    fill_details(sheet)
    sheet.get_by_role("button", name="Continue to payment").click()
    expect(sheet.get_by_label("Card number")).to_be_visible()


def pays(place: Page | Locator, card_number: str) -> None:
    place.get_by_label("Card number").fill(card_number)
    place.get_by_label("Expiry").fill("12 / 34")
    place.get_by_label("Security code").fill("123")
    place.get_by_role("button", name=re.compile("^Pay")).click()


def fill_details(place: Page | Locator) -> None:
    for label, value in DETAILS.items():
        place.get_by_role("textbox", name=label, exact=True).fill(value)
    place.get_by_label("Country").select_option("DE")


# ---- the replay


def moves_to(page: Page, second: float) -> None:
    page.get_by_label(REPLAY_BAR).fill(str(int(second)))


# ---- buying on the pages, without the show


def puts_in_bag(page: Page, product: str) -> None:
    page.goto(product)
    page.get_by_role("button", name="Add to bag").click()
    page.wait_for_url("**/bag/**")


def goes_to_payment(page: Page, checkout: str) -> None:
    page.goto(checkout)
    fill_details(page)
    page.get_by_role("button", name=re.compile("^Go to payment")).click()
    page.wait_for_url("**/orders/**")
    expect(page.get_by_label("Card number")).to_be_visible()
