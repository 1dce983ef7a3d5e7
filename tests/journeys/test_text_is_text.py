"""Whatever people write is shown as they wrote it, everywhere, and never becomes anything else."""

import json
import re
from itertools import cycle

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import guest, hostile, merchant, moderator
from tests.journeys.hostile import AS_IT_STANDS, NICKNAMES, SAID, is_only_text
from tests.journeys.stage import on_air

SLUG = "hostile-room"
FIRST, LAST = "Eve </script><script class=pwned>", '"><b class=pwned>{{7*7}}'
STAFF = f"{FIRST} {LAST}"
SHOP = "<b class=pwned>Shop</b> {{7*7}} </title>"
TITLE = "</title><script class=pwned>alert(15)</script> show"
HOST = '"><img class=pwned src=x onerror=alert(16)>'
GOODS = [text for text in AS_IT_STANDS if len(text) <= 80]
OPTIONS = [text for text in AS_IT_STANDS if len(text) <= 60][:6]
ASKED = "Which {{7*7}} <b class=pwned>one</b> </script>?"
WORDS = ["<b class=pwned>zz</b>", "{{zz|safe}}", '"zz" onfocus=x', "</textarea>zz"]
ANN = "<b class=pwned>Ann</b>"
MINE, MINE_SHOWN = "\u202e<u class=pwned>mine</u>\u202c {{7*7}}", "<u class=pwned>mine</u> {{7*7}}"
HELD = "<i class=pwned>first words</i> {{7*7}}"
EVE = "<em class=pwned>from the host</em> ${7*7}"
ANSWERED, PINNED, DELETED = AS_IT_STANDS[1], AS_IT_STANDS[2], AS_IT_STANDS[4]


# One lane is enough: what differs between them never sees a page.
@pytest.mark.parametrize("house", ["laptop"], indirect=True)
def test_text_is_text(house, visitors, film, tmp_path):
    watch = hostile.Watch(house.url)
    show = open_shop(house, tmp_path)
    eve = watch.over(visitors.desk(house.url, "eve"))
    merchant.sign_in(eve, "eve")
    eve.goto(f"/admin/streams/show/{show}/control-room/")
    moderator.goes_live(eve)
    with on_air(house, SLUG, film, host="eve"):
        ann = watch.over(visitors.phone(house.url, "ann"))
        ann.goto(f"/live/{SLUG}/")
        said = everything_is_said(house)
        said.append(ann_speaks(ann))
        said.append(eve_speaks(eve))
        eve_asks_and_answers(eve)
        eve_moderates(house, eve, said)
        guest.sees_the_picture_move(ann)
        late = watch.over(visitors.phone(house.url, "late"))
        late.goto(f"/live/{SLUG}/")
        for phone in (ann, late):
            the_live_page_reads(phone, said)
            visitors.shot(phone, "live")
        the_picker_reads(late)
        the_control_room_reads(eve, said)
        visitors.shot(eve, "eve")
        eve.reload()
        the_control_room_reads(eve, said)
        the_overlays_read(eve, said)
        visitors.shot(eve, "eve-overlay")
        moderator.ends(eve)

    late.reload()
    guest.sees_the_picture_move(late)
    the_replay_reads(late, said)
    visitors.shot(late, "replay")
    the_shop_reads(late)
    the_back_office_reads(eve, show)
    visitors.shot(eve, "back-office")
    assert watch.deeds == []
    assert visitors.complaints == []


def test_what_is_more_than_text_is_noticed(visitors):
    """Were a page to take a string for markup, the test above would not pass."""
    watch = hostile.Watch("http://shop.example")
    page = watch.over(visitors.phone("http://shop.example"))
    blank = {"body": "<title>blank</title>", "content_type": "text/html"}
    page.route("**/*", lambda route: route.fulfill(**blank))
    page.goto("/")

    for text in (text for text in AS_IT_STANDS if re.match("[^!]*<[a-z]+ class=pwned", text)):
        page.evaluate("text => { document.body.innerHTML = text }", text)
        with pytest.raises(AssertionError):
            is_only_text(page)
    with page.expect_event("dialog"):
        page.evaluate("text => { document.body.innerHTML = text }", AS_IT_STANDS[2])

    assert "dialog: 3" in watch.deeds[-1]
    assert any("evil.example/x.png" in deed for deed in watch.deeds)


