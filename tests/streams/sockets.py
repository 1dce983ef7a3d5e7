"""Sockets as browsers open them, against the whole application with its guards."""

import asyncio
from contextlib import asynccontextmanager

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from livecommerce import visitors
from livecommerce.asgi import application
from streams.fanout import hub
from streams.video import publisher

HOST = "127.0.0.1:8000"
OURS = f"http://{HOST}"
PATIENCE = 5  # seconds


def knock(path: str, *, user=None, visitor="ann", origin: str | None = OURS, session=None):
    """A socket that is not open yet; its cookies are those of a person and a visitor."""
    cookies = [f"{visitors.COOKIE}={visitors.cookie_for(visitor)}"] if visitor else []
    if user:
        session = publisher.signed_in(user)
    if session:
        cookies.append(f"sessionid={session}")
    headers = [(b"host", HOST.encode()), (b"cookie", "; ".join(cookies).encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    return WebsocketCommunicator(application, path, headers)


@asynccontextmanager
async def opened(path: str, **who):
    """An open socket, closed at the end."""
    socket = await sync_to_async(knock)(path, **who)
    is_open, _ = await socket.connect(PATIENCE)
    assert is_open
    try:
        yield socket
    finally:
        await socket.disconnect()


@asynccontextmanager
async def room(show, after: int | None = None, **who):
    """A socket that has joined the room; what it was told first is `socket.first`."""
    query = "" if after is None else f"?after={after}"
    async with opened(f"/ws/live/{show.slug}/{query}", **who) as socket:
        socket.first = await first_of(socket)
        yield socket


def studio(show, **who):
    return opened(f"/ws/studio/{show.slug}/", **who)


async def hear(socket, *types: str) -> dict:
    """The next frame, or fact inside one, of these types; what comes between is skipped."""
    async with asyncio.timeout(PATIENCE):
        while True:
            said = await next_of(socket)
            if said["type"] in types:
                return said


async def next_of(socket) -> dict:
    """The next fact, or the next frame that is no list of facts with something in it."""
    waiting = socket.__dict__.setdefault("facts", [])
    if waiting:
        return waiting.pop(0)
    frame = await socket.receive_json_from(PATIENCE)
    if frame["type"] == "room.facts" and frame["facts"]:
        waiting += frame["facts"]
        return waiting.pop(0)
    return frame


async def told(socket) -> list[dict]:
    """Everything the socket said up to now, without the levels: asks something and waits."""
    await asyncio.sleep(3 * hub.TICK)
    await socket.send_json_to({"type": "are.you.there"})
    frames = []
    while True:
        said = await next_of(socket)
        if said == {"type": "error", "code": "bad_frame"}:
            return frames
        if said["type"] != "room.levels":
            frames.append(said)


async def first_of(socket) -> dict:
    """What a socket is told when it has joined: a snapshot, or the facts it asked for."""
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = await socket.receive_json_from(PATIENCE)
            if frame["type"] in ("room.snapshot", "room.facts"):
                return frame


async def closed_with(socket) -> int:
    """The code with which the socket is closed; what it says before is skipped."""
    async with asyncio.timeout(PATIENCE):
        while True:
            said = await socket.receive_output(PATIENCE)
            if said["type"] == "websocket.close":
                return said.get("code", 1000)
