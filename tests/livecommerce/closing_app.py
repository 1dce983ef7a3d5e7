"""An application for Daphne that closes a socket with the code that it is sent."""

from livecommerce.servers import daphne as closing

closing.install()


async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.close", "code": int(message["text"])})
