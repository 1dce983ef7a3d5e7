import asyncio
import threading

from asgiref.sync import async_to_sync

from livecommerce.layers import OneProcessChannelLayer


def test_news_from_another_thread_wakes_a_waiting_socket_at_once():
    async def story():
        layer = OneProcessChannelLayer()
        channel = await layer.new_channel()
        await layer.group_add("room", channel)
        waiting = asyncio.create_task(layer.receive(channel))
        await asyncio.sleep(0)  # it waits now, and this loop has no timer to wake it
        send = async_to_sync(layer.group_send)
        worker = threading.Thread(target=send, args=("room", {"type": "room.fact"}))
        worker.start()
        heard = await asyncio.wait_for(waiting, 5)
        worker.join()
        return heard

    assert asyncio.run(story()) == {"type": "room.fact"}


def test_a_sender_never_waits_for_a_loop_that_has_stopped():
    layer = OneProcessChannelLayer()

    async def join():
        channel = await layer.new_channel()
        await layer.group_add("room", channel)
        with_nothing_to_hear = asyncio.create_task(layer.receive(channel))
        await asyncio.sleep(0)
        with_nothing_to_hear.cancel()

    asyncio.run(join())
    send = async_to_sync(layer.group_send)
    worker = threading.Thread(target=send, args=("room", {"type": "room.fact"}))
    worker.start()
    worker.join(5)

    assert not worker.is_alive()
