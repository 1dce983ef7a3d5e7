"""Who is behind a socket: when it opens, and at any moment after.

Without Channels' own session and auth middlewares, whose wrapped `send` would be a step more for
each message to each viewer, and which visit the database's thread for guests, too.
"""

from importlib import import_module
from types import SimpleNamespace

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import parse_cookie

from livecommerce.database import in_database

EVERY = 3  # seconds between two looks: a logout, a ban or a lost role counts within five


class SignedIn:
    """Puts `cookies` and `user` into the scope; the database is asked if there is a session."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        header = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
        cookies = parse_cookie(header.decode("latin-1"))
        scope = scope | {"cookies": cookies, "user": await _whose(cookies)}
        return await self.application(scope, receive, send)


async def now(scope: dict):
    """The person whose session it is at this moment; nobody once the session has ended."""
    return await _whose(scope["cookies"])


async def _whose(cookies: dict[str, str]):
    key = cookies.get(settings.SESSION_COOKIE_NAME, "")
    # A key that Django never made is nobody's, and may hold what a database refuses to look for.
    return await in_database(_user_of)(key) if key and key.isalnum() else AnonymousUser()


def _user_of(session_key: str):
    sessions = import_module(settings.SESSION_ENGINE)
    return auth.get_user(SimpleNamespace(session=sessions.SessionStore(session_key)))
