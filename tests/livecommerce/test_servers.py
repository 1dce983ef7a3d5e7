"""Ready-made frames on a server that writes them without a coroutine."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import uvicorn
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from livecommerce.servers.uvicorn import RoomSocket
from livecommerce.wire import PUT, Frame, Full


@asynccontextmanager
async def served(application):
    """The address of this application under uvicorn."""
    config = uvicorn.Config(application, ws=RoomSocket, lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = server.force_exit = True
            await serving


def test_ready_made_frames_keep_their_place_and_end_with_the_socket():
    async def application(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        put = scope["extensions"][PUT]
        put(Frame("one"))
        await send({"type": "websocket.send", "text": "two"})
        put(Frame("three"))
        await send({"type": "websocket.close", "code": 4404})
        put(Frame("four"))

    async def story():
        async with served(application) as address, connect(address, compression=None) as line:
            heard = []
            with suppress(ConnectionClosed):
                while True:
                    heard.append(await line.recv())
            return heard, line.close_code

    assert asyncio.run(story()) == (["one", "two", "three"], 4404)


def test_a_line_that_is_not_read_is_full_and_takes_frames_again_once_it_is():
    told = []
    full, empty = asyncio.Event(), asyncio.Event()

    async def application(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        put = scope["extensions"][PUT]
        try:
            while len(told) < 10_000:
                put(Frame("x" * 60_000))
                told.append("x")
        except Full:
            full.set()
        await send({"type": "websocket.send", "text": "waits"})  # as ASGI wants it
        empty.set()
        put(Frame("last"))
        await receive()

    async def story():
        async with (
            served(application) as address,
            connect(address, compression=None, max_queue=1) as line,
        ):
            await asyncio.wait_for(full.wait(), 5)
            assert not empty.is_set()
            heard = [await line.recv() for _ in range(len(told) + 2)]
            return len(heard[0]), heard[-2:]

    assert asyncio.run(story()) == (60_000, ["waits", "last"])
