"""The channel layer of a single process."""

import asyncio

from channels.layers import InMemoryChannelLayer


class OneProcessChannelLayer(InMemoryChannelLayer):
    """Channels' in-memory layer, made safe for senders in other threads.

    Its queues belong to the loop of the sockets. A put from a worker's thread would wake
    nobody until that loop's next timer, so the send is handed to the loop. It is not waited
    for: a worker that waits for a loop which is shutting down would never end.
    """

    FOR_GOOD = 10 * 365 * 24 * 3600  # seconds; who listens says so once, and a room may stay open

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"group_expiry": self.FOR_GOOD} | kwargs)

    sockets_loop: asyncio.AbstractEventLoop | None = None

    async def receive(self, channel):
        self.sockets_loop = asyncio.get_running_loop()
        return await super().receive(channel)

    async def group_send(self, group, message):
        home = self.sockets_loop
        if home is None or home is asyncio.get_running_loop() or not home.is_running():
            await super().group_send(group, message)
        else:
            # The coroutine is made inside the loop: one that is never run would only warn.
            send = super().group_send
            home.call_soon_threadsafe(lambda: home.create_task(send(group, message)))
