"""Who is behind an open socket now: a logout, a ban or a lost role counts within seconds."""

from importlib import import_module

from channels.auth import get_user
from django.conf import settings

EVERY = 3  # seconds between two looks


async def now(scope: dict):
    """The person whose session it is at this moment; nobody once the session has ended."""
    sessions = import_module(settings.SESSION_ENGINE)
    return await get_user({"session": sessions.SessionStore(scope["session"].session_key)})
