"""Storage behind the picture: slow, full, away; what it can keep it keeps, in order."""

import asyncio
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.core.files.storage import default_storage
from django.utils import timezone

from streams import desk
from streams.models import Rendition, Segment, Take
from streams.video import takes
from streams.video.ingest import alarms, storing
from streams.video.packaging import packager
from tests.factories import make_show

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
INIT = packager.Init(data=b"init", codecs="avc1.4d401f,mp4a.40.2", width=720, height=1280)


class Disk:
    """A storage that fails, or takes its time, when it is told to."""

    def __init__(self, monkeypatch):
        self.is_full, self.slow, self.tries = False, 0, 0
        self.at_once = self.most_at_once = 0
        self._store = takes.store
        monkeypatch.setattr(takes, "store", self.store)

    def store(self, path, data):
        self.tries += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.slow)
        self.at_once -= 1
        if self.is_full:
            raise OSError(28, "No space left on device")
        self._store(path, data)


@pytest.fixture
def disk(monkeypatch):
    monkeypatch.setattr(storing, "PAUSE", 0.02)
    monkeypatch.setattr(storing, "LONGEST_PAUSE", 0.05)
    return Disk(monkeypatch)


@pytest.fixture
def told(monkeypatch):
    """The news that control rooms hear."""
    news = []
    monkeypatch.setattr(desk, "tell", lambda shop, kind, data: news.append((kind, data["code"])))
    alarms._raised.clear()
    return news


class Recorder:
    """A take that is being stored, and what its window would be told."""

    def __init__(self):
        self.show = make_show()
        self.source = Rendition.objects.create(show=self.show, name=Rendition.SOURCE)
        self.take = takes.open(self.show)
        self.stored, self.given_up = [], []

    def begin(self):
        self.storing = storing.Storing(
            self.take, self.source, stored=self.stored.append, given_up=self.given_up.append
        )
        self.storing.put_init(INIT)

    def put(self, *numbers, data=b"moof"):
        for number in numbers:
            segment = packager.Segment(number, number * 2.0, 2.0, data, parts=6)
            at = NOW + timedelta(seconds=segment.start)
            self.storing.put(segment, at, sequence=10 + number)


@pytest.fixture
def recorder():
    return Recorder()


async def rows():
    return [row.number async for row in Segment.objects.order_by("pk")]


async def test_each_segment_is_a_file_and_then_a_row(recorder, disk, told):
    recorder.begin()
    recorder.put(0, 1)

    assert await recorder.storing.flush(5)

    row = await Segment.objects.alatest("pk")
    assert (row.number, row.sequence, row.duration, row.size) == (1, 11, 2.0, 4)
    assert row.at == NOW + timedelta(seconds=2)
    assert await sync_to_async(default_storage.exists)(row.path)
    source = await Rendition.objects.aget(pk=recorder.source.pk)
    assert (source.width, source.height, source.codecs) == (720, 1280, INIT.codecs)
    assert recorder.stored[1:] == [
        takes.segment_path(recorder.take, source, number) for number in (0, 1)
    ]
    assert told == []


async def test_a_disk_that_was_full_for_a_while_leaves_no_hole(recorder, disk, told):
    recorder.begin()
    disk.is_full = True
    recorder.put(0, 1, 2)
    assert not await recorder.storing.flush(0.3)
    assert await rows() == []
    assert told == [("picture.alert", "storage_failed")]

    disk.is_full = False
    recorder.put(3)

    assert await recorder.storing.flush(5)
    assert await rows() == [0, 1, 2, 3]
    assert recorder.given_up == []
    await recorder.storing.finish()
    assert told == [("picture.alert", "storage_failed"), ("picture.well", "storage_failed")]


async def test_a_database_that_was_away_leaves_no_hole(recorder, disk, told, monkeypatch):
    is_away = [True, True, True]
    note = takes.note_segment

    def fail(*args, **kwargs):
        if is_away and is_away.pop():
            raise ConnectionError("no database")
        return note(*args, **kwargs)

    monkeypatch.setattr(takes, "note_segment", fail)
    recorder.begin()
    recorder.put(0, 1)

    assert await recorder.storing.flush(5)
    assert await rows() == [0, 1]


async def test_rows_follow_each_other_though_files_come_as_they_like(recorder, disk, told):
    store = disk._store

    def later(path, data):
        if path.endswith("000000.m4s"):
            time.sleep(0.3)
        store(path, data)

    disk._store = later
    recorder.begin()
    recorder.put(0, 1, 2)
    assert not await recorder.storing.flush(0.15)
    assert await rows() == []

    assert await recorder.storing.flush(5)
    assert await rows() == [0, 1, 2]