# ---- what is written


def open_shop(house, folder) -> int:
    """A shop all of whose own words are hostile; the number of its show."""
    plan = {
        "people": [
            {"username": "eve", "password": "eve-demo", "first_name": FIRST, "last_name": LAST}
        ],
        "shops": [
            {
                "slug": "hostile",
                "name": SHOP,
                "tagline": AS_IT_STANDS[0],
                "about": "\n\n".join(AS_IT_STANDS),
                "members": [{"username": "eve", "role": "owner"}],
                "products": [
                    {
                        "slug": f"thing-{number}",
                        "title": title,
                        "description": "\n".join(AS_IT_STANDS),
                        "variants": [
                            {"title": text, "price": 1000, "stock": 5}
                            for text in (GOODS if number == 0 else [title])
                        ],
                    }
                    for number, title in enumerate(GOODS)
                ],
                "shows": [
                    {
                        "slug": SLUG,
                        "title": TITLE,
                        "host": HOST,
                        "description": "\n".join(AS_IT_STANDS),
                        "items": [{"product": f"thing-{number}"} for number in range(len(GOODS))],
                    },
                    *(
                        {"slug": f"show-{number}", "title": text, "host": text, "starts_in": 9000}
                        for number, text in enumerate(GOODS)
                    ),
                ],
            }
        ],
    }
    file = folder / "hostile.json"
    file.write_text(json.dumps(plan))
    done = house.manage("load_fixture", str(file))
    assert done.returncode == 0, done.stderr
    shows = json.loads(done.stdout)["shops"][0]["shows"]
    return next(each["id"] for each in shows if each["slug"] == SLUG)


def everything_is_said(house) -> list[dict]:
    """Each string as a message that answers the one before, and as a question."""
    said, names = [], cycle(NICKNAMES.items())
    texts = list(SAID.items())
    for start in range(0, len(texts), 2):
        with hostile.stranger(house.url, SLUG) as line:
            for raw, shown in texts[start : start + 2]:
                name, called = next(names)
                reply = {"reply_to": said[-1]["seq"]} if said else {}
                answer = line.asks(type="chat.say", text=raw, name=name, **reply)
                assert answer["type"] == "chat.said", (raw, answer)
                quote = f"{said[-1]['name']}: {cut(said[-1]['text'])}" if said else ""
                said.append({"seq": answer["seq"], "name": called, "text": shown, "quote": quote})
                answer = line.asks(type="question.ask", text=raw, name=name)
                assert answer["type"] == "done", (raw, answer)
            report = {"type": "chat.report", "seq": said[0]["seq"]}
            assert line.asks(**report, reason="<b class=pwned>")["code"] == "invalid"
    with hostile.stranger(house.url, SLUG) as line:
        assert line.asks(**report, reason="other")["type"] == "done"
    return said


