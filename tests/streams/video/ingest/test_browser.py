"""The studio's socket, through the whole application; the picture is a real one."""

import asyncio
from datetime import datetime

import psutil
import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from livecommerce import signed_in
from shops.models import Member
from streams import lifecycle, log
from streams.models import Segment, Show, Take
from streams.video import takes
from streams.video.ingest import browser, encoders, intake
from tests.factories import make_show, make_staff, make_user
from tests.streams.sockets import closed_with, hear, knock, studio
from tests.streams.video.hls_rules import broken_rules, read

pytestmark = pytest.mark.django_db(transaction=True)
PIECE = 32 * 1024


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr(browser, "HEALTH", 0.05)


@pytest.fixture
def show():
    show = make_show(status=Show.Status.SCHEDULED)
    lifecycle.go_live(show)
    return show


@pytest.fixture
def killable(monkeypatch):
    """Every ffmpeg that was started."""
    started = []
    real = intake.Process.start

    async def remember(arguments, **how):
        started.append(await real(arguments, **how))
        return started[-1]

    monkeypatch.setattr(intake.Process, "start", remember)
    return started


@pytest.fixture
def host(show):
    return make_staff("host", shop=show.shop)


async def start(socket, **how):
    await socket.send_json_to({"type": "studio.start"} | how)
    return await hear(socket, "studio.ready")


async def send(socket, media):
    for at in range(0, len(media), PIECE):
        await socket.send_to(bytes_data=media[at : at + PIECE])


async def facts(show):
    return [fact["type"] for fact in await sync_to_async(log.after)(show, 1)]


async def healthy(socket, *, segments, seconds=0):
    """The first health frame with so many segments, and seconds."""
    while True:
        said = await hear(socket, "studio.health")
        if said["segments"] >= segments and said["seconds"] >= seconds:
            return said


async def until_closed():
    """Wait until the only take is closed."""
    async with asyncio.timeout(10):
        while await Take.objects.filter(status=Take.Status.RECEIVING).aexists():
            await asyncio.sleep(0.02)
    return await Take.objects.aget()


async def refused(show, *, code, close, frame=None, **who):
    """What the studio answers; it must leave no take and no fact."""
    before = await Take.objects.acount()
    socket = await sync_to_async(knock)(f"/ws/studio/{show.slug}/", **who)
    await socket.connect()
    if frame:
        await socket.send_to(**frame)
    assert (await hear(socket, "error"))["code"] == code
    assert await closed_with(socket) == close
    await socket.disconnect()
    assert await Take.objects.acount() == before


@pytest.mark.parametrize(("module", "verb"), [(browser, "find_show"), (takes, "open")])
async def test_while_the_database_is_away_a_studio_is_asked_to_come_back(
    show, host, module, verb, monkeypatch
):
    def away(*args, **kwargs):
        raise OperationalError("no database")

    monkeypatch.setattr(module, verb, away)
    frame = {"text_data": '{"type": "studio.start"}'} if module is takes else None

    await refused(show, user=host, frame=frame, code="unavailable", close=browser.COME_BACK)


STRANGERS = {
    "nobody": lambda show: None,
    "a stranger": lambda show: make_user(),
    "a host of another shop": lambda show: make_staff("host"),
    "a moderator": lambda show: make_staff("moderator", shop=show.shop),
    "the order desk": lambda show: make_staff("desk", shop=show.shop),
    "somebody who was sent away": lambda show: make_staff("owner", shop=show.shop, is_active=False),
}


@pytest.mark.parametrize("who", STRANGERS.values(), ids=STRANGERS)
async def test_who_does_not_run_the_show_sends_no_picture(show, who):
    person = await sync_to_async(who)(show)

    await refused(show, user=person, code="not_allowed", close=browser.REFUSED)


async def test_another_shops_show_is_answered_like_none(show, host):
    other = await sync_to_async(make_show)()
    await refused(other, user=host, code="not_allowed", close=browser.REFUSED)
    other.slug = "no-such-show"
    await refused(other, user=host, code="not_allowed", close=browser.REFUSED)


@pytest.mark.parametrize("role", [Member.Role.OWNER, Member.Role.PRODUCER, Member.Role.HOST])
async def test_who_runs_the_show_may_send(show, role):
    person = await sync_to_async(make_staff)(role, shop=show.shop)

    async with studio(show, user=person) as socket:
        await start(socket)


@pytest.mark.parametrize("status", ["scheduled", "ended", "cancelled"])
async def test_a_show_that_is_not_live_takes_no_picture(show, host, status):
    await Show.objects.aupdate(status=status)

    await refused(
        show,
        user=host,
        frame={"text_data": '{"type": "studio.start"}'},
        code="show_not_live",
        close=browser.REFUSED,
    )


async def test_media_before_the_start_is_refused(show, host):
    await refused(
        show,
        user=host,
        frame={"bytes_data": b"\x1a\x45\xdf\xa3"},
        code="not_started",
        close=browser.REFUSED,
    )


