"""Who is behind a socket: when it opens, and at any moment after.

Without Channels' own session and auth middlewares, whose wrapped `send` would be a step more for
each message to each viewer, and which visit the database's thread for guests, too. Those who wait
for an answer at the same moment are looked up together, in two queries.
"""

from collections.abc import Sequence

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from livecommerce.database import Together

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
    found = await _people.ask(key) if key and key.isalnum() else None
    return found or AnonymousUser()


def _behind(keys: Sequence[str]) -> dict:
    """{session key: who is signed in}, by the rules of auth.get_user().

    But nothing is written here: a new key could not be told to the browser.
    """
    store = SessionStore()
    rows = store.model.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = {row.session_key: store.decode(row.session_data) for row in rows}
    wanted = {said[auth.SESSION_KEY] for said in sessions.values() if auth.SESSION_KEY in said}
    people = auth.get_user_model()._default_manager.filter(pk__in=wanted, is_active=True)
    by_id = {str(person.pk): person for person in people}
    found = {key: (by_id.get(said.get(auth.SESSION_KEY)), said) for key, said in sessions.items()}
    return {key: person for key, (person, said) in found.items() if _is_theirs(person, said)}


def _is_theirs(person, session: dict) -> bool:
    """Whether they signed in as we let people sign in, with the password they still have."""
    door = session.get(auth.BACKEND_SESSION_KEY)
    if person is None or door not in settings.AUTHENTICATION_BACKENDS:
        return False
    said = session.get(auth.HASH_SESSION_KEY) or ""
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    return any(constant_time_compare(said, own) for own in hashes)


_people = Together(_behind)
