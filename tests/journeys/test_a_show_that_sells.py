"""The whole story: live, talk, pin, buy, end, replay. A real browser, in both lanes."""

from datetime import datetime

from playwright.sync_api import expect

from tests import lanes
from tests.journeys import guest, merchant

SLUG, TITLE = "kiln-opening", "Kiln opening"
QUESTION = "Does the glaze like a dishwasher?"
ANSWER = "It does, every day."
PINNED, VARIANT = "Stoneware mug", "Sage"
PRICE = 2900 + 490  # the show price and the delivery


def test_a_show_that_sells(house, visitors):
    mara = visitors.desk(house.url, "mara")
    merchant.sign_in(mara)
    visitors.shot(mara, "back-office")
    merchant.open_studio(mara, TITLE)
    visitors.shot(mara, "studio")
    merchant.goes_live(mara)
    visitors.shot(mara, "studio-live")
    room = merchant.open_control_room(mara)

    ann = visitors.phone(house.url, "ann")
    ann.goto(f"/live/{SLUG}/")
    guest.sees_the_picture_move(ann)
    visitors.shot(ann, "ann-watches")

    guest.says(ann, QUESTION, name="Ann")
    expect(room.get_by_label("Messages")).to_contain_text(QUESTION)
    merchant.replies(room, ANSWER)
    guest.reads(ann, ANSWER)
    visitors.shot(ann, "ann-has-an-answer")

    merchant.pins(room, PINNED)
    expect(guest.card(ann)).to_contain_text(PINNED)
    visitors.shot(ann, "ann-sees-the-card")
    visitors.shot(room, "control-room")

    guest.chooses(ann, VARIANT)
    visitors.shot(ann, "ann-delivery")
    guest.sees_the_picture_move(ann)
    guest.tells_where_to(ann)
    visitors.shot(ann, "ann-payment")
    sheet = ann.get_by_role("dialog")
    guest.pays(sheet, guest.REFUSED_CARD)
    expect(sheet.get_by_role("alert").filter(has_text="refused")).to_be_visible()
    visitors.shot(ann, "ann-is-refused")
    assert money_taken(house) == []
    guest.pays(sheet, guest.GOOD_CARD)
    expect(sheet.get_by_role("heading", name="Thank you!")).to_be_visible()
    visitors.shot(ann, "ann-has-paid")
    guest.sees_the_picture_move(ann)
    order = sheet.get_by_role("link", name="See the order").get_attribute("href")
    the_books_agree(house, order)
    expect(room.locator("[data-orders]")).to_contain_text("Ann Example")
    expect(room.locator("[data-orders]")).to_contain_text("paid")
    visitors.shot(room, "control-room-sold")
    sheet.get_by_role("button", name="Keep watching").click()

    merchant.ends(mara)
    visitors.shot(mara, "ended")
    expect(ann.get_by_text("Replay", exact=True)).to_be_visible()
    expect(ann.get_by_label(guest.REPLAY_BAR)).to_be_visible(timeout=5_000)
    guest.sees_the_picture_move(ann, seconds=10)
    visitors.shot(ann, "ann-replay")
    the_replay_keeps_time(house, ann)
    ann.reload()
    guest.sees_the_picture_move(ann, seconds=10)
    the_replay_keeps_time(house, ann)
    visitors.shot(ann, "ann-replay-pin")

    ann.goto(order)
    expect(ann.get_by_role("heading", name="Thank you, Ann Example")).to_be_visible()
    visitors.shot(ann, "receipt")
    assert visitors.complaints == []


def money_taken(house) -> list[int]:
    """What the till captured, payment by payment."""
    rows = house.ledger()["payment_intents"]
    return [row["captured"] for row in rows if row["captured"]]


def the_books_agree(house, order: str) -> None:
    """Paid in our books, taken once in the till's, and both are the same."""
    token = order.rstrip("/").rpartition("/")[2]

    def is_paid():
        return house.get(f"/api/v1/orders/{token}/")["status"] == "paid"

    lanes.wait_for(is_paid, what="The capture", seconds=20)
    assert money_taken(house) == [PRICE]
    assert [row["captures"] for row in house.ledger()["payment_intents"]] == [1]
    books = house.manage("books", "--provider")
    assert books.returncode == 0, books.stdout


def the_replay_keeps_time(house, page) -> None:
    """The question and the pin are there from their moment on, also after going back."""
    asked, pinned = moments(house)

    page.get_by_role("button", name="Pause").click()
    guest.moves_to(page, pinned + 2)
    guest.reads(page, QUESTION)
    expect(guest.card(page)).to_contain_text(PINNED)
    guest.moves_to(page, asked - 2)
    guest.does_not_read(page, QUESTION)
    expect(guest.card(page)).to_be_hidden()
    guest.moves_to(page, asked + 2)
    guest.reads(page, QUESTION)
    guest.moves_to(page, pinned + 2)
    expect(guest.card(page)).to_contain_text(PINNED)
    page.get_by_role("button", name="Play", exact=True).click()
    guest.sees_the_picture_move(page)


def moments(house) -> tuple[float, float]:
    """When the question was asked and the pin opened, in seconds of the picture."""
    facts = house.get(f"/api/v1/shows/{SLUG}/events/?after=0&limit=500")["facts"]

    def at(kind: str) -> datetime:
        return next(datetime.fromisoformat(fact["at"]) for fact in facts if fact["type"] == kind)

    start = at("take.started")
    return (at("chat.posted") - start).total_seconds(), (at("pin.opened") - start).total_seconds()
