"""Everyone talks: replies, questions, a poll, hearts; and those who keep it fit to talk in."""

import re
from datetime import datetime

from playwright.sync_api import Page, expect

from tests.journeys import guest, merchant, moderator
from tests.journeys.stage import on_air

SLUG, TITLE = "first-frost-table", "The first frost table"
HELLO, REPLY = "Is the oat glaze back?", "I hope so, the last batch was gone in an hour"
SPAM, TAUNT = "Cheaper pots at my place, ask me", "You will not get rid of me"
QUESTION = "May the teapot stand on a flame?"
POLL, SAGE, OAT = "Which glaze next?", "Sage green", "Oat white"
FIRST_WORDS = "First time here, what a room"
ANSWERING = f"Answering: {QUESTION}"


def test_people_talk(house, visitors, film):
    mara, noor = visitors.desk(house.url, "mara"), visitors.desk(house.url, "noor")
    merchant.sign_in(mara, "mara")
    moderator.opens_control_room(mara, TITLE)
    moderator.goes_live(mara)
    merchant.sign_in(noor, "noor")
    noor.goto(mara.url)
    with on_air(house, SLUG, film, host="mara"):
        ann, otto = visitors.phone(house.url, "ann"), visitors.phone(house.url, "otto")
        for page in (ann, otto):
            page.goto(f"/live/{SLUG}/")
        guest.sees_the_picture_move(ann)

        they_reply_and_ask(ann, otto)
        a_question_is_answered_and_a_poll_taken(mara, noor, ann, otto)
        visitors.shot(ann, "ann-after-the-poll")
        a_report_is_looked_at(mara, noor, ann, otto)
        visitors.shot(noor, "noor-has-deleted")
        somebody_is_muted_for_a_while(noor, otto)
        the_chat_is_slow(noor, otto)
        a_newcomer_waits(noor, ann, visitors.phone(house.url, "cleo"))
        somebody_is_banned(noor, ann, otto)
        visitors.shot(otto, "otto-is-banned")
        expect(moderator.looks_at(mara, "Activity")).to_contain_text("Noor Haddad banned Otto")
        visitors.shot(mara, "mara-reads-who-did-what")
        moderator.ends(mara)

    expect(ann.get_by_text("Replay", exact=True)).to_be_visible()
    expect(ann.get_by_label(guest.REPLAY_BAR)).to_be_visible(timeout=5_000)
    guest.sees_the_picture_move(ann, seconds=10)
    the_replay_tells_it_again(house, ann)
    visitors.shot(ann, "ann-replay")
    assert visitors.complaints == []


def they_reply_and_ask(ann: Page, otto: Page) -> None:
    guest.says(ann, HELLO, name="Ann")
    guest.reads(otto, HELLO)
    guest.replies(otto, HELLO, REPLY, name="Otto")
    expect(guest.line(ann, REPLY)).to_contain_text(f"Ann: {HELLO}")

    guest.asks(ann, QUESTION)
    guest.asks_the_same(otto, QUESTION)


def a_question_is_answered_and_a_poll_taken(mara, noor, ann, otto) -> None:
    asked = moderator.asked(noor, QUESTION)
    expect(asked).to_contain_text("1 vote")
    asked.get_by_role("button", name="Answer now").click()
    for phone in (ann, otto):
        expect(phone.get_by_text(ANSWERING)).to_be_visible()

    guest.hearts(ann, 3)
    expect(otto.locator('.float[data-kind="heart"]').first).to_be_attached()
    expect(mara.locator("[data-reactions]")).to_have_text("3")

    moderator.opens_poll(mara, POLL, SAGE, OAT)
    votes_move_the_bars(mara, ann, otto)

    noor.get_by_role("button", name="Done").click()
    for phone in (ann, otto):
        expect(phone.get_by_text(ANSWERING)).to_be_hidden()


def votes_move_the_bars(mara, ann, otto) -> None:
    hers, his = guest.poll(ann, POLL), guest.poll(otto, POLL)
    expect(hers).not_to_contain_text("%")
    hers.get_by_role("button", name=SAGE).click()
    expect(hers.get_by_role("button", name=SAGE)).to_contain_text("100 %")
    his.get_by_role("button", name=OAT).click()
    for poll in (hers, his, mara.get_by_role("tabpanel", name="Poll")):
        expect(poll).to_contain_text(re.compile(f"{SAGE}.*50 %.*{OAT}.*50 %", re.DOTALL))

    moderator.closes_poll(mara)
    for poll in (hers, his):
        expect(poll).to_contain_text("Final result · 2 votes")
        expect(poll.get_by_role("button", name=SAGE)).to_be_disabled()


