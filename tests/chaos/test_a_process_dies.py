"""kill -9 of one of two web processes in the middle of a show."""

import asyncio
from asyncio import to_thread
from contextlib import asynccontextmanager

from tests.chaos.guests import Guest, all_hear, know_the_truth, present, until


async def test_the_people_of_a_killed_process_go_on_in_the_other(town, pair):
    show = await to_thread(town.backstage, "open_show")
    slug, (survivor, victim) = show["slug"], pair
    stayed = [Guest(slug, [survivor]) for _ in range(3)]
    moved = [Guest(slug, [victim, survivor]) for _ in range(6)]
    host = Guest(slug, [survivor], session=show["host"])
    everyone = [*stayed, *moved, host]
    people = len(stayed) + len(moved)

    async with present(everyone):
        await host.say("before")
        await all_hear(everyone, "before")
        await counted(everyone, people)
        pid = victim.process.pid

        await to_thread(victim.kill)
        try:
            for number in range(5):
                await to_thread(town.backstage, "say", slug=slug, texts=[f"meanwhile {number}"])
            await until(lambda: all(guest.came == 2 for guest in moved), "not everybody is back")
            await host.say("after")
            await all_hear(everyone, "after")
            await know_the_truth(everyone, town.backstage, slug)

            async with hearts(host):
                await counted(everyone, people + len(moved))  # the dead are counted yet
            await to_thread(town.backstage, "outlive", process=pid)
            async with hearts(host):
                await counted(everyone, people)
        finally:
            victim.start()
            await to_thread(victim.wait)

    for guest in everyone:
        assert (guest.resets, guest.twice) == (1, [])  # each by ?after=, each fact once
        numbers = [fact["seq"] for fact in guest.facts]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def counted(guests, people: int) -> None:
    await until(
        lambda: {guest.room.state["viewers"] for guest in guests} == {people},
        f"not everybody counts {people}",
    )


@asynccontextmanager
async def hearts(guest):
    """Somebody taps now and then, as in any room that is alive."""

    async def tap():
        while True:
            await guest.line.send('{"type":"room.react","kind":"heart","count":1}')
            await asyncio.sleep(1)

    tapping = asyncio.create_task(tap())
    yield
    tapping.cancel()
