"""HTTP and websockets in one application. A foreign Origin is refused before accept."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from django.core.asgi import get_asgi_application
from django.urls import re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
http = get_asgi_application()  # loads the apps that the imports below need

from livecommerce.origins import OwnOriginOnly  # noqa: E402
from livecommerce.servers import daphne, tune  # noqa: E402
from livecommerce.signed_in import SignedIn  # noqa: E402
from streams.urls import sockets  # noqa: E402
from streams.video.origin.app import Origin  # noqa: E402

daphne.install()
tune()
elsewhere = re_path("", WebsocketDenier.as_asgi())  # no such address: 403, not a traceback
application = ProtocolTypeRouter(
    {
        "http": Origin(http),
        "websocket": OwnOriginOnly(SignedIn(URLRouter([*sockets, elsewhere]))),
    }
)