@pytest.mark.parametrize("raw", ["{", "null", "[]", '{"type": "studio.dance"}', '"studio.start"'])
async def test_a_frame_that_is_none_is_answered_and_the_line_stays(show, host, raw):
    async with studio(show, user=host) as socket:
        await socket.send_to(text_data=raw)
        assert (await hear(socket, "error"))["code"] == "bad_frame"

        await start(socket)


async def test_a_real_picture_becomes_segments_and_the_room_is_told(
    show, host, published, async_client
):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        health = await healthy(socket, segments=1)
        assert health["bitrate"] > 50_000
        assert 2 <= health["seconds"] < 4.5
        assert health["delay"] < 5
        assert health["stored_behind"] < 4_000_000

        await socket.send_json_to({"type": "studio.stop"})
        assert await closed_with(socket) == browser.DONE

    take = await Take.objects.aget()
    assert take.status == Take.Status.FINISHED
    assert await facts(show) == ["take.started", "take.finished"]
    durations = [row.duration async for row in Segment.objects.order_by("number")]
    assert 3.5 < sum(durations) < 4.5
    await sync_to_async(lifecycle.end)(await Show.objects.aget())
    answer = await async_client.get(f"/hls/{show.slug}/source.m3u8")
    text = answer.content.decode()
    assert broken_rules(text) == []
    assert len(read(text)["segments"]) == len(durations)


async def test_a_browser_that_knows_no_h264_is_understood(show, host, published_vp8):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published_vp8)
        await hear(socket, "studio.health")
        await socket.send_json_to({"type": "studio.stop"})
        await closed_with(socket)

    assert (await facts(show))[0] == "take.started"


async def test_a_line_that_drops_loses_the_take_and_not_the_show(show, host, published):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        await hear(socket, "studio.health")
    # The socket is gone, without a word.
    take = await until_closed()

    assert take.status == Take.Status.LOST
    assert await facts(show) == ["take.started", "take.lost"]
    assert (await Show.objects.aget()).status == Show.Status.LIVE
    async with studio(show, user=host) as again:
        await start(again)


async def test_a_second_publisher_is_refused_and_the_first_goes_on(show, host, published):
    owner = await sync_to_async(make_staff)("owner", shop=show.shop)
    half = len(published) // 2
    async with studio(show, user=host) as first:
        await start(first)
        await send(first, published[:half])

        await refused(
            show,
            user=owner,
            frame={"text_data": '{"type": "studio.start"}'},
            code="already_publishing",
            close=browser.REFUSED,
        )

        before = await healthy(first, segments=0)
        await send(first, published[half:])
        assert (await healthy(first, segments=1))["seconds"] > before["seconds"]


async def test_the_end_of_the_show_closes_the_line_and_keeps_the_last_segment(
    show, host, published
):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        await healthy(socket, segments=1, seconds=3.6)

        await sync_to_async(lifecycle.end)(await Show.objects.aget())
        assert await closed_with(socket) == browser.DONE

    assert (await Take.objects.aget()).status == Take.Status.FINISHED
    durations = [row.duration async for row in Segment.objects.all()]
    assert 3.5 < sum(durations) < 4.5


async def test_an_end_in_the_moment_of_the_start_leaves_no_line_open(show, host, monkeypatch):
    real = takes.open

    def open_and_end(*args, **kwargs):
        take = real(*args, **kwargs)
        lifecycle.end(Show.objects.get())
        return take

    monkeypatch.setattr(takes, "open", open_and_end)
    socket = await sync_to_async(knock)(f"/ws/studio/{show.slug}/", user=host)
    await socket.connect()

    await socket.send_json_to({"type": "studio.start"})

    assert await closed_with(socket) == browser.DONE
    await socket.disconnect()
    assert (await until_closed()).status == Take.Status.FINISHED


GARBAGE = {
    "text": b"<html>not a film</html>" * 20,
    "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(64),
    "playlist": b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    "zeros": bytes(4096),
    "a header without an end": b"\x1a\x45\xdf\xa3" + b"\x42" * 70_000,
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
async def test_what_is_no_film_is_refused_and_was_never_there(show, host, garbage):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, garbage)

        assert (await hear(socket, "error"))["code"] == "not_video"
        assert await closed_with(socket) == browser.BAD_MEDIA

    assert (await until_closed()).status == Take.Status.LOST
    assert await facts(show) == []
    assert not await Segment.objects.aexists()