def a_report_is_looked_at(mara, noor, ann, otto) -> None:
    guest.says(otto, SPAM)
    guest.reads(ann, SPAM)
    guest.reports(ann, SPAM, "Spam or advertising")
    expect(moderator.looks_at(noor, "Waiting")).to_contain_text("spam 1")

    moderator.decides(noor, "Delete", SPAM)
    for phone in (ann, otto):
        expect(guest.line(phone, SPAM)).to_have_count(0)
        guest.does_not_read(phone, SPAM)
        guest.reads(phone, REPLY)
    deleted = moderator.message(mara, SPAM)
    expect(deleted).to_contain_text("Deleted by Noor Haddad")
    expect(moderator.looks_at(mara, "Activity")).to_contain_text(
        "Noor Haddad deleted a message of Otto"
    )


def somebody_is_muted_for_a_while(noor, otto) -> None:
    field = otto.locator("#say-text")
    moderator.does(noor, "Mute for 30 minutes", REPLY)
    expect(field).to_be_disabled()
    expect(field).to_have_attribute("placeholder", re.compile(r"^Muted until \d+:\d\d"))
    guest.reads(otto, "A moderator took the word from you. Muted until")

    moderator.lifts(noor, "Otto")
    expect(field).to_be_enabled()
    guest.reads(otto, "You can write again.")
    guest.says(otto, TAUNT)
    expect(moderator.message(noor, TAUNT)).to_be_visible()


def the_chat_is_slow(noor, otto) -> None:
    field = otto.get_by_label("Say something")
    moderator.sets_slow_mode(noor, "60 s")
    guest.reads(otto, "Slow mode: one message every 60 seconds.")
    guest.sends(otto, "One more thing")
    expect(otto.get_by_role("alert").filter(has_text="Your words are kept here.")).to_be_visible()
    expect(field).to_have_value("One more thing")
    expect(moderator.message(noor, "One more thing")).to_have_count(0)

    moderator.sets_slow_mode(noor, "Off")
    guest.reads(otto, "You can write freely again.")
    field.fill("")


def a_newcomer_waits(noor, ann, cleo) -> None:
    moderator.reviews_first_words(noor)
    cleo.goto(f"/live/{SLUG}/")
    guest.reads(cleo, "A first message is looked at by a moderator before it is shown.")
    guest.says(cleo, FIRST_WORDS, name="Cleo")
    expect(guest.line(cleo, FIRST_WORDS)).to_contain_text("Waiting for the moderator")
    guest.says(ann, "Ann is known here")
    expect(guest.line(cleo, "Ann is known here")).to_be_visible()
    guest.does_not_read(ann, FIRST_WORDS)

    moderator.decides(noor, "Approve", FIRST_WORDS)
    guest.reads(ann, FIRST_WORDS)
    expect(guest.line(cleo, FIRST_WORDS)).not_to_contain_text("Waiting for the moderator")
    expect(guest.line(cleo, FIRST_WORDS)).to_have_count(1)


def somebody_is_banned(noor, ann, otto) -> None:
    moderator.bans(noor, TAUNT, and_deletes="Also delete everything they said")
    for text in (REPLY, TAUNT):
        expect(guest.line(ann, text)).to_have_count(0)
    expect(otto.locator("#say-text")).to_be_disabled()
    expect(otto.locator("#say-text")).to_have_attribute("placeholder", "You cannot write here")
    guest.reads(ann, FIRST_WORDS)


def the_replay_tells_it_again(house, page: Page) -> None:
    """The answer is found and heard from its beginning; what was shown is shown at its time."""
    began, opened, done = moments(house, "question.answering", "poll.opened", "question.answered")

    sheet = guest.opens_questions(page)
    row = sheet.get_by_role("listitem").filter(has_text=QUESTION)
    row.get_by_role("button", name="Play the answer").click()
    expect(sheet).to_be_hidden()
    expect(page.get_by_text(ANSWERING)).to_be_visible()
    assert began - 1 <= page.evaluate("document.querySelector('video').currentTime") < began + 3

    page.get_by_role("button", name="Pause").click()
    poll, banner = guest.poll(page, POLL), page.get_by_text(ANSWERING)
    guest.moves_to(page, opened + 1.5)
    expect(poll).to_contain_text("Final result · 2 votes")
    expect(banner).to_be_visible()
    guest.moves_to(page, done + 2)
    expect(banner).to_be_hidden()
    guest.reads(page, HELLO)
    guest.does_not_read(page, SPAM)
    guest.does_not_read(page, REPLY)
    guest.moves_to(page, began - 2)
    expect(banner).to_be_hidden()
    expect(poll).to_be_hidden()
    guest.moves_to(page, began + 1.5)
    expect(banner).to_be_visible()
    expect(poll).to_be_hidden()


def moments(house, *kinds: str) -> list[float]:
    """When these first happened, in seconds of the picture."""
    facts = house.get(f"/api/v1/shows/{SLUG}/events/?after=0&limit=500")["facts"]
    first = {fact["type"]: datetime.fromisoformat(fact["at"]) for fact in reversed(facts)}
    return [(first[kind] - first["take.started"]).total_seconds() for kind in kinds]
