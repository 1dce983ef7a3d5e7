"""Redis is the bell, not the log: while it is away everything arrives, only later."""

import time
from asyncio import to_thread

from tests.chaos.guests import PATIENCE, Guest, all_hear, know_the_truth, present, until
from tests.chaos.webs import session

AT_ONCE = 0.4  # seconds


async def test_a_room_in_two_processes_lives_through_the_death_of_redis(town, pair):
    show = await to_thread(town.backstage, "open_show")
    slug, (here, there) = show["slug"], pair
    pin = f"/api/v1/shows/{slug}/pin/"
    hosts = [Guest(slug, [web], session=show["host"]) for web in pair]
    guests = [Guest(slug, [web]) for web in pair for _ in range(4)]
    newcomer = Guest(slug, [there])
    everyone = [*hosts, *guests]

    async with present(everyone):
        await hosts[0].say("said here")
        await hosts[1].say("said there")
        await guests[0].say("a guest was heard")
        await to_thread(here.post, pin, session(show["host"]), {"item": show["items"][0]})
        await all_hear(everyone, "a guest was heard")

        town.redis.stop()
        try:
            await to_thread(there.post, pin, session(show["host"]), {"item": show["items"][1]})
            for host in hosts:
                await host.say(f"without a bell, {host.page}")
            await guests[0].say("a guest without a bell")
            asked = await guests[1].ask({"type": "question.ask", "text": "Is it oven safe?"})
            assert asked["type"] == "done"
            await to_thread(town.backstage, "say", slug=slug, texts=["from nowhere"])
            async with present([newcomer]):
                assert newcomer.resets == 1
                await all_hear([*everyone, newcomer], "from nowhere")
                await know_the_truth([*everyone, newcomer], town.backstage, slug)
        finally:
            await to_thread(town.redis.start)

        await guests[-1].say("the bell is back")
        await all_hear(everyone, "the bell is back")
        await know_the_truth(everyone, town.backstage, slug)

        for guest in everyone:
            assert (guest.came, guest.resets, guest.twice) == (1, 1, [])


async def test_after_redis_came_back_news_is_heard_at_once_again(town, pair):
    show = await to_thread(town.backstage, "open_show")
    speaker, hearer = [Guest(show["slug"], [web], session=show["host"]) for web in pair]

    async with present([speaker, hearer]):
        await to_thread(town.redis.stop)
        await to_thread(town.redis.start)
        in_a_row, give_up = 0, time.monotonic() + PATIENCE
        while in_a_row < 5:  # by the log alone, read every other second, luck would have to help
            assert time.monotonic() < give_up, "news still waits for the next look into the log"
            seq, began = await speaker.say("now?"), time.monotonic()
            await until(lambda seq=seq: hearer.room.seq >= seq, "nothing is heard")
            in_a_row = in_a_row + 1 if time.monotonic() - began < AT_ONCE else 0
