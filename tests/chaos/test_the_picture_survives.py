"""Whatever dies, fills up or slows down: one show, one replay that plays through, nothing left."""

import asyncio
import json
import subprocess
from asyncio import to_thread

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from livecommerce.demo.seed import FILM
from streams.video import ffmpeg
from tests import lanes
from tests.chaos.studio import Stage
from tests.chaos.webs import running, session

BACK = 10  # seconds until a show is on air again
PIECE = 64 * 1024  # bytes


@pytest.fixture
def stage(laptop, request):
    stage = Stage(laptop, request.node.name[:40])
    with running(stage):
        yield stage
    assert "Traceback" not in stage.log()


@pytest.fixture(scope="module")
def long_film():
    """A quarter of an hour, as a host would send it, but long before its time."""
    loop = ["-v", "error", "-stream_loop", "18", "-i", str(FILM), "-c:v", "copy", "-an"]
    command = [ffmpeg.executable(), *loop, "-f", "matroska", "-live", "1", "pipe:1"]
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def nothing_runs(stage):
    lanes.wait_for(lambda: not stage.children(), what="the end of every ffmpeg", seconds=BACK)


def test_a_full_disk_holds_up_nothing_and_heals(stage):
    with stage.publisher():
        stage.wait_for_segment(0, seconds=20)
        stage.fault.write_text("full")
        before = stage.last()
        stage.wait_for_segment(before + 3)
        stored = len(stage.recorded()["sequences"])
        assert stored <= before + 2
        stage.fault.unlink()
        stage.wait_for_segment(before + 4)
        stage.end()

    nothing_runs(stage)
    found = stage.recorded()
    assert (found["takes"], len(found["sequences"]) > stored) == (["finished"], True)
    assert found["sequences"] == list(range(len(found["sequences"])))
    assert stage.replay() > 8
    assert stage.leftovers() == []
    assert "storage_failed" in stage.log()


def test_slow_storage_holds_up_nothing(stage):
    stage.fault.write_text("5")
    with stage.publisher():
        stage.wait_for_segment(0, seconds=20)
        assert stage.wait_for_segment(3) < 9
        stage.end()
    stage.fault.unlink()

    nothing_runs(stage)
    found = stage.recorded()
    assert found["sequences"] == list(range(len(found["sequences"])))
    assert stage.replay() > 6


def test_a_killed_server_goes_on_with_its_show(stage):
    with stage.publisher():
        stage.wait_for_segment(1, seconds=20)
        (child,) = stage.children()
        stage.kill()
        assert not child.is_running()
        stage.start()
        stage.wait()
        stage.wait_for_next_take(segments=2, seconds=BACK + 5)  # of which two segments take five
        stage.end()

    nothing_runs(stage)
    found = stage.recorded()
    assert found["status"] == "ended"
    assert found["takes"] == ["lost", "finished"]
    assert found["facts"].count("take.started") == 2
    assert found["sequences"] == sorted(set(found["sequences"]))
    assert stage.replay() > 4


async def test_a_second_publisher_is_refused_and_the_first_goes_on(stage):
    with stage.publisher():
        await to_thread(stage.wait_for_segment, 0, seconds=20)
        async with connect(
            f"ws://{stage.host}/ws/studio/{stage.slug}/",
            origin=f"http://{stage.host}",
            additional_headers={"Cookie": session(stage.session)},
            proxy=None,
        ) as line:
            await line.send(json.dumps({"type": "studio.start"}))
            assert json.loads(await line.recv())["code"] == "already_publishing"
            with pytest.raises(ConnectionClosed) as closed:
                await line.recv()
            assert closed.value.rcvd.code == 4403
        before = stage.last()
        await to_thread(stage.wait_for_segment, before + 1)
        await to_thread(stage.end)

    nothing_runs(stage)
    assert stage.recorded()["takes"] == ["finished"]
    assert await asyncio.to_thread(stage.replay) > 3


async def test_who_sends_a_quarter_of_an_hour_at_once_is_slowed_and_not_buffered(stage, long_film):
    memory, sent = stage.memory(), 0

    async def send(line):
        nonlocal sent
        for at in range(0, len(long_film), PIECE):
            await line.send(long_film[at : at + PIECE])
            sent += PIECE

    async with connect(
        f"ws://{stage.host}/ws/studio/{stage.slug}/",
        origin=f"http://{stage.host}",
        additional_headers={"Cookie": session(stage.session)},
        proxy=None,
        compression=None,
    ) as line:
        await line.send('{"type":"studio.start"}')
        assert json.loads(await line.recv())["type"] == "studio.ready"
        sending = asyncio.create_task(send(line))
        await asyncio.sleep(6)
        assert not sending.done()
        health = [json.loads(await line.recv()) for _ in range(3)][-1]
        sending.cancel()

    assert health["seconds"] < 6 + 10 + 5
    assert sent < len(long_film) / 4
    assert stage.memory() - memory < 60 * 1024 * 1024
    await to_thread(nothing_runs, stage)
