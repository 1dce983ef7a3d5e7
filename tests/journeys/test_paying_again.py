"""Somebody comes back: a saved card in one tap, paying later on another page, a bank that asks."""

import re

from playwright.sync_api import Page, expect

from tests import lanes
from tests.journeys import guest

EMAIL, PASSWORD = "nora@example.com", "a kiln at noon"
ASKING_CARD = "4000 0027 6000 3184"


def test_paying_again(house, visitors):
    nora = visitors.phone(house.url, "nora")
    signs_up(nora)
    visitors.shot(nora, "account-new")

    goes_to_pay(nora, "/claymoor/chamber-candle/")
    guest_sees_no_saved_card(nora)
    nora.get_by_label("Save this card for next time").check()
    visitors.shot(nora, "first-payment")
    guest.pays(nora, guest.GOOD_CARD)
    sees_thanks(nora)

    goes_to_pay(nora, "/claymoor/chamber-candle/")
    expect(nora.get_by_label("Visa ending in 4242")).to_be_checked()
    expect(nora.get_by_label("Card number")).to_be_hidden()
    visitors.shot(nora, "saved-card")
    nora.get_by_role("button", name=re.compile("^Pay €")).click()  # the one tap
    sees_thanks(nora)

    goes_to_pay(nora, "/claymoor/chamber-candle/")
    pays_later(nora)
    visitors.shot(nora, "elsewhere")
    nora.get_by_role("button", name="Decline").click()
    expect(nora.get_by_role("alert").filter(has_text="not approved")).to_be_visible()
    visitors.shot(nora, "declined")
    pays_later(nora)
    nora.get_by_role("button", name="Approve").click()
    sees_thanks(nora)

    goes_to_pay(nora, "/claymoor/chamber-candle/")
    nora.get_by_label("Another card").check()
    guest.pays(nora, ASKING_CARD)
    question = nora.get_by_role("dialog", name="Approve this payment?")
    question.get_by_role("button", name="Approve").click()
    sees_thanks(nora)

    nora.goto("/account/")
    expect(nora.get_by_role("link", name=re.compile("^Order "))).to_have_count(4)
    visitors.shot(nora, "account")
    nora.get_by_role("button", name="Remove Visa ending in 4242").click()
    expect(nora.get_by_text("The card is removed.")).to_be_visible()
    adds_a_card(nora)
    visitors.shot(nora, "account-another-card")
    signs_out_and_in(nora)

    captured_four_times(house)
    assert visitors.complaints == []


def signs_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Make an account").click()
    fills_in(page)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def signs_out_and_in(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Your account").click()
    fills_in(page)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Mastercard ending in 4444")).to_be_visible()


def fills_in(page: Page) -> None:
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)


def goes_to_pay(page: Page, product: str) -> None:
    guest.puts_in_bag(page, product)
    page.goto("/checkout/claymoor/")
    guest.fill_details(page)
    page.get_by_role("button", name=re.compile("^Go to payment")).click()
    page.wait_for_url("**/orders/**")
    expect(page.get_by_label("Pay later")).to_be_visible()


def guest_sees_no_saved_card(page: Page) -> None:
    expect(page.get_by_label("Card number")).to_be_visible()
    expect(page.get_by_label(re.compile("ending in"))).to_have_count(0)
    expect(page.get_by_label("Save this card for next time")).not_to_be_checked()


def pays_later(page: Page) -> None:
    page.get_by_label("Pay later").check()
    page.get_by_role("button", name=re.compile("^Pay €")).click()
    expect(page.get_by_role("heading", name="Pay later")).to_be_visible()


def sees_thanks(page: Page) -> None:
    """Once the money is taken; until then the page may draw itself anew."""
    expect(page.get_by_role("heading", level=1, name=re.compile("^Thank you"))).to_be_visible()


def adds_a_card(page: Page) -> None:
    page.get_by_role("button", name="Add a card").click()
    page.get_by_label("Card number").fill("5555 5555 5555 4444")
    page.get_by_label("Expiry").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_role("button", name="Save this card").click()
    expect(page.get_by_text("Mastercard ending in 4444")).to_be_visible()


def captured_four_times(house) -> None:
    """Once for each order of hers, whichever way it was paid."""

    def is_done():
        rows = house.ledger()["payment_intents"][:4]
        return [row["captures"] for row in rows] == [1, 1, 1, 1]

    lanes.wait_for(is_done, what="Four captures", seconds=20)
    books = house.manage("books", "--provider")
    assert books.returncode == 0, books.stdout
