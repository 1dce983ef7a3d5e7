"""HTTP and websockets in one application. A foreign Origin is refused before accept."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
http = get_asgi_application()  # loads the apps that the imports below need

from livecommerce.origins import OwnOriginOnly  # noqa: E402
from streams.urls import sockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": OwnOriginOnly(AuthMiddlewareStack(URLRouter(sockets))),
    }
)
