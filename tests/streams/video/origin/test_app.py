"""The origin over ASGI: what is asked, what is answered, and with which headers."""

import asyncio
import gzip
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livecommerce.asgi import application
from streams.video.origin import air, app, plain
from streams.video.origin.app import Origin
from tests.streams.video.hls_rules import broken_rules, read
from tests.streams.video.origin.feeding import fed

OTHER = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"


async def django(scope, receive, send):
    """Stands for everything that is not the origin's."""
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"beyond"})


class Asked:
    """One request on its way."""

    def __init__(self, origin, path, *, method="GET", query="", gzip=False):
        headers = [(b"accept-encoding", b"br, gzip")] if gzip else []
        self.scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query.encode(),
            "headers": headers,
        }
        self.leaves = asyncio.Event()
        self.status, self.headers, self.body = None, {}, b""
        self._has_asked = False
        self.task = asyncio.create_task(origin(self.scope, self.receive, self.send))

    async def receive(self):
        if not self._has_asked:
            self._has_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message["body"]

    async def answered(self):
        await asyncio.wait_for(self.task, 2)
        return self


@pytest.fixture
def on_air(monkeypatch):
    """A show with three segments and an open part, held here."""
    feeder = fed("show")
    feeder.part()
    monkeypatch.setattr(air, "find", {"show": feeder.window}.get)
    monkeypatch.setattr(air, "windows", lambda: [feeder.window])
    return feeder


def ask(path, **how):
    async def story():
        return await Asked(Origin(django), path, **how).answered()

    return asyncio.run(story())


@asynccontextmanager
async def waiting(origin, *wanted):
    """Requests that wait; none is left behind."""
    asked = [Asked(origin, path, query=query) for path, query in wanted]
    for _ in range(5):
        await asyncio.sleep(0)
    try:
        yield asked
    finally:
        for each in asked:
            each.task.cancel()


def test_a_live_playlist_is_given_and_nobody_keeps_it(on_air):
    answer = ask("/hls/show/live.m3u8")

    assert answer.status == 200
    assert broken_rules(answer.body.decode()) == []
    assert len(read(answer.body.decode())["segments"]) == 3
    assert answer.headers == {
        "content-type": "application/vnd.apple.mpegurl",
        "content-length": str(len(answer.body)),
        "cache-control": "no-cache",
        "access-control-allow-origin": "*",
        "x-content-type-options": "nosniff",
        "vary": "accept-encoding",
    }


def test_who_takes_gzip_gets_it(on_air):
    packed = ask("/hls/show/live.m3u8", gzip=True)

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-length"] == str(len(packed.body))
    assert gzip.decompress(packed.body) == ask("/hls/show/live.m3u8").body
    assert len(packed.body) < len(gzip.decompress(packed.body)) / 2


def test_a_head_is_the_headers_alone(on_air):
    for path in ("/hls/show/live.m3u8", f"/hls/show/{on_air.take}/0.0.m4s"):
        whole, head = ask(path), ask(path, method="HEAD")
        assert (head.status, head.headers, head.body) == (200, whole.headers, b"")


def test_parts_segments_and_inits_come_from_memory_and_may_be_kept(on_air):
    part = ask(f"/hls/show/{on_air.take}/3.0.m4s")
    segment = ask(f"/media/takes/{on_air.take}/source/000002.m4s")
    init = ask(f"/media/takes/{on_air.take}/source/init.mp4")

    assert part.body == on_air.window.part(on_air.take, 3, 0)
    assert part.headers["cache-control"] == "public, max-age=3600, immutable"
    assert segment.body.startswith(f"{on_air.take} 2.0;".encode())
    assert segment.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert segment.headers["content-type"] == part.headers["content-type"] == "video/iso.segment"
    assert (init.headers["content-type"], init.body[:4]) == ("video/mp4", b"init")


def test_a_blocking_reload_is_answered_with_the_part_it_waits_for(on_air):
    async def story():
        wanted = ("/hls/show/live.m3u8", "_HLS_msn=3&_HLS_part=1&_HLS_skip=YES")
        origin = Origin(django)
        async with waiting(origin, wanted, wanted) as asked:
            assert [each.task.done() for each in asked] == [False, False]
            assert origin.waiting == 2
            on_air.part()
            first, second = [await each.answered() for each in asked]
        assert f"/hls/show/{on_air.take}/3.1.m4s".encode() in first.body
        assert first.body == second.body
        assert first.headers["cache-control"] == "public, max-age=0, s-maxage=12"
        assert origin.waiting == 0

    asyncio.run(story())