def cut(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"


def ann_speaks(ann: Page) -> dict:
    """By the fields of her page: an answer, under a name of the same kind."""
    answered = AS_IT_STANDS[0]
    guest.line(ann, answered).click()
    menu = ann.get_by_role("dialog")
    reads(menu, "what", [answered])
    menu.get_by_role("button", name="Reply").click()
    reads(ann.locator("[data-replying]"), "words", [answered])
    guest.sends(ann, MINE, name=ANN)
    mine = ann.locator("[data-own][data-seq]").filter(has_text=MINE_SHOWN)
    reads(mine, "text", [MINE_SHOWN])
    quote = f"{next(iter(NICKNAMES.values()))}: {answered}"
    seq = int(mine.get_attribute("data-seq"))
    return {"seq": seq, "name": ANN, "text": MINE_SHOWN, "quote": quote}


def eve_speaks(eve: Page) -> dict:
    merchant.replies(eve, EVE)
    seq = int(moderator.message(eve, EVE).get_attribute("data-seq"))
    return {"seq": seq, "name": STAFF, "text": EVE, "quote": ""}


def eve_asks_and_answers(eve: Page) -> None:
    merchant.pins(eve, GOODS[0])
    moderator.opens_poll(eve, ASKED, *OPTIONS)
    moderator.asked(eve, ANSWERED).get_by_role("button", name="Answer now").click()
    reads(eve.locator("[data-answering]"), "text", [ANSWERED])


def eve_moderates(house, eve: Page, said: list[dict]) -> None:
    """A message is pinned, one that the next one quotes is deleted, words wait, and are barred."""
    moderator.does(eve, "Pin to top", PINNED)
    moderator.does(eve, "Delete", DELETED)
    gone = next(each for each in said if each["text"] == DELETED)
    answer = said[said.index(gone) + 1]
    answer["quote"] = ""
    said.remove(gone)

    moderator.reviews_first_words(eve)
    with hostile.stranger(house.url, SLUG) as line:
        assert line.asks(type="chat.say", text=HELD, name=ANN)["type"] == "chat.held"
        assert line.asks(type="question.ask", text=HELD, name=ANN)["type"] == "chat.held"

    rules = moderator.looks_at(eve, "Rules")
    rules.get_by_label("Words that are not said").fill("\n".join(WORDS))
    rules.get_by_role("button", name="Save the words").click()
    expect(rules.get_by_text("Saved.")).to_be_visible()


# ---- what is read


def reads(place: Page | Locator, slot: str, wanted: list[str]) -> None:
    """These very texts, to the letter."""
    found = place.locator(f'[data-slot="{slot}"]')
    expect(found).to_have_text(wanted)  # waits, and is lenient with spaces
    assert found.all_text_contents() == wanted


def column(said: list[dict], key: str) -> list[str]:
    return [each[key] for each in said]


def the_live_page_reads(page: Page, said: list[dict]) -> None:
    show = page.locator("[data-show]")
    expect(page).to_have_title(f"{TITLE} · {SHOP}")
    assert show.locator("h1").text_content() == TITLE
    assert show.locator(".host-words > *").all_text_contents() == [SHOP, f"with {HOST}"]
    assert show.locator(".goods-show > *").all_text_contents() == [TITLE, "\n".join(AS_IT_STANDS)]
    embedded = json.loads(page.locator("#items").text_content())
    assert [item["title"] for item in embedded] == GOODS
    assert [each["title"] for each in embedded[0]["variants"]] == GOODS
    reads(show.locator("[data-shelf-list]"), "title", GOODS)
    reads(show.locator("[data-pin-card]"), "title", GOODS[:1])
    the_talk_reads(show, said)
    reads(show, "answering", [f"Answering: {ANSWERED}"])
    reads(show.locator("[data-pinned-message]"), "text", [PINNED])
    is_only_text(page)


def the_talk_reads(show: Locator, said: list[dict]) -> None:
    """Messages, questions and the poll: live and in the replay."""
    chat = show.locator("[data-chat] [data-seq]")
    reads(chat, "text", column(said, "text"))
    reads(chat, "name", column(said, "name"))
    reads(chat, "quote", column(said, "quote"))
    questions = show.locator("[data-questions]").locator('[data-slot="text"]')
    assert sorted(questions.all_text_contents()) == sorted(SAID.values())
    reads(show.locator("[data-poll]"), "question", [ASKED])
    reads(show.locator("[data-poll]"), "option", OPTIONS)


def the_picker_reads(page: Page) -> None:
    page.wait_for_timeout(700)  # a tap right after a change of card is not taken for this card
    guest.card(page).get_by_role("button", name="Buy").click()
    sheet = page.get_by_role("dialog")
    reads(sheet.locator("[data-step=variant]"), "title", GOODS[:1])
    reads(sheet, "variant", GOODS)
    sheet.locator("[data-variants] label").nth(1).click()
    sheet.get_by_role("button", name="Add to bag").click()
    expect(sheet).to_be_hidden()
    is_only_text(page)


def the_control_room_reads(room: Page, said: list[dict]) -> None:
    page = room.locator("[data-control]")
    embedded = json.loads(room.locator("#facts").text_content())
    assert [item["title"] for item in embedded["items"]] == GOODS
    assert page.locator(".item h3").all_text_contents() == GOODS
    moderator.looks_at(room, "Chat")
    chat = page.locator("[data-messages] li:not([data-hidden])")
    reads(chat, "text", column(said, "text"))
    reads(chat, "name", column(said, "name"))
    reads(page.locator("[data-top-message]"), "text", [PINNED])
    for part in ("held", "held-questions"):
        reads(page.locator(f"[data-{part}]"), "text", [HELD])
        reads(page.locator(f"[data-{part}]"), "name", [ANN])
    reads(page.locator("[data-reports]"), "text", [AS_IT_STANDS[0]])
    reads(page.locator("[data-answering]"), "text", [ANSWERED])
    questions = page.locator("[data-open], [data-answering]").locator('[data-slot="text"]')
    assert sorted(questions.all_text_contents()) == sorted(SAID.values())
    reads(page.locator("[data-poll]"), "question", [ASKED])
    reads(page.locator("[data-poll]"), "option", OPTIONS)
    expect(page.get_by_label("Words that are not said")).to_have_value("\n".join(WORDS))
    deeds = page.locator("[data-deeds]")
    reads(deeds, "by", [STAFF] * 4)
    assert f"deleted a message of {list(NICKNAMES.values())[4]}" in deeds.text_content()
    is_only_text(room)


def the_overlays_read(room: Page, said: list[dict]) -> None:
    """The menu of a message, the question before a ban, and what is known of somebody."""
    ann = said[-2]
    moderator.message(room, ann["text"]).get_by_role("button", name="What to do").click()
    reads(room.locator("[data-menu]"), "text", [ann["text"]])
    room.get_by_role("menuitem", name="Ban…").click()
    ask = room.get_by_role("dialog")
    expect(ask.get_by_role("heading")).to_have_text(f"Ban {ANN}?")
    ask.get_by_role("button", name="Not now").click()

    moderator.does(room, "History", said[0]["text"])
    drawer = room.get_by_role("dialog")
    expect(drawer.get_by_role("heading", level=2)).to_have_text(said[0]["name"])
    reads(
        drawer.locator("[data-past]"),
        "text",
        [AS_IT_STANDS[1], AS_IT_STANDS[1], *[AS_IT_STANDS[0]] * 2],
    )
    is_only_text(room)
    drawer.get_by_role("button", name="Close").click()


def the_replay_reads(page: Page, said: list[dict]) -> None:
    page.get_by_role("button", name="Pause").click()
    guest.moves_to(page, page.evaluate("document.querySelector('video').duration"))
    the_talk_reads(page.locator("[data-show]"), said)
    is_only_text(page)

    row = guest.opens_questions(page).get_by_role("listitem").filter(has_text=ANSWERED)
    row.get_by_role("button", name="Play the answer").click()
    reads(page, "answering", [f"Answering: {ANSWERED}"])
    is_only_text(page)


def the_shop_reads(page: Page) -> None:
    opens(page, "/")
    opens(page, "/hostile/")
    assert texts(page, "h1") == [SHOP]
    assert set(texts(page, ".tile__title a")) <= {*GOODS, TITLE}
    opens(page, "/hostile/thing-0/")
    assert texts(page, "h1") == [GOODS[0]]
    assert texts(page, ".choice") == GOODS
    opens(page, f"/hostile/thing-{len(GOODS) - 1}/")
    guest.puts_in_bag(page, page.url)
    opens(page, "/bag/hostile/")
    bought = [GOODS[0], GOODS[1], GOODS[-1], GOODS[-1]]
    assert texts(page, ".lines h2, .lines h2 + p") == bought


def the_back_office_reads(page: Page, show: int) -> None:
    opens(page, "/admin/")
    opens(page, "/admin/streams/show/")
    assert {*GOODS, TITLE} <= cells(page)
    opens(page, "/admin/shops/product/")
    assert set(GOODS) <= cells(page)
    opens(page, "/admin/shops/member/")
    assert STAFF in cells(page)
    opens(page, f"/admin/streams/show/{show}/change/")
    expect(page.get_by_label("Title")).to_have_value(TITLE)
    expect(page.get_by_label("Host name")).to_have_value(HOST)


def cells(page: Page) -> set[str]:
    """Of a list of the back office."""
    return set(texts(page, "#result_list tbody :is(th, td, a)"))


def texts(page: Page, selector: str) -> list[str]:
    return [text.strip() for text in page.locator(selector).all_text_contents()]


def opens(page: Page, path: str) -> None:
    """A page that was drawn by the server: text in its source, too."""
    answer = page.goto(path)
    assert answer.ok
    assert hostile.SOURCE.findall(answer.text()) == []
    is_only_text(page)
