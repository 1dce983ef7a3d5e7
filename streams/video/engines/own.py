"""The engine that needs nobody: the picture comes in here and goes out here.

Every engine answers these four of a show; key_of() and rotate() answer a secret.
"""

from django.conf import settings

from streams.models import Show
from streams.video.ingest.keys import key_of, rotate

__all__ = ["key_of", "playlist", "rotate", "server"]


def server(show: Show) -> str | None:
    """Where an encoder sends; None if none can."""
    return settings.RTMP_URL or None


def playlist(show: Show) -> str | None:
    """The address of a master playlist elsewhere; None: ours is made of our own rows."""
    return None
