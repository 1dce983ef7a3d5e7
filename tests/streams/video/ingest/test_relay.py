"""What nginx-rtmp asks, and how it is answered; behind it an intake that only writes down."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.http import Http404
from django.test import RequestFactory
from django.views.debug import SafeExceptionReporterFilter

from livecommerce.asgi import application
from streams.models import Show
from streams.video import takes
from streams.video.ingest import door, intake, keys, relay
from tests.factories import make_show

pytestmark = pytest.mark.django_db(transaction=True)
ASKED = {"app": "live", "addr": "192.0.2.7", "clientid": "31", "type": "live"}


class Notes:
    made: list["Notes"] = []
    refusal: Exception | None = None

    def __init__(self, show):
        self.show, self.pulled, self.lost = show, None, None
        self._over = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, show, source, *, take_over=False):
        if cls.refusal:
            raise cls.refusal
        cls.made.append(cls(show))
        return cls.made[-1]

    async def start(self, video, *, began=None, pull=None):
        self.pulled = (video, pull)

    async def over(self):
        return await asyncio.shield(self._over)

    async def close(self, *, lost):
        self.lost = lost

    def end(self, code, *, may_return):
        self._over.set_result(intake.Over(code, "In words.", may_return))


@pytest.fixture
def notes(monkeypatch, settings):
    settings.RTMP_PULL_URL = "rtmp://127.0.0.1:9/live"
    monkeypatch.setattr(relay, "Intake", Notes)
    monkeypatch.setattr(relay, "PAUSES", (0.01,))
    monkeypatch.setattr(relay, "TRIES", 4)
    monkeypatch.setattr(door, "STEP", 0.01)
    monkeypatch.setattr(Notes, "made", [])
    monkeypatch.setattr(Notes, "refusal", None)
    return Notes.made


@pytest.fixture
def key():
    return keys.key_of(make_show())


async def ask(where, name, *, method="POST", query="", headers=(), peer="127.0.0.1", **values):
    """One callback, as the server of the product hands it on: (status, Location)."""
    said = urlencode(ASKED | {"call": where, "name": name} | values, doseq=True).encode()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": f"/ingest/rtmp/{where}",
        "query_string": query.encode(),
        "client": (peer, 4711),
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(said)).encode()),
            *headers,
        ],
    }
    line = ApplicationCommunicator(application, scope)
    await line.send_input({"type": "http.request", "body": said, "more_body": False})
    answer = await line.receive_output(5)
    location = dict(answer["headers"]).get(b"Location", b"").decode()
    await line.receive_output(5)
    await line.wait()
    return answer["status"], location


@pytest.fixture
def nginx():
    """What is still fetched at the end of the block is let go."""

    @asynccontextmanager
    async def block():
        try:
            yield
        finally:
            for each in list(relay._relays.values()):
                await each.close()

    return block


async def until(is_so):
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_key_that_is_right_leads_to_a_name_that_says_nothing_of_it(notes, key, nginx):
    async with nginx():
        status, name = await ask("publish", key)
        await until(lambda: notes[0].pulled)

        assert status == 302
        assert notes[0].pulled == ("copy", f"rtmp://127.0.0.1:9/live/{name}")
        assert len(name) == 64
        assert key.partition("-")[2][:8].lower() not in name.lower()
        assert (await ask("update", key))[0] == 204
        assert len(notes) == 1


async def test_each_encoder_has_a_name_of_its_own(notes, key, nginx):
    async with nginx():
        names = {(await ask("publish", key, clientid=client))[1] for client in ("1", "2", "1")}

    assert len(names) == 2


@pytest.mark.parametrize("name", ["", "A" * 4096, "1-" + "A" * 32, ["a", "b"]])
async def test_a_key_that_is_wrong_is_refused(notes, nginx, name):
    async with nginx():
        for call in ("publish", "update"):
            assert (await ask(call, name))[0] == 403

    assert notes == []


async def test_what_an_encoder_adds_of_its_own_helps_it_nothing(notes, key, nginx):
    """nginx puts the rest of `key?name=…&call=…` behind what it says itself."""
    async with nginx():
        assert (await ask("publish", [key, "x"]))[0] == 403
        name = (await ask("publish", key, clientid=["31", "32"]))[1]
        await sync_to_async(keys.rotate)(await Show.objects.aget())
        answer = await ask(
            "update", key, clientid=["31", "32"], call=["update_publish", "update_play"]
        )

        assert (name in relay._relays, answer[0]) == (False, 403)


async def test_a_show_that_is_not_live_is_refused(key, nginx):
    await Show.objects.aupdate(status=Show.Status.ENDED)

    async with nginx():
        assert (await ask("publish", key))[0] == 403


async def test_rotation_cuts_with_the_next_question(notes, key, nginx):
    async with nginx():
        await ask("publish", key)
        fresh = await sync_to_async(keys.rotate)(await Show.objects.aget())

        assert (await ask("update", key))[0] == 403
        assert notes[0].lost is True
        assert (await ask("publish", fresh))[0] == 302


async def test_an_encoder_that_left_ends_its_take(notes, key, nginx):
    async with nginx():
        await ask("publish", key)
        await ask("done", key)
        await ask("done", key)

    assert [each.lost for each in notes] == [True]


async def test_a_fetch_that_dies_is_begun_again(notes, key, nginx):
    async with nginx():
        name = (await ask("publish", key))[1]
        for count in (1, 2):
            await until(lambda count=count: len(notes) == count and notes[-1].pulled)
            # Nothing there yet looks like nothing that can be read.
            notes[-1].end("ffmpeg_failed", may_return=False)
        await until(lambda: len(notes) == 3 and notes[2].pulled)

        assert {each.pulled[1] for each in notes} == {f"rtmp://127.0.0.1:9/live/{name}"}
        assert (await ask("update", key))[0] == 204


async def test_a_fetch_that_always_dies_is_given_up(notes, key, nginx):
    async with nginx():
        await ask("publish", key)
        for count in range(1, relay.TRIES + 1):
            await until(lambda count=count: len(notes) == count and notes[-1].pulled)
            notes[-1].end("ffmpeg_failed", may_return=True)
        await until(lambda: next(iter(relay._relays.values())).is_refused)

        assert (await ask("update", key))[0] == 403


@pytest.mark.parametrize("code", ["taken_over", "show_ended"])
async def test_a_take_that_must_not_come_back_cuts_the_encoder(notes, key, nginx, code):
    async with nginx():
        await ask("publish", key)
        await until(lambda: notes[0].pulled)
        notes[0].end(code, may_return=False)
        await until(lambda: next(iter(relay._relays.values())).is_refused)

        assert (await ask("update", key))[0] == 403
        assert len(notes) == 1


async def test_a_new_process_goes_on_with_what_nginx_still_has(notes, key, nginx):
    async with nginx():
        name = (await ask("publish", key))[1]
        await relay._relays[name].close()  # the old process is gone

        assert (await ask("update", key))[0] == 204
        await until(lambda: len(notes) == 2 and notes[1].pulled)

        assert notes[1].pulled[1].endswith(f"/{name}")


async def test_a_second_encoder_is_refused_while_the_first_sends(notes, key, nginx):
    async with nginx():
        await ask("publish", key)
        Notes.refusal = takes.AlreadyPublishing("Somebody else.")

        assert (await ask("publish", key, clientid="32"))[0] == 403
        assert notes[0].lost is None


async def test_a_database_that_is_away_cuts_nobody(notes, key, nginx, monkeypatch):
    def fail(key):
        raise OSError("away")

    async with nginx():
        await ask("publish", key)
        monkeypatch.setattr(keys, "find", fail)

        assert (await ask("update", key))[0] == 204
        assert notes[0].lost is None


async def test_our_own_fetching_is_not_asked_for_a_key(notes, nginx):
    async with nginx():
        answer = await ask("update", "f" * 64, call="update_play")

    assert answer[0] == 204


@pytest.mark.parametrize("call", ["publish", "update", "done"])
async def test_strangers_do_not_find_these_addresses(notes, key, nginx, settings, call):
    async with nginx():
        proxied = await ask(call, key, headers=[(b"x-forwarded-for", b"127.0.0.1")])
        foreign = await ask(call, key, peer="192.0.2.1")
        settings.RTMP_RELAY_SECRET = "tell-nobody"
        guessed = await ask(call, key, query="secret=tell-nobod")
        none = await ask(call, key)

        assert [each[0] for each in (proxied, foreign, guessed, none)] == [404] * 4
        assert notes == []
        knows = await ask(call, key, query="secret=tell-nobody")
        assert knows[0] != 404
        assert (await ask(call, key, method="GET"))[0] == 405


async def test_a_key_is_in_no_log(notes, key, nginx, caplog):
    caplog.set_level("DEBUG")
    async with nginx():
        await ask("publish", key)
        await ask("publish", key[:-1] + "0")
        Notes.refusal = takes.ShowNotLive("Not live.")
        await ask("publish", key, clientid="40")
        await ask("done", key)

    assert "refused" in caplog.text
    assert key.partition("-")[2][:12] not in caplog.text


@pytest.mark.parametrize("view", [relay.publish, relay.update, relay.done])
async def test_a_report_of_an_error_names_no_key(view, key):
    request = RequestFactory().post("/ingest/rtmp/x", ASKED | {"name": key}, HTTP_VIA="a proxy")
    with pytest.raises(Http404):
        await view(request)

    told = SafeExceptionReporterFilter().get_post_parameters(request)

    assert key not in repr(told)
    assert told["addr"] == ASKED["addr"]
