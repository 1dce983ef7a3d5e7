"""Readers that never read, in a room that never stops talking; beside them somebody who reads."""

import asyncio
import time
from asyncio import to_thread
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.chaos import lines
from tests.chaos.guests import Guest, present, until
from tests.chaos.webs import Web, running, uvicorn

DEAF, WINDOW = 20, 2048  # sockets, bytes that may be under way to each
TEXT = "x" * 1100
EVERY, TOGETHER = 0.1, 20  # seconds, facts
RATE = 200_000  # bytes a second at least
CUT = 30  # seconds until the last of them is cut
DELAY = 1  # second at most for whoever reads
MEMORY = 64 * 1024 * 1024


@dataclass
class Outcome:
    """What a server made of it: seconds until each was cut, bytes a second, seconds, bytes."""

    after: list[float]
    rate: float
    delay: float
    memory: int

    def __str__(self):
        first, last = min(self.after, default=0), max(self.after, default=0)
        return (
            f"{len(self.after)} cut after {first:.1f} to {last:.1f} s, {self.rate / 1000:.0f} KB/s,"
            f" delay at most {self.delay:.2f} s, {self.memory / 2**20:.1f} MiB more"
        )


async def test_who_never_reads_is_cut_and_nobody_else_feels_it(town, capsys):
    slug = (await to_thread(town.backstage, "open_show"))["slug"]
    webs = [Web(town.house, "deaf-daphne"), uvicorn(town.house, "deaf-uvicorn")]
    readers = [Guest(slug, [web]) for web in webs]

    with running(*webs):
        async with present(readers), talking(town.backstage, slug):
            starving = [starve(*each, slug) for each in zip(webs, readers, strict=True)]
            outcomes = await asyncio.gather(*starving)

    with capsys.disabled():
        for web, outcome in zip(webs, outcomes, strict=True):
            print(f"\n{web.name}: {outcome}")
    for web, reader, outcome in zip(webs, readers, outcomes, strict=True):
        assert len(outcome.after) == DEAF, web.name
        assert outcome.rate >= RATE
        assert outcome.delay <= DELAY
        assert outcome.memory <= MEMORY
        assert (reader.came, reader.resets, reader.twice) == (1, 1, [])
        assert "Traceback" not in web.log()


async def starve(web: Web, reader: Guest, slug: str) -> Outcome:
    """Open the deaf lines, and look on until all are cut or the time is up."""
    await until(lambda: len(reader.facts) > 100, "the room is silent")
    before = most = web.memory()
    deaf = [await to_thread(lines.joined, web, slug, window=WINDOW) for _ in range(DEAF)]
    began, heard = time.monotonic(), len(reader.facts)
    cutting = asyncio.create_task(to_thread(lines.until_cut, deaf, CUT))
    while not cutting.done():
        most = max(most, web.memory())
        await asyncio.sleep(0.2)
    octets = sum(len(fact["data"]["text"]) for fact in reader.facts[heard:])
    for line in deaf:
        line.close()
    return Outcome(
        after=await cutting,
        rate=octets / (time.monotonic() - began),
        delay=max(reader.delays[heard:]),
        memory=most - before,
    )


@asynccontextmanager
async def talking(backstage, slug):
    """An even stream of facts, whoever listens."""

    async def talk():
        due = time.monotonic()
        while True:
            text = f"at {time.time():.3f} {TEXT}"
            await to_thread(backstage, "say", slug=slug, texts=[text] * TOGETHER)
            due += EVERY
            await asyncio.sleep(max(0, due - time.monotonic()))

    task = asyncio.create_task(talk())
    yield
    task.cancel()
