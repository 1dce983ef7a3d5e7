"""The origin under the server that `picture` runs: real lines, real waits, real goodbyes."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
import uvicorn

from streams.video.origin import air
from streams.video.origin.app import Origin
from tests.streams.video.origin.feeding import fed
from tests.streams.video.origin.test_app import django


@asynccontextmanager
async def served(application):
    config = uvicorn.Config(application, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = server.force_exit = True
            await serving


@asynccontextmanager
async def asking(port, *paths):
    """Lines of their own, each with one request on it."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in paths]
    for path, (_, out) in zip(paths, lines, strict=True):
        out.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    try:
        yield [reader for reader, _ in lines]
    finally:
        for _, out in lines:
            out.close()


async def until(is_so):
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)


@pytest.fixture
def on_air(monkeypatch):
    feeder = fed("show")
    monkeypatch.setattr(air, "find", {"show": feeder.window}.get)
    return feeder


def test_a_hundred_viewers_wait_and_are_answered_by_one_part(on_air):
    async def story():
        origin = Origin(django)
        path = "/hls/show/live.m3u8?_HLS_msn=3&_HLS_part=0&_HLS_skip=YES"
        async with served(origin) as port, asking(port, *[path] * 100) as lines:
            await until(lambda: origin.waiting == 100)
            on_air.part()
            answers = [await asyncio.wait_for(line.read(), 5) for line in lines]
        named = f"/hls/show/{on_air.take}/3.0.m4s".encode()
        assert all(answer.startswith(b"HTTP/1.1 200") and named in answer for answer in answers)
        assert origin.waiting == 0

    asyncio.run(story())


def test_a_line_that_is_cut_ends_its_wait_and_no_other(on_air):
    async def story():
        origin = Origin(django)
        path = "/hls/show/live.m3u8?_HLS_msn=3&_HLS_part=0"
        async with served(origin) as port, asking(port, path) as (staying,):
            async with asking(port, path, f"/hls/show/{on_air.take}/3.0.m4s"):
                await until(lambda: origin.waiting == 3)
            await until(lambda: origin.waiting == 1)
            on_air.part()
            assert (await asyncio.wait_for(staying.read(), 5)).startswith(b"HTTP/1.1 200")

    asyncio.run(story())
