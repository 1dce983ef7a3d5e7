"""The RTMP server over real lines; behind it stands an intake that only writes down."""

import asyncio
import logging
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from asgiref.sync import sync_to_async

from streams import lifecycle
from streams.models import Show
from streams.video import takes
from streams.video.ingest import door, encoders, intake, keys
from streams.video.ingest.rtmp import connection, flv, picture, server
from tests.factories import make_show
from tests.streams.video.ingest import rtmp_client as client
from tests.streams.video.ingest.rtmp_client import encoder, publishing
from tests.streams.video.ingest.rtmp_client import picture as sent
from tests.streams.video.ingest.rtmp_client import sound as heard

pytestmark = pytest.mark.django_db(transaction=True)
BAD_NAME, DENIED = "NetStream.Publish.BadName", "NetStream.Publish.Denied"


class Notes:
    """An intake that writes down. Class attributes say what is to go wrong."""

    made: list["Notes"] = []
    refusal: Exception | None = None
    busy: Exception | None = None

    def __init__(self, show):
        self.show, self.video, self.data, self.lost = show, None, b"", None
        self.is_dead = False
        self._over = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, show, source, *, take_over=False):
        if cls.refusal:
            raise cls.refusal
        cls.made.append(cls(show))
        return cls.made[-1]

    async def start(self, video, *, began=None, pull=None):
        if self.busy:
            raise self.busy
        self.video = video

    async def write(self, data):
        if self.is_dead:
            raise ConnectionError("dead")
        self.data += data

    async def over(self):
        return await asyncio.shield(self._over)

    async def close(self, *, lost):
        self.lost = lost

    def end(self, code, *, may_return):
        self.is_dead = True
        self._over.set_result(intake.Over(code, "In words.", may_return))


@pytest.fixture
def notes(monkeypatch):
    monkeypatch.setattr(picture, "Intake", Notes)
    monkeypatch.setattr(picture, "PAUSES", (0, 0.05))
    monkeypatch.setattr(door, "STEP", 0.01)
    monkeypatch.setattr(Notes, "made", [])
    monkeypatch.setattr(Notes, "refusal", None)
    monkeypatch.setattr(Notes, "busy", None)
    return Notes.made


@pytest.fixture
def show():
    return make_show()


@pytest.fixture
def key(show):
    return keys.key_of(show)


@asynccontextmanager
async def serving():
    """The port of a server; in the end nothing of it may be left."""
    running = await server.serve("127.0.0.1", 0)
    try:
        yield running.port
    finally:
        running.close()
        await running.wait_closed()
    left = [task for task in asyncio.all_tasks() if "rtmp" in repr(task)]
    assert left == []


async def until(is_so, seconds: float = 5):
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.01)


async def begin(obs, *, at: int = 0):
    obs.send(
        sent(client.AVC_HEADER, at),
        heard(client.AAC_HEADER, at),
        sent(client.AVC_KEY, at),
        heard(client.AAC_FRAME, at + 20),
        sent(client.AVC_FRAME, at + 40),
    )


def opened(notes, count: int = 1) -> bool:
    return len(notes) == count and notes[-1].data.endswith(tail())


def tail() -> bytes:
    return flv.tag(flv.VIDEO, 40, client.AVC_FRAME)


WHOLE = b"".join(
    (
        flv.header(has_audio=True),
        flv.tag(flv.VIDEO, 0, client.AVC_HEADER),
        flv.tag(flv.AUDIO, 0, client.AAC_HEADER),
        flv.tag(flv.VIDEO, 0, client.AVC_KEY),
        flv.tag(flv.AUDIO, 20, client.AAC_FRAME),
        flv.tag(flv.VIDEO, 40, client.AVC_FRAME),
    )
)


@pytest.mark.parametrize("at", [0, 7_000, 0xFFFFFFF0])
async def test_what_an_encoder_sends_becomes_a_take_from_its_first_key_frame_on(
    notes, show, key, at
):
    async with serving() as port, publishing(port, key) as obs:
        obs.send(heard(client.AAC_FRAME, at), sent(client.AVC_FRAME, at))
        await begin(obs, at=at)
        await until(lambda: opened(notes))

        obs.send(client.command("deleteStream", 9, None, 1))
        await obs.closed()

    assert (notes[0].show, notes[0].video, notes[0].lost) == (show, "copy", False)
    assert notes[0].data == WHOLE


async def test_a_line_that_drops_loses_the_take(notes, key):
    async with serving() as port:
        async with publishing(port, key) as obs:
            await begin(obs)
            await until(lambda: opened(notes))
        await until(lambda: notes[0].lost is not None)

        assert notes[0].lost is True