def test_a_hinted_part_is_waited_for_and_others_are_not(on_air):
    async def story():
        origin = Origin(django)
        async with waiting(origin, (f"/hls/show/{on_air.take}/3.1.m4s", "")) as (asked,):
            assert not asked.task.done()
            data = on_air.part()
            assert (await asked.answered()).body == data
        later = await Asked(origin, f"/hls/show/{on_air.take}/3.5.m4s").answered()
        assert later.status == 404

    asyncio.run(story())


def test_who_leaves_ends_the_wait(on_air):
    async def story():
        origin = Origin(django)
        wanted = ("/hls/show/live.m3u8", "_HLS_msn=4")
        async with waiting(origin, wanted) as (asked,):
            assert origin.waiting == 1
            asked.leaves.set()
            await asked.answered()
            assert (origin.waiting, asked.status) == (0, None)

    asyncio.run(story())


def test_a_wait_that_is_too_long_ends_with_the_playlist_as_it_is(on_air, monkeypatch):
    monkeypatch.setattr("streams.video.origin.window.PATIENCE", 0.01)

    answer = ask("/hls/show/live.m3u8", query="_HLS_msn=3&_HLS_part=1")

    assert answer.status == 200
    assert answer.body == on_air.window.text(skip=False)
    assert answer.headers["cache-control"] == "no-cache"  # what was asked for is not in it


def test_more_than_so_many_may_not_wait(on_air, monkeypatch):
    monkeypatch.setattr(app, "MOST", 1)

    async def story():
        origin = Origin(django)
        wanted = ("/hls/show/live.m3u8", "_HLS_msn=3&_HLS_part=1")
        async with waiting(origin, wanted) as (asked,):
            refused = await Asked(origin, wanted[0], query=wanted[1]).answered()
            hinted = await Asked(origin, f"/hls/show/{on_air.take}/3.1.m4s").answered()
            assert (refused.status, hinted.status) == (503, 503)
            assert refused.headers["retry-after"] == "1"
            assert (await Asked(origin, wanted[0]).answered()).status == 200
            on_air.part()
            assert (await asked.answered()).status == 200

    asyncio.run(story())


@pytest.mark.parametrize(
    "query",
    [
        "_HLS_msn=",
        "_HLS_msn=-1",
        "_HLS_msn=1.5",
        "_HLS_msn=%D9%A1",
        "_HLS_msn=NaN",
        "_HLS_msn=99999999999",
        "_HLS_msn=6",
        "_HLS_msn=3&_HLS_part=99",
        "_HLS_msn=3&_HLS_part=x",
        "_HLS_msn=3&_HLS_msn=4",
        "_HLS_part=0",
        "_HLS_skip=perhaps",
        "&".join(f"a{n}=1" for n in range(30)),
    ],
)
def test_directives_that_make_no_sense_are_refused_at_once(on_air, query):
    answer = ask("/hls/show/live.m3u8", query=query)

    assert answer.status == 400
    assert b"_HLS_msn" in answer.body


@given(query=st.binary(max_size=60) | st.text("_HLSmsnpartkiY=&0123456789%;", max_size=60))
def test_any_query_is_understood_or_refused(query):
    query = query if isinstance(query, bytes) else query.encode()
    try:
        sequence, part, skip = app.directives(query)
    except ValueError:
        return
    assert sequence is None or sequence >= 0
    assert part is None or (part >= 0 and sequence is not None)
    assert isinstance(skip, bool)


