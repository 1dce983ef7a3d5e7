"""docs/protocol.md and the code say the same: whoever writes a client from the page is right."""

import ast
import inspect
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from livecommerce.servers.daphne import STANDARD
from streams import client, consumers, deals, log, offers, pins, rooms
from streams.fanout import hub
from streams.models import RoomEvent
from streams.talk import chat, polls, questions, reactions
from tests.factories import make_item, make_product, make_show
from tests.streams.sockets import hear, room

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/protocol.md").read_text().partition("## The studio")[0]
pytestmark = pytest.mark.django_db(transaction=True)


def table(title: str) -> list[list[str]]:
    """The rows of the first table under a title, without its head."""
    text = PAGE.partition(f"### {title}\n")[2].partition("\n### ")[0]
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows[2:]]


def types(title: str) -> dict[str, str]:
    """{type: the row's example} of a table of frames."""
    found = {}
    for row in table(title):
        example = row[-1].strip("`")
        found |= dict.fromkeys(re.findall(r"`([a-z_.]+)`", row[0]), example)
    return found


def strings_in(*modules, calls: set[str], nth: int) -> set[str]:
    """The literal strings that are the n-th argument of these calls."""
    found = set()
    for module in modules:
        for node in ast.walk(ast.parse(Path(module).read_text())):
            if isinstance(node, ast.Call) and len(node.args) > nth:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in calls:
                    found |= {
                        each.value
                        for each in ast.walk(node.args[nth])
                        if isinstance(each, ast.Constant)
                        and re.fullmatch(r"[a-z]+\.[a-z]+", str(each.value))
                    }
    return found


def test_every_fact_that_is_written_is_on_the_page_and_no_other():
    sources = [*(ROOT / "streams").rglob("*.py"), *(ROOT / "orders").rglob("*.py")]
    written = strings_in(*sources, calls={"append"}, nth=1)
    written |= strings_in(*sources, calls={"Entry"}, nth=0)
    # Written under names that a status, or whether it is held, completes.
    written |= {"take.lost", "take.finished", "question.held", "question.asked"}

    assert {name for name in types("Facts") if "." in name} == written


def test_news_of_orders_are_on_the_page_and_heeded_by_the_control_room():
    sources = (ROOT / "orders").rglob("*.py")
    told = strings_in(ROOT / "orders/lifecycle.py", calls={"_tell"}, nth=1)
    told |= {"order.expired", "order.cancelled"}  # written under a name that a status completes

    assert {name for name in types("Down") if name.startswith("order.")} == told
    heeded = (ROOT / "static/js/control/orders.js").read_text()
    assert [name for name in told if f'"{name}":' not in heeded] == []
    of_money = strings_in(*sources, calls={"tell_of_money"}, nth=1)
    assert [name for name in of_money if f"`{name}`" not in PAGE] == []


def test_what_only_staff_may_read_is_said_to_be_theirs():
    for_staff = {
        name
        for row in table("Facts")
        if row[1].startswith("for those who moderate")
        for name in re.findall(r"`([a-z_.]+)`", row[0])
    }

    assert for_staff == log.STAFF_ONLY


def test_every_frame_up_is_on_the_page_and_no_other():
    act = ast.parse(inspect.getsource(consumers))
    taken = {
        pattern.value.value
        for node in ast.walk(act)
        if isinstance(node, ast.MatchMapping)
        for key, pattern in zip(node.keys, node.patterns, strict=True)
        if key.value == "type"
    }

    assert set(types("Up")) == taken


@pytest.fixture
def show():
    return make_show()


def prepared(show) -> dict[str, dict]:
    """What each frame up refers to in a real room."""
    said = chat.say(show, chat.Speaker("guest-otto"), "Buy elsewhere", "Otto")
    question = questions.ask(show, chat.Speaker("guest-otto"), "How tall?", "Otto")
    poll = polls.open(show, "Which glaze next?", ["Sage", "Oat"])
    return {
        "chat.report": {"seq": said.seq},
        "question.vote": {"question": question.pk},
        "poll.vote": {"poll": poll.pk},
        "room.catch_up": {"after": 1},
    }