WRONG = {
    "wrong": lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
    "empty": lambda key: "",
    "of four thousand letters": lambda key: "A" * 4096,
    "of another show": lambda key: "1" + key,
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
async def test_a_key_that_is_wrong_is_refused_in_time_and_nothing_is_kept(notes, key, spoil):
    began = monotonic()
    async with serving() as port, encoder(port) as obs:
        obs.send(client.opening(spoil(key)), sent(client.AVC_HEADER), sent(client.AVC_KEY))

        code, words = await obs.status()
        assert await obs.closed()

    assert (code, words) == (BAD_NAME, keys.BadStreamKey().detail)
    assert monotonic() - began < 3
    assert notes == []


async def test_a_key_that_was_rotated_is_refused(notes, show, key):
    await sync_to_async(keys.rotate)(show)

    async with serving() as port, encoder(port) as obs:
        obs.send(client.opening(key))
        assert (await obs.status())[0] == BAD_NAME

    assert notes == []


@pytest.mark.parametrize("status", ["scheduled", "ended", "cancelled"])
async def test_a_show_that_is_not_live_says_so(monkeypatch, show, key, status):
    await Show.objects.aupdate(status=status)

    async with serving() as port, encoder(port) as obs:
        obs.send(client.opening(key))
        code, words = await obs.status()
        assert await obs.closed()

    assert code == DENIED
    assert "not live" in words
    assert not await show.takes.aexists()


async def test_a_second_publisher_is_told_that_there_is_one(notes, key):
    async with serving() as port, publishing(port, key) as first:
        await begin(first)
        await until(lambda: opened(notes))
        Notes.refusal = takes.AlreadyPublishing("Somebody else is sending.")

        async with encoder(port) as second:
            second.send(client.opening(key))
            assert await second.status() == (BAD_NAME, "Somebody else is sending.")

        first.send(sent(client.AVC_FRAME, 80))
        await until(lambda: notes[0].data.endswith(flv.tag(flv.VIDEO, 80, client.AVC_FRAME)))


async def test_rotation_cuts_who_is_sending_at_once(notes, show, key):
    async with serving() as port, publishing(port, key) as obs:
        await begin(obs)
        await until(lambda: opened(notes))
        began = monotonic()

        fresh = await sync_to_async(keys.rotate)(show)

        assert await obs.status() == (BAD_NAME, "The stream key was changed. Copy the new one.")
        assert await obs.closed()
        assert monotonic() - began < 2.5
        await until(lambda: notes[0].lost is True)
        async with publishing(port, fresh):
            pass


async def test_rotation_whose_news_was_lost_cuts_too(notes, show, key, monkeypatch):
    monkeypatch.setattr(keys, "publish", lambda group, message: None)
    monkeypatch.setattr(connection, "WATCH", 0.1)
    async with serving() as port, publishing(port, key) as obs:
        await sync_to_async(keys.rotate)(show)

        assert (await obs.status())[0] == BAD_NAME


async def test_a_database_that_is_away_cuts_nobody(notes, key, monkeypatch):
    monkeypatch.setattr(connection, "WATCH", 0.05)
    async with serving() as port, publishing(port, key) as obs:
        tried = []

        def fail(key):
            tried.append(key)
            raise OSError("away")

        monkeypatch.setattr(keys, "find", fail)
        await until(lambda: len(tried) > 3)
        await begin(obs)
        await until(lambda: opened(notes))


async def test_a_take_that_dies_is_followed_by_the_next_without_the_encoder_noticing(notes, key):
    async with serving() as port, publishing(port, key) as obs:
        await begin(obs)
        await until(lambda: opened(notes))
        notes[0].end("ffmpeg_failed", may_return=True)

        obs.send(sent(client.AVC_FRAME, 80), sent(client.AVC_FRAME, 120))
        await asyncio.sleep(0.1)  # longer than the pause before a next take
        obs.send(
            sent(client.AVC_FRAME, 160),
            sent(client.AVC_KEY, 2000),
            heard(client.AAC_FRAME, 2020),
            sent(client.AVC_FRAME, 2040),
        )
        await until(lambda: opened(notes, 2))

        assert notes[0].lost is True
        assert notes[1].data == WHOLE
        obs.send(sent(client.AVC_FRAME, 2080))
        await until(lambda: notes[1].data.endswith(flv.tag(flv.VIDEO, 80, client.AVC_FRAME)))


async def test_takes_that_die_again_and_again_are_not_begun_without_pause(notes, key, monkeypatch):
    monkeypatch.setattr(picture, "PAUSES", (0, 0.3))
    async with serving() as port, publishing(port, key) as obs:
        obs.send(sent(client.AVC_HEADER), heard(client.AAC_HEADER))
        for at in range(0, 2000, 20):
            obs.send(sent(client.AVC_KEY, at))
            if notes and not notes[-1].is_dead and notes[-1].data:
                notes[-1].end("ffmpeg_failed", may_return=True)
            await asyncio.sleep(0.01)

        assert 2 <= len(notes) <= 6


@pytest.mark.parametrize("code", ["taken_over", "bad_box", "show_ended"])
async def test_a_take_that_must_not_come_back_ends_the_line_in_words(notes, key, code):
    async with serving() as port, publishing(port, key) as obs:
        await begin(obs)
        await until(lambda: opened(notes))

        notes[0].end(code, may_return=False)
        assert await obs.status() == (DENIED, "In words.")
        assert await obs.closed()

    assert len(notes) == 1
    assert notes[0].lost is (code != "show_ended")


async def test_another_picture_size_is_another_take(notes, key):
    async with serving() as port, publishing(port, key) as obs:
        await begin(obs)
        await until(lambda: opened(notes))

        other = client.AVC_HEADER + b"other"
        obs.send(sent(client.AVC_HEADER, 80))  # again the same: nothing new
        obs.send(sent(other, 2000), sent(client.AVC_KEY, 2000), sent(client.AVC_FRAME, 2040))
        await until(lambda: opened(notes, 2))

    assert notes[0].lost is False
    assert flv.tag(flv.VIDEO, 0, other) in notes[1].data


async def test_a_clock_that_leaps_is_another_take(notes, key):
    async with serving() as port, publishing(port, key) as obs:
        await begin(obs, at=90_000)
        await until(lambda: opened(notes))

        obs.send(sent(client.AVC_KEY, 0), sent(client.AVC_KEY, 100), sent(client.AVC_FRAME, 140))
        await until(lambda: opened(notes, 2))


@pytest.mark.parametrize("limit", [None, encoders.EncodersBusy("As many as it can.")])
async def test_hevc_is_encoded_or_refused_in_words(notes, key, limit):
    Notes.busy = limit
    async with serving() as port, publishing(port, key) as obs:
        obs.send(sent(client.HEVC_HEADER), sent(client.HEVC_KEY))

        if limit:
            assert await obs.status() == (DENIED, "As many as it can.")
            assert notes[0].data == b""
        else:
            await until(lambda: notes[0].data)
            assert notes[0].video == "encode"


async def test_a_codec_that_nobody_can_play_is_refused_with_what_to_do(notes, key):
    async with serving() as port, publishing(port, key) as obs:
        obs.send(sent(b"\x12sorenson"))

        code, words = await obs.status()
        assert (code, "H.264" in words) == (DENIED, True)

    assert notes[0].data == b""


async def test_sound_alone_is_no_show(notes, key, monkeypatch):
    monkeypatch.setattr(picture, "KEY_WITHIN", 0.2)
    async with serving() as port, publishing(port, key) as obs:
        for at in range(0, 600, 20):
            obs.send(heard(client.AAC_FRAME, at))
            await asyncio.sleep(0.01)

        assert (await obs.status())[0] == DENIED

    assert notes[0].data == b""


async def test_who_says_nothing_is_let_go(notes, key, monkeypatch):
    monkeypatch.setattr(connection, "OPENING", 0.3)
    async with serving() as port, encoder(port) as mute, encoder(port) as slow:
        began = monotonic()
        slow.send(client.GREETING)
        for letter in client.opening(key)[len(client.GREETING) :][:20]:
            slow.send(bytes((letter,)))
            await asyncio.sleep(0.01)
        assert await mute.closed()
        assert await slow.closed()

    assert monotonic() - began < 1
    assert notes == []


async def test_who_falls_silent_in_the_middle_is_let_go_and_the_take_is_lost(
    notes, key, monkeypatch
):
    async with serving() as port, publishing(port, key) as obs:
        await begin(obs)
        await until(lambda: opened(notes))
        monkeypatch.setattr(connection, "SILENCE", 0.4)
        obs.send(sent(client.AVC_FRAME, 80))  # the last that is a picture
        closing = asyncio.create_task(obs.closed())
        while not closing.done():  # bytes that are no picture do not count
            obs.send(client.chunks.control(client.chunks.ACKNOWLEDGEMENT, 1))
            await asyncio.sleep(0.05)

        await until(lambda: notes[0].lost is True, 2)


async def test_so_many_may_come_from_one_address_and_no_more(notes, key, monkeypatch):
    monkeypatch.setattr(door, "EACH", 3)
    async with serving() as port:
        async with encoder(port), encoder(port), encoder(port):
            await asyncio.sleep(0.05)
            async with encoder(port) as fourth:
                assert await fourth.closed()
        await asyncio.sleep(0.05)
        async with publishing(port, key):
            pass


def test_tries_that_fail_are_slowed_and_forgotten(monkeypatch):
    guard = door.Door()

    waits = [guard.fail("here") for _ in range(20)]

    assert waits[:3] == [0, door.STEP, 2 * door.STEP]
    assert waits == sorted(waits)
    assert waits[-1] == door.LONGEST
    assert guard.fail("elsewhere") == 0
    monkeypatch.setattr(door, "FORGOTTEN", -1)
    assert guard.fail("here") == 0


def test_what_is_remembered_of_failures_is_bounded(monkeypatch):
    monkeypatch.setattr(door, "REMEMBERED", 3)
    guard = door.Door()

    for address in "abcd":
        guard.fail(address)

    assert len(guard._failed) == 3
    assert guard.fail("a") == 0


def test_neighbours_of_one_network_are_counted_together():
    assert door.household("2001:db8:1:2::5") == door.household("2001:db8:1:2:ffff::1%eth0")
    assert door.household("2001:db8:1:2::5") != door.household("2001:db8:1:3::5")
    assert door.household("::ffff:192.0.2.1") == door.household("192.0.2.1")


async def test_the_end_of_the_server_tells_publishers_to_come_back(notes, key):
    running = await server.serve("127.0.0.1", 0)
    async with publishing(running.port, key) as obs:
        await begin(obs)
        await until(lambda: opened(notes))

        running.close()
        code, words = await obs.status()
        await running.wait_closed()

    assert (code, "again" in words) == (DENIED, True)
    assert notes[0].lost is True


async def test_an_error_nobody_thought_of_ends_one_line_and_keeps_the_server(
    notes, key, monkeypatch
):
    async def fail(self, data):
        raise RuntimeError("boom")

    async with serving() as port:
        with monkeypatch.context() as broken:
            broken.setattr(Notes, "write", fail)
            async with publishing(port, key) as obs:
                await begin(obs)
                assert (await obs.status())[0] == DENIED
        async with publishing(port, key):
            pass

    assert notes[0].lost is True


async def test_a_key_is_in_no_log_whatever_becomes_of_it(notes, show, key, caplog):
    caplog.set_level(logging.DEBUG)
    wrong = key[:-1] + ("A" if key[-1] != "A" else "B")
    async with serving() as port:
        async with publishing(port, key) as obs:
            await begin(obs)
            await until(lambda: opened(notes))
            fresh = await sync_to_async(keys.rotate)(show)
            await obs.closed()
        for bad in (wrong, "A" * 4096):
            async with encoder(port) as obs:
                obs.send(client.opening(bad))
                await obs.closed()
        Notes.refusal = takes.ShowNotLive("Not live.")
        async with encoder(port) as obs:
            obs.send(client.opening(fresh))
            await obs.closed()
        async with encoder(port) as obs:
            obs.send(client.opening(fresh, app=f"live/{fresh}"))
            await obs.closed()

    assert "refused" in caplog.text
    for secret in (key, wrong, fresh):
        assert secret.partition("-")[2][:12] not in caplog.text
    assert "AAAAAAAA" not in caplog.text


async def test_noise_is_survived_without_a_traceback(notes, key, caplog):
    noise = [b"\x03" + bytes(range(256)) * n for n in (1, 7, 40)]
    noise += [client.opening(key)[: -n * 40] + b"\xff" * 5000 for n in range(5)]
    async with serving() as port:
        for data in noise:
            async with encoder(port) as obs:
                obs.send(data)
                obs.writer.write_eof()
                await obs.closed()
        async with publishing(port, key):
            pass

    assert [record for record in caplog.records if record.exc_info] == []


async def test_the_end_of_the_show_is_the_end_of_the_line(show, key):
    """With the real intake."""
    await Show.objects.aupdate(status=Show.Status.SCHEDULED)
    await sync_to_async(lifecycle.go_live)(await Show.objects.aget())
    async with serving() as port, publishing(port, key) as obs:
        await sync_to_async(lifecycle.end)(await Show.objects.aget())

        assert (await obs.status())[0] == DENIED
        assert await obs.closed()

    assert not await show.takes.filter(status="receiving").aexists()
