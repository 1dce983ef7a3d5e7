"""A take from its opening to its end, without a socket; the pictures are real ones."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage

from streams import desk, lifecycle, log
from streams.models import Rendition, Segment, Show, Take
from streams.video import takes
from streams.video.ingest import alarms, encoders, intake, pulse, storing
from streams.video.ingest.intake import Intake
from streams.video.origin import air
from streams.video.packaging import packager
from tests.factories import make_show
from tests.streams.video.hls_rules import broken_rules

pytestmark = pytest.mark.django_db(transaction=True)
PIECE = 32 * 1024


@pytest.fixture
def show():
    show = make_show(status=Show.Status.SCHEDULED)
    lifecycle.go_live(show)
    return show


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(pulse, "BEAT", 0.1)
    alarms._raised.clear()


@pytest.fixture
def told(monkeypatch):
    news = []
    monkeypatch.setattr(desk, "tell", lambda shop, kind, data: news.append((kind, data["code"])))
    return news


async def opened(show, media=None, source=Take.Source.BROWSER, **how):
    """A take that has got this."""
    mine = await Intake.open(show, source, **how)
    if media:
        await mine.start("copy")
        await send(mine, media)
    return mine


async def send(mine, media):
    for at in range(0, len(media), PIECE):
        await mine.write(media[at : at + PIECE])


async def until(condition, seconds=8):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


async def seen(mine):
    """Viewers have its first segment."""
    await until(lambda: mine.gauge.segments)


async def send_and_see(mine, media):
    await mine.start("copy")
    await send(mine, media)
    await seen(mine)


async def settle(mine, lost=True):
    """Closed, and all of it in storage: closing itself waits for a slow one just a moment."""
    await mine.close(lost=lost)
    await asyncio.gather(*intake._finishing)


async def over(mine, seconds=8):
    return (await asyncio.wait_for(mine.over(), seconds)).code


async def facts(show):
    return [fact["type"] for fact in await sync_to_async(log.after)(show, 1)]


async def statuses():
    return [take.status async for take in Take.objects.order_by("pk")]


async def left():
    """Tasks of this package that run on."""
    await asyncio.sleep(0.05)
    ours = ("ingest/intake.py", "ingest/storing.py", "ingest/process.py", "ingest/pulse.py")
    names = [repr(task.get_coro()) for task in asyncio.all_tasks()]
    return [name for name in names if any(each in name for each in ours)] + [
        task for task in asyncio.all_tasks() if "Intake." in repr(task)
    ]


async def test_what_is_seen_live_is_what_is_kept(show, published):
    mine = await opened(show, published)
    await seen(mine)
    parts = mine.parts
    assert parts >= 6

    await settle(mine, lost=False)

    rows = [row async for row in Segment.objects.order_by("pk")]
    assert [row.sequence for row in rows] == list(range(len(rows)))
    assert 3.5 < sum(row.duration for row in rows) < 4.5
    for row in rows:
        with await sync_to_async(default_storage.open)(row.path) as file:
            kept = await sync_to_async(file.read)()
        assert mine.window.segment(row.path) in (kept, None)
        assert len(kept) == row.size
    text = mine.window.text(skip=False).decode()
    assert broken_rules(text) == []
    assert all(row.path in text for row in rows)
    assert await facts(show) == ["take.started", "take.finished"]
    assert await left() == []


async def test_the_clock_of_a_take_is_that_of_its_first_picture(show, published):
    before = datetime.now(UTC)
    mine = await opened(show, published)
    await until(lambda: mine.parts)
    after = datetime.now(UTC)
    await settle(mine)

    delay = timedelta(seconds=intake.DELAYS["browser"])
    assert before - delay <= (await Take.objects.aget()).opened_at <= after - delay
    first = await Segment.objects.aearliest("pk")
    assert first.at == (await Take.objects.aget()).opened_at


async def test_a_take_never_begins_before_the_one_before_it_ended(show, published):
    first = await opened(show, published)  # four seconds at once: they end in the future
    await seen(first)
    await settle(first)

    second = await opened(show, published)
    await seen(second)
    await settle(second)

    rows = [row async for row in Segment.objects.order_by("sequence")]
    for before, after in zip(rows, rows[1:], strict=False):
        assert after.at >= before.at + timedelta(seconds=before.duration - 0.01)
    assert broken_rules(second.window.text(skip=False).decode()) == []


async def test_five_dead_ffmpegs_make_six_takes_of_one_show(show, published, told):
    for _ in range(5):
        mine = await opened(show, published)
        await seen(mine)
        psutil.Process(mine._process.pid).kill()
        why = await asyncio.wait_for(mine.over(), 5)
        assert (why.code, why.may_return) == ("ffmpeg_failed", True)
    mine = await opened(show, published)
    await seen(mine)
    await until(lambda: told[-1][0] == "picture.well")
    await settle(mine, lost=False)

    assert await statuses() == ["lost"] * 5 + ["finished"]
    rows = [row async for row in Segment.objects.order_by("pk")]
    assert [row.sequence for row in rows] == list(range(len(rows)))
    text = mine.window.text(skip=False).decode()
    assert broken_rules(text) == []
    assert text.count("#EXT-X-DISCONTINUITY\n") == 5
    alert_and_well = [("picture.alert", "ffmpeg_failed"), ("picture.well", "ffmpeg_failed")]
    assert told == alert_and_well * (len(told) // 2) != []
    assert await left() == []


async def test_what_ffmpeg_cannot_read_is_refused_for_good(show):
    mine = await opened(show)
    await mine.start("copy")
    await mine.write(b"\x1a\x45\xdf\xa3" + bytes(5000))
    mine._process.finish()

    why = await asyncio.wait_for(mine.over(), 5)

    assert not why.may_return
    await mine.close(lost=True)
    assert await facts(show) == []
    assert await statuses() == ["lost"]


async def test_who_still_sends_is_not_replaced(show, published):
    first = await opened(show, published)

    with pytest.raises(takes.AlreadyPublishing):
        await opened(show)

    assert await statuses() == ["receiving"]
    await first.close(lost=True)


async def test_who_is_silent_is_replaced_by_the_next(show, published, monkeypatch):
    monkeypatch.setattr(takes, "SILENCE", timedelta(seconds=1))
    first = await opened(show, published)
    await seen(first)
    await asyncio.sleep(1.2)

    second = await opened(show, published)

    assert await over(first) == "taken_over"
    assert await statuses() == ["lost", "receiving"]
    assert second.window is first.window
    await seen(second)
    await second.close(lost=True)


async def test_who_takes_over_is_on_air_at_once(show, published):
    first = await opened(show, published)
    await seen(first)

    second = await opened(show, published, take_over=True, source=Take.Source.RTMP)

    why = await first.over()
    assert (why.code, why.may_return) == ("taken_over", False)
    with pytest.raises(ConnectionError):
        await first.write(b"more")
    await seen(second)
    await settle(second)
    kept = Segment.objects.filter(take=first.take).values_list("duration", flat=True)
    assert 3.5 < sum([seconds async for seconds in kept]) < 4.5


async def test_of_two_who_come_at_once_only_one_has_the_window(show, published, monkeypatch):
    open_window = air.open

    async def slowly(show):
        await asyncio.sleep(0.2)
        return await open_window(show)

    monkeypatch.setattr(air, "open", slowly)

    first, second = await asyncio.gather(opened(show), opened(show, take_over=True))

    assert intake._here == {show.pk: second}
    assert first._closing.done()
    assert await statuses() == ["lost", "receiving"]
    await send_and_see(second, published)
    await second.close(lost=True)


async def test_media_that_is_refused_ends_at_once(show, published, monkeypatch):
    def refuse(self, data):
        raise packager.BadBox("no")

    monkeypatch.setattr(packager.Packager, "feed", refuse)
    mine = await opened(show)
    await mine.start("copy")
    with contextlib.suppress(ConnectionError):
        await send(mine, published)
    assert await over(mine) == "bad_box"
    began = time.monotonic()

    await mine.close(lost=True)

    assert time.monotonic() - began < intake.LAST_WORDS / 2
    assert await statuses() == ["lost"]
    assert await left() == []


async def test_a_take_over_in_another_process_is_noticed(show, published):
    mine = await opened(show, published)

    await sync_to_async(takes.open)(show, take_over=True)

    assert await over(mine) == "taken_over"
    await mine.close(lost=True)
    assert await statuses() == ["lost", "receiving"]


async def test_an_end_whose_news_was_lost_is_noticed(show, published):
    mine = await opened(show, published)
    await seen(mine)

    await Show.objects.aupdate(status=Show.Status.ENDED, ended_at=datetime.now(UTC))

    assert await over(mine) == "show_ended"
    await mine.close(lost=True)
    assert await statuses() == ["finished"]


async def test_who_says_nothing_is_given_up_and_may_return(show, monkeypatch):
    monkeypatch.setattr(takes, "GONE", timedelta(seconds=1))
    mine = await opened(show)

    why = await asyncio.wait_for(mine.over(), 5)

    assert (why.code, why.may_return) == ("fell_silent", True)
    await mine.close(lost=True)
    assert await statuses() == ["lost"]


async def test_who_sends_is_heard_though_ffmpeg_is_busy(show, published, monkeypatch):
    monkeypatch.setattr(takes, "GONE", timedelta(seconds=1))
    mine = await opened(show, published)
    for _ in range(15):
        await asyncio.sleep(0.1)
        await mine.write(b"")

    assert not mine._over.done()
    heard = (await Take.objects.aget()).heard_at
    assert datetime.now(UTC) - heard < timedelta(seconds=1)
    await mine.close(lost=True)


async def test_a_database_that_is_away_ends_no_picture(show, published, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError("no database")

    began = takes.begin
    for name in ("hear", "begin", "note_segment", "note_init"):
        monkeypatch.setattr(takes, name, away)
    mine = await opened(show, published)
    await seen(mine)
    await asyncio.sleep(0.3)
    assert mine.window.segment(takes.segment_path(mine.take, mine._storing.rendition, 0))
    assert not mine._over.done()

    monkeypatch.undo()
    monkeypatch.setattr(takes, "begin", began)
    await settle(mine, lost=False)

    assert await facts(show) == ["take.started", "take.finished"]
    assert await Segment.objects.acount() >= 2


async def test_a_picture_that_was_seen_is_told_in_the_end(show, published, monkeypatch):
    def away(*args, **kwargs):
        raise ConnectionError("no database")

    monkeypatch.setattr(takes, "begin", away)
    mine = await opened(show, published)
    await seen(mine)
    assert await facts(show) == []

    await mine.close(lost=False)

    assert await facts(show) == ["take.started", "take.finished"]
    started = await sync_to_async(log.after)(show, 1)
    first = await Segment.objects.aearliest("pk")
    assert (
        started[0]["at"] == log.stamp(first.at) == log.stamp((await Take.objects.aget()).opened_at)
    )


async def test_slow_storage_holds_up_no_picture(show, published, monkeypatch):
    store = takes.store

    def slowly(path, data):
        time.sleep(1)
        store(path, data)

    monkeypatch.setattr(takes, "store", slowly)
    began = time.monotonic()
    mine = await opened(show, published)
    await seen(mine)
    assert time.monotonic() - began < 1
    assert await Segment.objects.acount() == 0

    await mine.close(lost=False)

    kept = [row.duration async for row in Segment.objects.all()]
    assert 3.5 < sum(kept) < 4.5


async def test_a_next_take_does_not_wait_for_a_storage_that_is_away(
    show, published, monkeypatch, told
):
    def full(path, data):
        if is_full:
            raise OSError(28, "No space left on device")
        store(path, data)

    store, is_full = takes.store, [True]
    monkeypatch.setattr(takes, "store", full)
    monkeypatch.setattr(intake, "HURRY", 0.3)
    monkeypatch.setattr(storing, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(storing, "LATER", 9)
    first = await opened(show, published)
    await seen(first)
    began = time.monotonic()
    second = await opened(show, published, take_over=True)
    await seen(second)
    assert time.monotonic() - began < 5

    is_full.clear()
    await second.close(lost=False)
    await asyncio.gather(*intake._finishing)

    assert ("picture.alert", "storage_failed") in told
    assert told[-1] == ("picture.well", "storage_failed")
    rows = [row async for row in Segment.objects.order_by("sequence")]
    assert [row.sequence for row in rows] == list(range(len(rows)))
    assert {row.take_id for row in rows} == {first.take.pk, second.take.pk}


async def test_who_sends_faster_than_life_is_slowed(show, published, monkeypatch):
    monkeypatch.setattr(intake, "AHEAD", 0)
    mine = await opened(show)
    await mine.start("copy")
    began = time.monotonic()
    sending = asyncio.create_task(send(mine, published))
    await until(lambda: mine.parts)
    seconds = []
    while mine.gauge.seconds < 3:
        seconds.append(mine.gauge.early)
        await asyncio.sleep(0.02)

    assert max(seconds) < 2.5  # what one read holds
    assert time.monotonic() - began > 1
    await sending
    await mine.close(lost=True)


async def test_the_right_to_encode_is_given_back_however_it_ends(show, published_vp8, settings):
    settings.ENCODERS = 1
    mine = await opened(show)
    await mine.start("encode")
    await send(mine, published_vp8)
    other = await sync_to_async(_live)()
    rival = await opened(other)
    with pytest.raises(encoders.EncodersBusy):
        await rival.start("encode")
    await rival.close(lost=True)
    await mine.close(lost=True)
    assert encoders.Slot.taken == 0

    again = await opened(other)
    await again.start("encode")
    psutil.Process(again._process.pid).kill()
    await over(again)
    await again.close(lost=True)
    assert encoders.Slot.taken == 0


async def test_an_ffmpeg_that_does_not_start_leaves_nothing(show, monkeypatch):
    monkeypatch.setenv("FFMPEG_BINARY", "/nowhere/ffmpeg")
    mine = await opened(show)

    await mine.start("encode")
    assert not (await asyncio.wait_for(mine.over(), 5)).may_return
    await mine.close(lost=True)

    assert encoders.Slot.taken == 0
    assert await statuses() == ["lost"]
    assert await left() == []


async def test_who_comes_while_the_machine_has_no_room_may_come_again(show, monkeypatch):
    async def fail(*args, **kwargs):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(intake.Process, "start", fail)
    mine = await opened(show)

    await mine.start("encode")

    assert (await asyncio.wait_for(mine.over(), 5)).may_return
    await mine.close(lost=True)
    assert encoders.Slot.taken == 0


@pytest.mark.parametrize(
    "address", ["/etc/hostname", "http://127.0.0.1:1/a", "concat:/etc/hostname"]
)
async def test_what_is_pulled_comes_by_rtmp_or_not_at_all(show, address):
    mine = await opened(show, source=Take.Source.RTMP)
    await mine.start("copy", pull=address)

    why = await asyncio.wait_for(mine.over(), 5)

    assert (why.code, why.may_return) == ("ffmpeg_failed", False)
    await mine.close(lost=True)
    assert await facts(show) == []


async def test_what_is_pulled_may_end_without_an_alarm(
    show, fragmented, monkeypatch, told, tmp_path
):
    (tmp_path / "pulled.mp4").write_bytes(fragmented)
    pulled, start = ["cat", str(tmp_path / "pulled.mp4")], intake.Process.start
    monkeypatch.setattr(intake.Process, "start", lambda _, pulls: start(pulled, pulls=pulls))
    mine = await opened(show, source=Take.Source.RTMP)

    await mine.start("copy", pull="rtmp://127.0.0.1:1/live/a")

    assert await over(mine) == "ffmpeg_failed"
    assert mine.parts
    await mine.close(lost=True)
    assert told == []


async def test_closing_twice_at_once_is_closing_once(show, published):
    mine = await opened(show, published)
    await seen(mine)

    await asyncio.gather(mine.close(lost=False), mine.close(lost=True))

    assert await facts(show) == ["take.started", "take.finished"]


async def test_without_a_source_there_is_no_take(show):
    await show.renditions.all().adelete()

    with pytest.raises(Rendition.DoesNotExist):
        await opened(show)

    assert await statuses() == []
    assert intake._here == {}


async def test_without_a_window_there_is_no_take(show, monkeypatch):
    async def fail(show):
        raise ConnectionError("no database")

    monkeypatch.setattr(air, "open", fail)

    with pytest.raises(ConnectionError):
        await opened(show)

    assert await statuses() == ["lost"]
    assert await facts(show) == []


def _live():
    show = make_show(status=Show.Status.SCHEDULED)
    lifecycle.go_live(show)
    return show
