"""Everything in one process: how it stops."""

import asyncio

from livecommerce.embedded import Pictures


class Hanging:
    """An RTMP server whose encoders do not go."""

    def close(self):
        pass

    async def wait_closed(self):
        await asyncio.Event().wait()


def test_pictures_that_hang_do_not_keep_the_rest_from_stopping(monkeypatch):
    monkeypatch.setattr(Pictures, "PATIENCE", 0.1)
    pictures = Pictures("127.0.0.1", 0)
    pictures.server = Hanging()

    async def stop():
        pictures.loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            await asyncio.to_thread(pictures.stop)

    asyncio.run(stop())  # raises nothing