async def test_slow_saves_go_side_by_side(recorder, disk, told):
    recorder.begin()
    assert await recorder.storing.flush(5)
    disk.slow = 0.5

    recorder.put(*range(2 * storing.AT_ONCE))
    assert await recorder.storing.flush(20)

    assert disk.most_at_once == storing.AT_ONCE


async def test_what_waits_is_bounded_and_the_oldest_is_given_up(recorder, disk, told, monkeypatch):
    monkeypatch.setattr(storing, "MAX_WAITING", 3500)
    recorder.begin()
    assert await recorder.storing.flush(5)
    disk.is_full = True

    recorder.put(0, 1, 2, 3, 4, data=bytes(1000))
    assert recorder.storing.waiting <= 3500
    await asyncio.sleep(0.1)
    disk.is_full = False

    assert await recorder.storing.flush(5)
    assert await rows() == [2, 3, 4]
    assert [path[-10:] for path in recorder.given_up] == ["000000.m4s", "000001.m4s"]
    assert recorder.storing.waiting == 0
    await recorder.storing.finish()
    assert ("picture.alert", "replay_hole") in told
    assert told[-1][0] == "picture.well"


async def test_without_its_init_a_take_is_worth_nothing_so_that_is_never_given_up(
    recorder, disk, told, monkeypatch
):
    monkeypatch.setattr(storing, "MAX_WAITING", 1500)
    disk.is_full = True
    recorder.begin()
    recorder.put(0, 1, 2, data=bytes(1000))
    disk.is_full = False

    assert await recorder.storing.flush(5)
    assert await rows() == [2]
    source = await Rendition.objects.aget(pk=recorder.source.pk)
    assert source.codecs == INIT.codecs


async def test_a_picture_is_found_though_storage_never_took_it(recorder, disk, told):
    disk.is_full = True
    recorder.begin()

    async with asyncio.timeout(5):
        while not (await Rendition.objects.aget(pk=recorder.source.pk)).codecs:
            await asyncio.sleep(0.02)

    assert recorder.stored == []
    disk.is_full = False
    assert await recorder.storing.flush(5)


async def test_what_is_given_up_is_let_go_though_storage_hangs(recorder, disk, told, monkeypatch):
    monkeypatch.setattr(storing, "MAX_WAITING", 1500)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    recorder.begin()
    assert await recorder.storing.flush(5)
    goes_on, store = threading.Event(), disk._store
    disk._store = lambda path, data: goes_on.wait(10) and store(path, data)
    pieces = [bytes([number]) * 1000 for number in range(4)]
    held = sys.getrefcount(pieces[1])

    for number, data in enumerate(pieces):
        recorder.put(number, data=data)
        await asyncio.sleep(0.05)
    del data
    left = sys.getrefcount(pieces[1])

    assert len(recorder.given_up) == 3
    assert left == held
    goes_on.set()
    assert await recorder.storing.flush(5)
    assert await rows() == [3]


async def test_after_the_take_storage_has_some_time_and_no_more(recorder, disk, told, monkeypatch):
    monkeypatch.setattr(storing, "LATER", 0.2)
    disk.is_full = True
    recorder.begin()
    recorder.put(0, 1)

    await asyncio.wait_for(recorder.storing.finish(), 5)

    assert (recorder.storing.waiting, await rows()) == (0, [])
    tries = disk.tries
    await asyncio.sleep(0.2)
    assert disk.tries == tries
    mine = [task for task in asyncio.all_tasks() if "storing.py" in repr(task.get_coro())]
    assert not mine


async def test_what_another_process_went_on_with_is_not_kept(recorder, disk, told):
    recorder.begin()
    rival = await sync_to_async(takes.open)(recorder.show, take_over=True)
    await sync_to_async(takes.note_segment)(
        rival, recorder.source, packager.Segment(0, 0.0, 2.0, b"his", parts=6), sequence=10
    )

    recorder.put(0)
    assert await recorder.storing.flush(5)

    assert (await Segment.objects.aget()).take_id == rival.pk
    assert len(recorder.given_up) == 1
    assert await Take.objects.acount() == 2


async def test_somebody_is_told_when_storage_falls_behind(recorder, disk, told, monkeypatch):
    monkeypatch.setattr(storing, "BEHIND", 0.1)
    disk.slow = 0.3
    recorder.begin()
    recorder.put(0)
    await asyncio.sleep(0.15)
    recorder.put(1)

    assert await recorder.storing.flush(5)
    await recorder.storing.finish()
    assert told == [("picture.alert", "storage_slow"), ("picture.well", "storage_slow")]
