"""A websocket carries the visitor's cookies, so only our own pages may open one."""

from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings


def is_ours(origin: str, host: str) -> bool:
    """True for the site's own origins: those of the settings, or the very host that was asked.

    `null`, a missing Origin and look-alikes (shop.example.evil.example) are not ours.
    """
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    parts = urlsplit(origin)
    scheme = "https" if settings.IS_SECURE else "http"
    return (
        parts.scheme == scheme
        and parts.netloc == host
        and parts.hostname in settings.ALLOWED_HOSTS
        and origin == f"{scheme}://{host}"
    )


class OwnOriginOnly:
    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1")
        host = headers.get(b"host", b"").decode("latin-1")
        allowed = is_ours(origin, host)
        application = self.application if allowed else WebsocketDenier()
        return await application(scope, receive, send)
