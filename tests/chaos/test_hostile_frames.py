"""What strangers send to a room, through the servers we ship with."""

import json
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

import pytest

from tests.chaos import lines
from tests.chaos.guests import Guest, all_hear, know_the_truth, present
from tests.chaos.webs import Web, running, uvicorn

BAD_FRAME = {"type": "error", "code": "bad_frame"}
KIB = 1024
WELL = "Is all well?"
NOTHING = {
    "unknown": {"type": "chat.shout", "text": "boo"},
    "no type": {"text": "boo"},
    "no object": ["chat.say", "boo"],
    "a number": 7,
    "words that are none": {"type": "chat.say", "text": ["boo"], "nonce": "n"},
    "half a letter": {"type": "\ud800", "text": "\udfff"},
    "hide": {"type": "chat.hide", "seq": 1},
    "hidden": {"type": "chat.hidden", "data": {"seq": 1}},
    "posted": {"type": "chat.posted", "data": {"name": "Mira", "text": "boo", "role": "host"}},
    "pinned": {"type": "chat.pinned", "data": {"seq": 1}},
    "pin": {"type": "pin.open", "item": 1},
    "pin opened": {"type": "pin.opened", "data": {"pin": 1, "price": 1}},
    "acted": {"type": "mod.acted", "action": "ban", "seq": 1, "by": "Mira"},
    "standing": {"type": "you.standing", "muted_until": None, "is_banned": False},
    "rules": {"type": "rules.changed", "data": {"slow_seconds": 600}},
    "end": {"type": "show.ended", "data": {}},
    "facts": {"type": "room.facts", "facts": [{"type": "show.ended", "seq": 9}]},
    "levels": {"type": "room.levels", "viewers": 1_000_000},
    "paid": {"type": "order.paid", "data": {"number": "1"}},
}
FATAL = {
    "over 16 KiB": (lines.framed(b'"' + b"x" * 16 * KIB + b'"'), 1009),
    "over 1 MiB": (lines.framed(b'"' + b"x" * KIB * KIB + b'"'), 1009),
    "over 16 KiB in bytes, not in letters": (
        lines.framed(b'"' + "ü".encode() * 9 * KIB + b'"'),
        1009,
    ),
    "over 16 KiB in pieces": (
        lines.framed(b'"' + b"x" * 9 * KIB, first=0x01) + lines.framed(b"x" * 9 * KIB, first=0x80),
        1009,
    ),
    "binary": (lines.framed(b"\x00\x01", first=0x82), 1003),
    "text that is none": (lines.framed(b"\xff\xfe"), 1007),
    "not masked": (lines.framed(b"{}", is_masked=False), 1002),
    "an unknown opcode": (lines.framed(b"", first=0x83), 1002),
    "five hundred at once": (lines.framed(b"{}") * 500, 1008),
}
FOREIGN = {
    "foreign": "https://evil.example",
    "null": "null",
    "missing": "",
    "look-alike in front": "http://127.0.0.1.evil.example",
    "look-alike behind": "http://evil-127.0.0.1",
    "a name before it": "http://evil@{host}",
    "another port": "http://127.0.0.1:1",
    "another scheme": "https://{host}",
}


@pytest.fixture(scope="module", params=["daphne", "uvicorn"])
def web(request, laptop):
    name = f"hostile-{request.param}"
    made = uvicorn(laptop.house, name) if request.param == "uvicorn" else Web(laptop.house, name)
    with running(made):
        yield made
    assert "Traceback" not in made.log()


@pytest.fixture(scope="module")
def show(laptop):
    return laptop.backstage("open_show")


