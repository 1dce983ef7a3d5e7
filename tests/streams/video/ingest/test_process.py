"""The child that reads the picture: it ends when it is told to, when it must, and when we do."""

import asyncio
import subprocess
import sys
import textwrap

import psutil
import pytest

from streams.video.ingest import process
from streams.video.ingest.process import Process
from tests.lanes import wait_for

ECHO = ["sh", "-c", "cat; echo that was all >&2"]
DEAF = ["sh", "-c", "trap '' TERM; while true; do sleep 1; done"]


async def read(child):
    return b"".join([data async for data in child.output()])


async def test_what_goes_in_comes_out_and_its_last_words_are_kept():
    child = await Process.start(ECHO)
    await child.write(b"picture")
    child.finish()

    assert await read(child) == b"picture"
    assert await child.stop() == "that was all"
    assert not psutil.pid_exists(child.pid)
    assert not child.was_killed


async def test_what_nobody_reads_holds_up_no_end():
    child = await Process.start(["head", "-c", "8000000", "/dev/zero"])
    await asyncio.sleep(0.3)  # by now its pipe is full
    assert psutil.pid_exists(child.pid)

    async with asyncio.timeout(process.PATIENCE / 2):
        await child.throw_away()
        await child.stop()

    assert not psutil.pid_exists(child.pid)


async def test_one_that_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(process, "PATIENCE", 0.2)
    for pulls in (False, True):
        child = await Process.start(DEAF, pulls=pulls)

        await child.stop()

        assert child.was_killed
        assert not psutil.pid_exists(child.pid)


async def test_one_that_pulls_its_input_is_asked_to_end():
    child = await Process.start(["sleep", "100"], pulls=True)

    await asyncio.wait_for(child.stop(), 2)

    assert not psutil.pid_exists(child.pid)


async def test_writing_to_a_dead_one_is_an_error():
    child = await Process.start(["cat"])
    child.kill()
    await child.stop()

    with pytest.raises(ConnectionError):
        await child.write(b"picture")


def test_none_outlives_us_though_we_are_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(OUTLIVED)], stdout=subprocess.PIPE, text=True
    )
    pid = int(parent.stdout.readline())
    child = psutil.Process(pid)
    wait_for(lambda: child.name() == "sleep", what="the child", seconds=5)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    wait_for(lambda: not lives(child), what="its end", seconds=5)


def lives(child):
    return child.is_running() and child.status() != psutil.STATUS_ZOMBIE


OUTLIVED = """
    import asyncio
    from streams.video.ingest.process import Process

    async def main():
        child = await Process.start(["sleep", "100"], pulls=True)
        print(child.pid, flush=True)
        await asyncio.sleep(100)

    asyncio.run(main())
"""