async def test_a_film_that_turns_into_noise_ends_its_take_and_not_the_show(show, host, published):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published[: len(published) * 2 // 3])
        await hear(socket, "studio.health")
        await send(socket, bytes(range(256)) * 2000)

        await socket.send_json_to({"type": "studio.stop"})
        await closed_with(socket)

    assert (await until_closed()).status in (Take.Status.FINISHED, Take.Status.LOST)
    assert (await facts(show))[0] == "take.started"
    assert (await Show.objects.aget()).status == Show.Status.LIVE


async def test_a_chunk_that_is_too_large_is_refused(show, host):
    async with studio(show, user=host) as socket:
        await start(socket)
        await socket.send_to(bytes_data=bytes(browser.MAX_CHUNK + 1))

        assert (await hear(socket, "error"))["code"] == "too_large"
        assert await closed_with(socket) == 1009


async def test_an_error_nobody_thought_of_ends_the_take_and_leaves_nothing_running(
    show, host, published, monkeypatch
):
    async def fail(self, data):
        raise RuntimeError("boom")

    monkeypatch.setattr(intake.Intake, "write", fail)
    socket = await sync_to_async(knock)(f"/ws/studio/{show.slug}/", user=host)
    await socket.connect()
    await start(socket)
    await send(socket, published)
    await until_closed()
    with pytest.raises(RuntimeError, match="boom"):
        await socket.disconnect()

    assert (await Take.objects.aget()).status == Take.Status.LOST
    left = [
        task for task in asyncio.all_tasks() if "Ingest" in repr(task) or "Intake" in repr(task)
    ]
    assert not left


async def test_a_second_camera_may_take_over_and_the_first_is_told_to_stay_away(
    show, host, published
):
    owner = await sync_to_async(make_staff)("owner", shop=show.shop)
    async with studio(show, user=host) as first:
        await start(first)
        await send(first, published)
        await healthy(first, segments=1)

        async with studio(show, user=owner) as second:
            await start(second, take_over=True)
            assert (await hear(first, "error"))["code"] == "taken_over"
            assert await closed_with(first) == browser.REPLACED
            await send(second, published)
            await healthy(second, segments=1)

    assert (await facts(show))[:3] == ["take.started", "take.lost", "take.started"]


async def test_who_asks_for_the_impossible_by_taking_over_gets_no_more_than_anybody(show, host):
    async with studio(show, user=host) as first:
        await start(first)

        await refused(
            show,
            user=host,
            frame={"text_data": '{"type": "studio.start", "take_over": "yes"}'},
            code="already_publishing",
            close=browser.REFUSED,
        )


async def test_a_browser_whose_ffmpeg_died_is_told_to_come_back(show, host, published, killable):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        await healthy(socket, segments=1)

        killable[0].kill()

        assert (await hear(socket, "error"))["code"] == "ffmpeg_failed"
        assert await closed_with(socket) == browser.COME_BACK
    assert (await until_closed()).status == Take.Status.LOST
    async with studio(show, user=host) as again:
        await start(again)


async def test_one_encode_too_many_is_refused_and_copies_go_on(
    show, host, published_vp8, published, monkeypatch, settings
):
    settings.ENCODERS = 1
    monkeypatch.setattr(encoders.Slot, "taken", 1)
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published_vp8)
        assert (await hear(socket, "error"))["code"] == "encoders_busy"
        assert await closed_with(socket) == browser.COME_BACK
    assert (await until_closed()).status == Take.Status.LOST
    assert await facts(show) == []

    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        await healthy(socket, segments=1)
    assert encoders.Slot.taken == 1


async def test_the_recorders_own_moment_is_the_time_of_the_first_picture(show, host, published):
    async with studio(show, user=host) as socket:
        ready = await start(socket)
        await asyncio.sleep(0.5)
        await socket.send_json_to({"type": "studio.began", "at": ready["at"]})
        await send(socket, published)
        await healthy(socket, segments=1)

    assert log.stamp((await Take.objects.aget()).opened_at) == ready["at"]


@pytest.mark.parametrize(
    "at", ["2026-11-22T18:00:00Z", "2126-11-22T18:00:00Z", "now", "2126-01-01"]
)
async def test_a_moment_that_cannot_be_is_not_believed(show, host, published, at):
    async with studio(show, user=host) as socket:
        ready = await start(socket)
        await socket.send_json_to({"type": "studio.began", "at": at})
        await send(socket, published)
        await healthy(socket, segments=1)

    began = (await Take.objects.aget()).opened_at
    assert abs((began - datetime.fromisoformat(ready["at"])).total_seconds()) < 3


async def test_a_host_who_lost_the_role_cannot_go_on_sending(show, host, published, monkeypatch):
    monkeypatch.setattr(signed_in, "EVERY", 0.05)
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        await hear(socket, "studio.health")

        await Member.objects.filter(user=host).adelete()

        assert (await hear(socket, "error"))["code"] == "not_allowed"
        assert await closed_with(socket) == browser.REFUSED

    assert (await until_closed()).status == Take.Status.LOST
    assert (await Show.objects.aget()).status == Show.Status.LIVE


async def test_no_ffmpeg_is_left_when_the_line_is_gone(show, host, published, killable):
    async with studio(show, user=host) as socket:
        await start(socket)
        await send(socket, published)
        await hear(socket, "studio.health")
    await until_closed()

    assert [psutil.pid_exists(process.pid) for process in killable] == [False]


async def test_a_host_who_lost_the_role_cannot_begin_either(show, host, monkeypatch):
    monkeypatch.setattr(signed_in, "EVERY", 0.05)
    async with studio(show, user=host) as socket:
        await Member.objects.filter(user=host).adelete()

        assert (await hear(socket, "error"))["code"] == "not_allowed"
        assert await closed_with(socket) == browser.REFUSED

    assert not await Take.objects.aexists()