@asynccontextmanager
async def witnessed(laptop, web, show) -> AsyncIterator[None]:
    """Somebody sits in the room and notices nothing of what others do there."""
    slug = show["slug"]
    witnesses = [Guest(slug, [web], session=show["host"]), Guest(slug, [web])]
    async with present(witnesses):
        yield
        await witnesses[0].say(WELL)
        await all_hear(witnesses, WELL)
        await know_the_truth(witnesses, laptop.backstage, slug)
    for witness in witnesses:
        assert [fact["data"]["text"] for fact in witness.facts] == [WELL]
        assert (witness.came, witness.resets, witness.codes) == (1, 1, [])


async def test_what_a_shopper_may_not_say_is_answered_and_changes_nothing(laptop, web, show):
    def say_it_all():
        with closing(lines.joined(web, show["slug"])) as line:
            for name, frame in NOTHING.items():
                line.sendall(lines.framed(json.dumps(frame).encode()))
                yield name, lines.answer(line)

    async with witnessed(laptop, web, show):
        answers = await to_thread(lambda: dict(say_it_all()))

    assert answers == {name: BAD_FRAME | nonce_of(frame) for name, frame in NOTHING.items()}


async def test_frames_that_no_one_may_send_end_the_line_with_their_code(laptop, web, show):
    def end(frames: bytes) -> int | None:
        with closing(lines.joined(web, show["slug"])) as line:
            with suppress(OSError):  # the server need not wait for the end of it
                line.sendall(frames)
            return lines.closed_with(line)

    async with witnessed(laptop, web, show):
        codes = {name: await to_thread(end, frames) for name, (frames, _) in FATAL.items()}

    assert codes == {name: code for name, (_, code) in FATAL.items()}


async def test_a_line_that_ends_with_words_under_way_silences_nobody(laptop, web, show):
    words = {"type": "chat.say", "text": "bye", "name": "Mallory", "nonce": "n"}

    def say_and_break():
        with closing(lines.joined(web, show["slug"])) as line:
            with suppress(OSError):
                line.sendall(lines.framed(json.dumps(words).encode()) + FATAL["not masked"][0])
            lines.closed_with(line)

    slug = show["slug"]
    witnesses = [Guest(slug, [web], session=show["host"]), Guest(slug, [web])]
    async with present(witnesses):
        for _ in range(5):
            await to_thread(say_and_break)
        await witnesses[0].say("still here")
        await all_hear(witnesses, "still here")


@pytest.mark.parametrize(
    "frames",
    [
        lines.framed(b"[" * 8000 + b"]" * 8000),
        lines.framed(b'{"type":', first=0x01) + lines.framed(b'"boo"}', first=0x80),
        lines.framed(b'{"type":', first=0x01)
        + lines.framed(b"", first=0x80 | lines.PING)
        + lines.framed(b'"boo"}', first=0x80),
        b"".join(
            lines.framed(bytes([letter]), first=0x00 if at else 0x01)
            for at, letter in enumerate(b'{"type":"boo"}')
        )
        + lines.framed(b"", first=0x80),
    ],
    ids=["8000 nested lists", "two pieces", "a ping between them", "letter by letter"],
)
async def test_strange_frames_that_are_allowed_are_answered(laptop, web, show, frames):
    def say_it() -> dict:
        with closing(lines.joined(web, show["slug"])) as line:
            line.sendall(frames)
            while (said := lines.answer(line))["type"] == f"opcode {lines.PONG}":
                pass
            return said

    async with witnessed(laptop, web, show):
        assert await to_thread(say_it) == BAD_FRAME


async def test_foreign_pages_are_refused_before_the_handshake(laptop, web, show):
    def status(origin: str) -> int:
        line, status = lines.knock(web, show["slug"], Origin=origin.format(host=web.host))
        line.close()
        return status

    async with witnessed(laptop, web, show):
        statuses = {name: await to_thread(status, origin) for name, origin in FOREIGN.items()}
        own = await to_thread(status, "http://{host}")

    assert own == 101
    assert statuses == dict.fromkeys(FOREIGN, 403)


def nonce_of(frame) -> dict:
    return {"nonce": frame["nonce"]} if isinstance(frame, dict) and "nonce" in frame else {}