def test_what_is_not_a_directive_is_not_looked_at(on_air):
    assert ask("/hls/show/live.m3u8", query="t=12&x=%00&_HLS_msn=1").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/hls/show/{other}/0.0.m4s",
        "/hls/other/{take}/0.0.m4s",
        "/hls/show/{take}/99.0.m4s",
        "/hls/show/{take}/0.99.m4s",
        "/hls/show/{take}/4.0.m4s",
    ],
)
def test_parts_that_are_guessed_are_not_there(on_air, path):
    assert ask(path.format(take=on_air.take, other=OTHER)).status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/hls/show/{take}/00.0.m4s",
        "/hls/show/{take}/0.00.m4s",
        "/hls/show/{take}/0.0.m4s/..",
        "/hls/show/../{take}/0.0.m4s",
        "/hls/show/{take}/../live.m3u8",
        "/hls/show/{take}/-1.0.m4s",
        "/hls/show/{take}/٠.٠.m4s",
        "/hls/show/live.m3u8\n",
        "/hls//live.m3u8",
        "/media/takes/{take}/source/2.m4s",
        "/media/takes/{take}/source/000099.m4s",
        "/media/takes/{take}/480p/000000.m4s",
        "/media/takes/{other}/source/000000.m4s",
        "/media/takes/{take}/../{take}/source/000000.m4s",
        "/media/pictures/a.webp",
        "/hls/show/master.m3u8",
        "/",
    ],
)
def test_everything_else_is_for_django(on_air, path):
    assert ask(path.format(take=on_air.take, other=OTHER)).status == 299


@pytest.mark.parametrize("path", ["/hls/show/live.m3u8", "/hls/show/{take}/0.0.m4s"])
def test_live_addresses_are_read_only(on_air, path):
    before = on_air.window.text(skip=False)

    answer = ask(path.format(take=on_air.take), method="POST")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    assert on_air.window.text(skip=False) == before


def test_before_the_first_whole_segment_a_player_waits_for_it(monkeypatch):
    async def story():
        feeder = fed("show", segments=0)
        monkeypatch.setattr(air, "find", {"show": feeder.window}.get)
        origin = Origin(django)
        async with waiting(origin, ("/hls/show/live.m3u8", "")) as (asked,):
            feeder.part()
            await asyncio.sleep(0)
            assert not asked.task.done()
            feeder.cut()
            answer = await asked.answered()
        assert len(read(answer.body.decode())["segments"]) == 1
        assert answer.headers["cache-control"] == "no-cache"

    asyncio.run(story())


def test_a_show_that_ended_answers_at_once_whatever_is_asked_for(on_air):
    on_air.window.end()

    answer = ask("/hls/show/live.m3u8", query="_HLS_msn=9&_HLS_part=0")

    assert answer.status == 200
    assert answer.body.endswith(b"#EXT-X-ENDLIST\n")


def test_the_product_itself_is_behind_the_origin():
    assert isinstance(application.application_mapping["http"], Origin)


def test_who_asks_for_a_show_of_another_process_shares_one_look_at_the_rows(monkeypatch):
    reads = []
    monkeypatch.setattr(air, "find", lambda slug: None)

    def read_rows(slug):
        reads.append(slug)
        return "#EXTM3U\n" if slug == "elsewhere" else None

    async def in_thread(slug):
        return read_rows(slug)

    monkeypatch.setattr("streams.video.origin.plain.in_database", lambda function: in_thread)

    async def story():
        origin = Origin(django)
        asked = [Asked(origin, "/hls/elsewhere/live.m3u8", query="_HLS_msn=7") for _ in range(20)]
        found = [await each.answered() for each in asked]
        assert {(each.status, each.body) for each in found} == {(200, b"#EXTM3U\n")}
        assert (await Asked(origin, "/hls/none/live.m3u8").answered()).status == 404

    asyncio.run(story())
    assert reads == ["elsewhere", "none"]


def test_who_guesses_many_addresses_at_once_is_not_all_looked_up(monkeypatch):
    monkeypatch.setattr(air, "find", lambda slug: None)
    monkeypatch.setattr(plain, "AT_ONCE", 3)
    reads = []

    async def story():
        goes_on = asyncio.Event()

        async def in_thread(slug):
            reads.append(slug)
            await goes_on.wait()
            return "#EXTM3U\n"

        monkeypatch.setattr(plain, "in_database", lambda function: in_thread)
        origin = Origin(django)
        guesses = [Asked(origin, f"/hls/show-{number}/live.m3u8") for number in range(6)]
        again = Asked(origin, "/hls/show-0/live.m3u8")
        await asyncio.sleep(0.01)
        goes_on.set()
        assert [(await each.answered()).status for each in guesses] == [200] * 3 + [503] * 3
        assert (await again.answered()).status == 200
        assert (await Asked(origin, "/hls/show-9/live.m3u8").answered()).status == 200

    asyncio.run(story())
    assert reads == ["show-0", "show-1", "show-2", "show-9"]
