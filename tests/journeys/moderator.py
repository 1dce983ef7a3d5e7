"""What Noor does in the control room, by the words and roles on her screen."""

import re

from playwright.sync_api import Locator, Page, expect


def opens_control_room(page: Page, title: str) -> None:
    page.get_by_role("link", name="Shows").first.click()
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("link", name="Control room").click()
    expect(page.get_by_role("tab", name="Chat")).to_be_visible()


def goes_live(room: Page) -> None:
    room.get_by_role("button", name="Go live").click()
    room.get_by_role("dialog").get_by_role("button", name="Go live").click()
    expect(room.locator("[data-lamp]")).to_contain_text("Live")


def ends(room: Page) -> None:
    room.get_by_role("button", name="End", exact=True).click()
    room.get_by_role("dialog").get_by_role("button", name="End the show").click()
    expect(room.locator("[data-lamp]")).to_have_text("Ended")


def looks_at(room: Page, tab: str) -> Locator:
    """The panel of a tab, now in front."""
    room.get_by_role("tab", name=re.compile(f"^{tab}")).click()
    return room.get_by_role("tabpanel", name=re.compile(f"^{tab}"))


# ---- messages


def message(room: Page, text: str) -> Locator:
    said = room.locator('[data-slot="text"]').filter(has_text=text)
    return looks_at(room, "Chat").get_by_role("listitem").filter(has=said)


def does(room: Page, deed: str, text: str) -> None:
    """Something from the menu of a message."""
    message(room, text).get_by_role("button", name="What to do").click()
    room.get_by_role("menuitem", name=deed).click()


def bans(room: Page, text: str, *, and_deletes: str) -> None:
    does(room, "Ban…", text)
    ask = room.get_by_role("dialog")
    ask.get_by_label(and_deletes).check()
    ask.get_by_role("button", name="Ban", exact=True).click()


def decides(room: Page, act: str, text: str) -> None:
    """About what waits: a report, or first words."""
    row = looks_at(room, "Waiting").get_by_role("listitem").filter(has_text=text)
    row.get_by_role("button", name=act, exact=True).click()
    expect(row).to_have_count(0)


# ---- questions, polls, rules


def asked(room: Page, text: str) -> Locator:
    return looks_at(room, "Questions").get_by_role("listitem").filter(has_text=text)


def opens_poll(room: Page, question: str, *options: str) -> None:
    panel = looks_at(room, "Poll")
    panel.get_by_label("Question").fill(question)
    for _ in options[2:]:
        panel.get_by_role("button", name="Add an option").click()
    for number, option in enumerate(options, start=1):
        panel.get_by_label(f"Option {number}", exact=True).fill(option)
    panel.get_by_role("button", name="Open the poll").click()
    expect(panel.get_by_role("button", name="Close the poll")).to_be_visible()


def closes_poll(room: Page) -> None:
    looks_at(room, "Poll").get_by_role("button", name="Close the poll").click()


def sets_slow_mode(room: Page, seconds: str) -> None:
    looks_at(room, "Rules").get_by_role("radio", name=seconds, exact=True).check()


def reviews_first_words(room: Page) -> None:
    looks_at(room, "Rules").get_by_label("Review first words").check()


def lifts(room: Page, name: str) -> None:
    row = looks_at(room, "Rules").get_by_role("listitem").filter(has_text=name)
    row.get_by_role("button", name="Lift").click()
    expect(row).to_have_count(0)
