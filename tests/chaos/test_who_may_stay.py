"""A lost role and a ban count on sockets that are open, in every process."""

import time
from asyncio import to_thread

from tests.chaos.guests import Guest, all_hear, present, until
from tests.chaos.webs import session

NOT_ALLOWED = 4403
SOON = 5  # seconds


async def test_a_role_that_is_taken_away_ends_the_open_socket(town, pair):
    show = await to_thread(town.backstage, "open_show")
    slug = show["slug"]
    noor = Guest(slug, pair[:1], session=show["moderator"])
    mira = Guest(slug, pair[:1], session=show["host"])

    async with present([noor, mira]):
        await noor.say("still of the shop")
        await to_thread(town.backstage, "leave_the_shop", user=show["moderator_id"])
        began = time.monotonic()
        await until(lambda: noor.codes, "she was let stay")
        took = time.monotonic() - began
        await until(lambda: noor.came == 2 and noor.line, "she may come back as a shopper")
        await mira.say("who is here?")
        seq = await noor.say("I am")

    assert took <= SOON
    assert noor.codes == [NOT_ALLOWED]
    (said,) = [fact for fact in mira.facts if fact["seq"] == seq]
    assert said["data"]["role"] == "guest"
    assert (mira.came, mira.codes) == (1, [])


async def test_a_ban_is_told_and_kept_in_both_processes(town, pair):
    show = await to_thread(town.backstage, "open_show")
    slug, (here, there) = show["slug"], pair
    pages = [Guest(slug, [web], visitor="otto") for web in pair]
    others = [Guest(slug, [web]) for web in pair]
    noor = Guest(slug, [there], session=show["moderator"])
    everyone = [*pages, *others, noor]

    async with present(everyone):
        seq = await pages[0].say("buy elsewhere")
        await all_hear(everyone, "buy elsewhere")
        path = f"/api/v1/shows/{slug}/ban/"
        await to_thread(here.post, path, session(show["moderator"]), {"seq": seq})
        began = time.monotonic()
        await until(lambda: all(page.standing for page in pages), "he was not told")
        took = time.monotonic() - began
        refusals = [await page.ask({"type": "chat.say", "text": "but"}) for page in pages]
        asked = [await page.ask({"type": "question.ask", "text": "why?"}) for page in pages]
        await noor.say("that was that")
        await all_hear(everyone, "that was that")

    assert took <= 1
    assert all(page.standing["is_banned"] for page in pages)
    assert {refusal["code"] for refusal in [*refusals, *asked]} == {"banned"}
    assert all(page.codes == [] for page in pages)
    assert all(other.standing is None for other in others)
    told = [fact["data"].get("text") for fact in others[0].facts]
    assert [text for text in told if text] == ["buy elsewhere", "that was that"]
