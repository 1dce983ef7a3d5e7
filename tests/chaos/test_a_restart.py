"""The laptop's one process is stopped, or killed, and started again, with a full room."""

import os
import time
from asyncio import to_thread

import pytest

from tests import house as houses
from tests.chaos.guests import Guest, all_hear, know_the_truth, present, until
from tests.chaos.webs import Web, running

PEOPLE = int(os.environ.get("PEOPLE", 200))
SOON = 15  # seconds until nearly everyone is back


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_a_full_room_comes_back_from_a_restart_without_a_hole(laptop, capsys, end):
    show = await to_thread(laptop.backstage, "open_show")
    slug = show["slug"]
    web = Web(laptop.house, f"serve-{end}")
    web.command = [*houses.serve(laptop.house)[:-1], str(web.port)]
    guests = [Guest(slug, [web]) for _ in range(PEOPLE)]
    host = Guest(slug, [web], session=show["host"])
    everyone = [host, *guests]

    with running(web):
        async with present(everyone):
            await host.say("before")
            await all_hear(everyone, "before")

            await to_thread(getattr(web, end))
            await to_thread(laptop.backstage, "say", slug=slug, texts=["while it was down"])
            web.start()
            began = time.monotonic()
            nearly = 0.95 * len(everyone)
            await until(lambda: sum(guest.came == 2 for guest in everyone) >= nearly, "95 %")
            assert time.monotonic() - began <= SOON
            await until(lambda: all(guest.came == 2 for guest in everyone), "not all are back")
            took = time.monotonic() - began
            await host.say("after")
            await all_hear(everyone, "after")
            await know_the_truth(everyone, laptop.backstage, slug)

    with capsys.disabled():
        print(f"\n{PEOPLE} are back {took:.1f} s after the start that followed the {end}")
    assert all(guest.twice == [] for guest in everyone)
    assert "Traceback" not in web.log()
