"""What Mara does, by the words and roles on her screens."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect


def sign_in(page: Page, name: str = "mara") -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(f"{name}-demo")
    page.get_by_role("button", name=re.compile("log in|sign in", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", name="Today").first).to_be_visible()


def open_studio(page: Page, title: str) -> None:
    page.get_by_role("link", name="Shows").first.click()
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("link", name="Studio").click()
    expect(page.get_by_role("button", name="Go live")).to_be_enabled()


def goes_live(page: Page) -> None:
    page.get_by_role("button", name="Go live").click()
    expect(page.locator("[data-lamp]")).to_have_text("Live")
    expect(page.locator('[data-health-of="bitrate"]')).to_contain_text("Mbit/s")


def open_control_room(page: Page) -> Page:
    """Beside the studio, in a window of its own, as the studio itself offers it."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the control room").click()
    room = opened.value
    expect(room.locator("[data-lamp]")).to_have_text("Live")
    return room


def replies(room: Page, text: str) -> None:
    room.get_by_label("Reply as the host").fill(text)
    room.get_by_role("button", name="Send").click()
    expect(room.get_by_label("Messages")).to_contain_text(text)


def pins(room: Page, product: str) -> None:
    row = room.locator("[data-item]").filter(has_text=product)
    row.get_by_role("button", name="Pin").click()
    expect(row.get_by_role("button", name="Unpin")).to_be_visible()


def ends(studio: Page) -> None:
    studio.get_by_role("button", name="End the show").click()
    studio.get_by_role("dialog").get_by_role("button", name="End the show").click()
    expect(studio.locator("[data-lamp]")).to_have_text("Ended")


def opens_replay(page: Page, title: str) -> None:
    page.get_by_role("link", name="Shows").first.click()
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("link", name="Replay", exact=True).click()


def uploads(page: Page, title: str, film: Path) -> None:
    """A finished film, in place of a show that has not begun."""
    opens_replay(page, title)
    page.get_by_label("Film", exact=True).set_input_files(film)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Beginning and end")).to_be_visible()


def cuts(page: Page, *, after: float) -> None:
    """The replay begins with the second that the desk's own player shows."""
    page.wait_for_function("() => document.querySelector('video').readyState > 1")
    page.evaluate("(second) => { document.querySelector('video').currentTime = second }", after)
    page.wait_for_function("() => !document.querySelector('video').seeking")
    page.get_by_role("button", name="From here").click()
    page.get_by_role("button", name="Cut", exact=True).click()
    expect(page.get_by_text("Shown from")).to_be_visible()


def downloads(page: Page, to: Path) -> Path:
    """The replay as one film, once it is made."""
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible()
    with page.expect_download() as begun:
        link.click()
    begun.value.save_as(to)
    return to


def adds_captions(page: Page, title: str, file: Path) -> None:
    """English ones, to a show that is over."""
    opens_replay(page, title)
    page.get_by_label("WebVTT file").set_input_files(file)
    expect(page.get_by_label("Language")).to_have_value("en")  # not the name of the file
    page.get_by_role("button", name="Add captions").click()
    expect(page.get_by_text("The captions (en) are shown.")).to_be_visible()
