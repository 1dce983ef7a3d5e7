"""A socket's sending side, against servers that take, wait, refuse or break."""

import asyncio
import gc

import pytest

from livecommerce.wire import Frame, Full
from streams.fanout import viewer as viewers
from streams.fanout.viewer import Viewer


class Server:
    """What an ASGI server's `send` may do with a message."""

    def __init__(self):
        self.sent, self.is_full, self.breaks = [], False, False
        self.line = asyncio.Event()
        self.line.set()

    async def send(self, message):
        if self.is_full:
            raise Full
        await self.line.wait()
        await self.line.wait()
        if self.breaks:
            raise OSError("gone")
        self.sent.append(message.get("text", message.get("code")))


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_frame_is_with_the_server_when_offer_returns():
    server = Server()
    viewer = Viewer(server.send, "ann")

    assert viewer.offer(Frame("a"))

    assert server.sent == ["a"]


async def test_a_server_that_waits_for_its_reader_holds_up_nobody_and_skips_nothing_it_took():
    server = Server()
    viewer = Viewer(server.send, "ann")
    server.line.clear()

    assert viewer.offer(Frame("a"))
    assert not viewer.offer(Frame("b"))
    assert server.sent == []

    server.line.set()
    await settle()
    assert server.sent == ["a"]
    assert viewer.offer(Frame("c"))
    assert server.sent == ["a", "c"]


async def test_a_full_line_takes_nothing_until_it_is_read():
    server = Server()
    viewer = Viewer(server.send, "ann")
    server.is_full = True
    assert not viewer.offer(Frame("a"))

    server.is_full = False

    assert viewer.offer(Frame("b"))
    assert server.sent == ["b"]


@pytest.mark.parametrize("is_full", [True, False])
async def test_who_is_behind_for_long_is_slow_and_a_moment_is_forgiven(monkeypatch, is_full):
    monkeypatch.setattr(viewers, "SLOW", 0.05)
    server = Server()
    viewer = Viewer(server.send, "ann")
    server.is_full = is_full
    server.line.clear()

    viewer.offer(Frame("a"))
    assert not viewer.is_slow()
    await asyncio.sleep(0.1)
    viewer.offer(Frame("b"))
    assert viewer.is_slow()

    server.is_full = False
    server.line.set()
    await settle()
    viewer.offer(Frame("c"))
    assert not viewer.is_slow()
    viewer.stop()


async def test_a_slow_one_is_closed_once_and_offered_nothing_more(monkeypatch):
    monkeypatch.setattr(viewers, "SLOW", -1)
    server = Server()
    viewer = Viewer(server.send, "ann")
    server.is_full = True
    viewer.offer(Frame("a"))
    assert viewer.is_slow()

    server.is_full = False
    await viewer.close(4408)

    assert not viewer.offer(Frame("b"))
    assert not viewer.is_slow()
    assert server.sent == [4408]


async def test_a_line_that_breaks_while_it_is_waited_for_says_nothing_to_others():
    complaints = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: complaints.append(context["message"]))
    server = Server()
    viewer = Viewer(server.send, "ann")
    server.line.clear()
    viewer.offer(Frame("a"))

    server.breaks = True
    server.line.set()
    await settle()
    gc.collect()  # a task whose exception nobody looked at complains when it is forgotten

    assert server.sent == []
    assert complaints == []
    assert not viewer.is_slow()


@pytest.mark.parametrize("error", [OSError("gone"), RuntimeError("closed"), ValueError])
async def test_a_line_that_is_broken_robs_nobody_else(error):
    async def send(message):
        raise error

    viewer = Viewer(send, "ann")

    assert not viewer.offer(Frame("a"))
    assert not viewer.offer(Frame("b"))
    assert not viewer.is_slow()


async def test_what_is_for_one_alone_waits_until_it_can_be_told_and_keeps_its_order():
    server = Server()
    viewer = Viewer(server.send, "ann")
    server.is_full = True
    for text in "abc":
        viewer.tell(Frame(text))

    assert not viewer.pay()
    server.is_full = False
    assert viewer.pay()
    viewer.tell(Frame("d"))

    assert server.sent == ["a", "b", "c", "d"]
    assert not viewer.is_slow()


async def test_a_servers_own_way_with_ready_made_frames_is_taken():
    server, put = Server(), []
    viewer = Viewer(server.send, "ann", put=put.append)

    assert viewer.offer(Frame("a"))

    assert (put, server.sent) == (["a"], [])


async def test_a_line_that_is_full_for_the_servers_own_way_is_behind_until_it_takes(monkeypatch):
    monkeypatch.setattr(viewers, "SLOW", -1)
    server = Server()

    def put(frame):
        if server.is_full:
            raise Full
        server.sent.append(frame)

    viewer = Viewer(server.send, "ann", put=put)
    server.is_full = True
    assert not viewer.offer(Frame("a"))
    assert viewer.is_slow()

    server.is_full = False
    assert viewer.offer(Frame("b"))
    assert not viewer.is_slow()
    assert server.sent == ["b"]


async def test_whose_server_breaks_in_its_own_way_is_offered_nothing_more():
    server, tried = Server(), []

    def put(frame):
        tried.append(frame)
        raise RuntimeError("closed")

    viewer = Viewer(server.send, "ann", put=put)

    assert not viewer.offer(Frame("a"))
    assert not viewer.offer(Frame("b"))
    assert (tried, server.sent) == (["a"], [])


async def test_what_is_owed_follows_at_once_on_a_server_that_always_waits():
    sent = []

    async def send(message):
        await asyncio.sleep(0)
        sent.append(message["text"])

    viewer = Viewer(send, "ann")
    for text in "abc":
        viewer.tell(Frame(text))
    for _ in range(4):
        await settle()

    assert sent == ["a", "b", "c"]
    assert not viewer.owed