@pytest.mark.parametrize("type", types("Up"))
async def test_each_frame_up_is_answered_as_the_page_says(show, type):
    example = json.loads(types("Up")[type])
    [answers] = [row[2] for row in table("Up") if f"`{type}`" in row[0]]
    example |= (await sync_to_async(prepared)(show)).get(type, {})

    async with room(show) as socket:
        await socket.send_json_to(example)

        if type == "room.react":
            while (await hear(socket, "room.levels", "error")).get("reactions") != {"heart": 3}:
                pass
        elif type == "room.catch_up":
            assert (await hear(socket, "question.asked", "error"))["seq"] == 2
        else:
            answer = await hear(socket, *re.findall(r"`([a-z_.]+)`", answers))
            assert answer["type"] != "error"
            assert answer["nonce"] == example["nonce"]
            assert ("question" in answer) == (type == "question.ask")


def test_a_snapshot_and_its_parts_have_the_fields_of_the_example(show):
    example = json.loads(types("Down")["room.snapshot"])
    chat.say(show, chat.Speaker("guest-otto"), "hello", "Otto")
    prepared(show)
    deals.open(make_item(show), price=900, seconds=60, cap=5)
    offers.open(show, "KILN10", "10 % off")
    hidden = make_product(shop=show.shop, reveal_at=timezone.now() + timedelta(hours=1))
    make_item(show, hidden)
    snapshot = rooms.snapshot(show)

    assert snapshot.keys() == example.keys()
    for part in ("show", "rules", "poll"):
        assert snapshot[part].keys() == example[part].keys()
    assert snapshot["offer"].keys() == example["offer"].keys()
    for part in ("questions", "deals", "drops"):
        assert snapshot[part][0].keys() == example[part][0].keys()
    assert chat.shape(RoomEvent.objects.first()).keys() == example["pinned_message"].keys()
    assert rooms.levels(show).keys() <= example.keys()


def test_a_pinned_card_has_the_fields_of_the_example(show):
    example = json.loads(types("Facts")["pin.opened"])["data"]

    card = pins.card(pins.open(make_item(show)))

    assert card.keys() == example.keys()
    assert card["variants"][0].keys() == example["variants"][0].keys()


def test_the_examples_of_facts_are_facts_in_their_order():
    examples = {example: json.loads(example) for example in types("Facts").values()}

    assert all(fact.keys() == {"type", "seq", "at", "data"} for fact in examples.values())
    for name, example in types("Facts").items():
        rows = [row[0] for row in table("Facts") if example in row[-1]]
        assert json.loads(example)["type"] == name or f"`{name}`" in rows[0]


def test_the_reference_client_understands_every_public_fact_of_the_page():
    state = client.Room()
    state.take(json.loads(types("Down")["room.snapshot"]))
    before = json.dumps(state.state)
    for number, example in enumerate(dict.fromkeys(types("Facts").values()), start=42):
        state.take({"type": "room.facts", "facts": [json.loads(example) | {"seq": number}]})

    assert state.seq == number
    assert not state.misses_some
    assert json.dumps(state.state) != before


def test_the_close_codes_are_those_of_the_page():
    told = {int(code) for row in table("Close codes") for code in re.findall(r"\d{4}", row[0])}
    ours = {
        *(consumers.NOT_FOUND, consumers.NOT_ALLOWED, consumers.TOO_BIG, consumers.NO_BINARY),
        *(consumers.UNDER_ATTACK, consumers.LATER, hub.TOO_SLOW),
    }
    by_servers = {1001, 1006, 1007, 1011, 1012}

    assert told == ours | by_servers
    assert {code for code in ours if code < 3000} <= set(STANDARD)
    for_good = {
        int(code)
        for row in table("Close codes")
        if row[2].startswith(("no", "not"))
        for code in re.findall(r"\d{4}", row[0])
    }
    assert for_good == client.FOR_GOOD


def test_the_limits_are_those_of_the_page():
    figures = {
        row[0]: [int(each) for each in re.findall(r"\d+", row[1])] for row in table("Limits")
    }

    assert figures["size of a frame up"] == [consumers.MAX_FRAME // 1024]
    assert figures["frames up"] == list(consumers.FRAMES)
    burst, rate = consumers.CATCH_UPS
    assert figures["`room.catch_up`"] == [burst, round(1 / rate)]
    assert figures["reactions"] == list(consumers.HEARTS)
    assert figures["messages and questions of a guest"] == [chat.BURST, chat.PER_SECONDS]
    assert figures["questions of one guest without an answer"] == [questions.MAX_WAITING]
    assert figures["facts caught up with"] == [log.CATCH_UP_LIMIT]
    assert f"1 to {reactions.MOST}" in PAGE
    assert f"1 to {chat.MAX_TEXT}" in PAGE
    assert all(f"`{kind}`" in PAGE for kind in reactions.KINDS)
