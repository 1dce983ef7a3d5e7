"""People in a room who come back as docs/protocol.md asks, and keep account of what they got."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from livecommerce import visitors
from streams import client
from tests.chaos.webs import Web
from tests.streams.states import stripped

PATIENCE = 20  # seconds until something that must happen has happened
_numbers = count(1)


class Guest:
    """One page. It asks the webs in turn, the first one first."""

    def __init__(self, slug: str, webs: Sequence[Web], *, visitor: str = "", session: str = ""):
        number = next(_numbers)
        self.slug, self.webs, self.turn = slug, webs, 0
        self.page = f"page{number:04d}"
        self.cookie = f"{visitors.COOKIE}={visitors.cookie_for(visitor or f'visitor{number}')}"
        if session:
            self.cookie += f"; sessionid={session}"
        self.room, self.line = client.Room(), None
        self.came, self.resets = 0, 0  # sockets that were opened, snapshots
        self.codes: list[int] = []  # with which sockets ended
        self.facts: list[dict] = []  # as they came, each once
        self.twice: list[int] = []  # numbers that came although they were known
        self.answers: dict[str, dict] = {}
        self.standing: dict | None = None
        self.delays: list[float] = []

    async def stay(self) -> None:
        """Be in the room until cancelled, or until told not to come back."""
        attempt = 0
        while not set(self.codes[-1:]) & client.FOR_GOOD:
            try:
                async with self.knock() as self.line:
                    self.came += 1
                    async for text in self.line:
                        attempt = 0
                        self.take(json.loads(text))
            except (OSError, InvalidHandshake, ConnectionClosed):
                self.turn += 1
            if self.line is not None:
                self.codes.append(self.line.close_code)
                self.line = None
            await asyncio.sleep(client.pause(attempt))
            attempt += 1

    def knock(self) -> connect:
        web = self.webs[self.turn % len(self.webs)]
        after = "" if self.room.seq is None else f"&after={self.room.seq}"
        return connect(
            f"ws://{web.host}/ws/live/{self.slug}/?page={self.page}{after}",
            origin=f"http://{web.host}",
            additional_headers={"Cookie": self.cookie},
            compression=None,
            proxy=None,
            ping_interval=None,
            max_size=None,
        )

    def take(self, frame: dict) -> None:
        known = self.room.seq or 0
        facts = self.room.take(frame)
        assert not self.room.misses_some, f"{self.page} was sent a hole after {known}"
        match frame["type"]:
            case "room.snapshot":
                self.resets += 1
            case "room.facts":
                now = time.time()
                self.twice += [each["seq"] for each in frame["facts"] if each["seq"] <= known]
                self.facts += facts
                self.delays += [now - sent for each in facts if (sent := sent_at(each))]
            case "you.standing":
                self.standing = frame
            case _ if "nonce" in frame:
                self.answers[frame["nonce"]] = frame

    async def ask(self, frame: dict) -> dict:
        """What the room answers to this."""
        nonce = f"k{next(_numbers)}"
        await self.line.send(json.dumps(frame | {"nonce": nonce}))
        await until(lambda: nonce in self.answers, f"no answer to {frame}")
        return self.answers[nonce]

    async def say(self, text: str) -> int:
        """The number that the words got."""
        answer = await self.ask({"type": "chat.say", "text": text, "name": "Ann"})
        assert answer["type"] == "chat.said", answer
        return answer["seq"]

    def heard(self, text: str) -> bool:
        return self.room.state is not None and any(
            each["data"].get("text") == text for each in self.room.state["chat"]
        )


def sent_at(fact: dict) -> float | None:
    """Words may say when they were said: "at 1700000000.123 hello"."""
    word, *rest = fact["data"].get("text", "").split(" ", 2)
    return float(rest[0]) if word == "at" else None


@asynccontextmanager
async def present(guests: Sequence[Guest]) -> AsyncIterator[None]:
    """They are in the room; what went wrong with one of them comes to light."""
    async with asyncio.TaskGroup() as group:
        staying = [group.create_task(guest.stay()) for guest in guests]
        await until(lambda: all(guest.room.state for guest in guests), "not everyone came in")
        yield
        for task in staying:
            task.cancel()


async def until(is_so: Callable, complaint: str, seconds: float = PATIENCE) -> None:
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, complaint
        await asyncio.sleep(0.02)


async def all_hear(guests: Sequence[Guest], text: str, seconds: float = PATIENCE) -> None:
    await until(
        lambda: all(guest.heard(text) for guest in guests),
        f"not everybody heard {text!r}",
        seconds,
    )


async def know_the_truth(guests: Sequence[Guest], backstage: Callable, slug: str) -> None:
    """What their frames told them is what the rows say."""
    truth, give_up = None, time.monotonic() + PATIENCE
    while {known(guest.room.state) for guest in guests} != {truth}:
        assert time.monotonic() < give_up, f"not everybody knows the truth: {truth}"
        await asyncio.sleep(0.1)
        truth = known(await asyncio.to_thread(backstage, "snapshot", slug=slug))


def known(state: dict) -> str:
    return json.dumps(stripped(state), sort_keys=True)
