import asyncio
import threading

from asgiref.sync import sync_to_async

from livecommerce import realtime


def test_a_process_without_sockets_sends_everything_from_one_loop(monkeypatch):
    loops = []

    class Layer:
        async def group_send(self, group, message):
            loops.append(asyncio.get_running_loop())

    monkeypatch.setattr(realtime, "get_channel_layer", Layer)
    senders = [threading.Thread(target=realtime._send, args=("room", {})) for _ in range(3)]
    realtime._send("room", {})
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(5)

    assert len(loops) == 4
    assert len(set(loops)) == 1


def test_a_worker_never_waits_for_a_loop_that_has_stopped(monkeypatch):
    monkeypatch.setattr(realtime, "PATIENCE", 0.1)
    loop = asyncio.new_event_loop()
    at_work, has_stopped, is_done = threading.Event(), threading.Event(), threading.Event()

    def work():
        at_work.set()
        has_stopped.wait(5)
        monkeypatch.setattr(loop, "is_running", lambda: True)  # it stops in this very moment
        realtime._send("room", {"type": "room.levels"})
        is_done.set()

    running = threading.Thread(target=loop.run_forever)
    running.start()
    working = asyncio.run_coroutine_threadsafe(sync_to_async(work, thread_sensitive=False)(), loop)
    at_work.wait(5)
    loop.call_soon_threadsafe(loop.stop)
    running.join(5)
    has_stopped.set()

    assert is_done.wait(5)
    monkeypatch.undo()
    loop.run_until_complete(asyncio.wrap_future(working, loop=loop))
    loop.close()


async def _deaf_once():
    """What wait_for of Python 3.11 may do: a cancellation that comes to nothing."""
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        await asyncio.sleep(60)


def test_what_swallows_a_cancellation_is_put_away_all_the_same():
    async def run():
        task = asyncio.create_task(_deaf_once())
        await asyncio.sleep(0)
        async with asyncio.timeout(5):
            await realtime.put_away(task)
        return task.cancelled()

    assert asyncio.run(run())
