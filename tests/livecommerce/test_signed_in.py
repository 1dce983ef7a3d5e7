"""Whose session it is, for many sockets at once."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import auth
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from livecommerce import signed_in
from shops.models import User
from streams.video import publisher
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def whose(*keys: str) -> list[str]:
    """The names behind these sessions, asked for at the same moment; "" is nobody's."""

    async def ask():
        scopes = ({"cookies": {settings.SESSION_COOKIE_NAME: key}} for key in keys)
        return await asyncio.gather(*(signed_in.now(scope) for scope in scopes))

    return [person.username for person in async_to_sync(ask)()]


def test_those_who_come_together_are_known_each_as_who_they_are():
    ann, bob = make_user(username="ann"), make_user(username="bob")
    hers, his, second = (publisher.signed_in(person) for person in (ann, bob, ann))

    assert whose(hers, "unknown", his, "", second) == ["ann", "", "bob", "", "ann"]


def test_a_hundred_are_looked_up_in_a_few_queries():
    keys = [publisher.signed_in(make_user(username=f"person-{n}")) for n in range(100)]

    with CaptureQueriesContext(connection) as asked:
        assert whose(*keys) == [f"person-{n}" for n in range(100)]

    assert len(asked) <= 4  # the first who asks may be looked up alone


def changed(key: str, **values) -> None:
    session = SessionStore(key)
    session.update(values)
    session.save()


ENDS = {
    "logged out": lambda ann, key: SessionStore(key).flush(),
    "expired": lambda ann, key: Session.objects.update(expire_date=timezone.now() - timedelta(1)),
    "forged": lambda ann, key: Session.objects.update(session_data="e30:1:x"),
    "not active": lambda ann, key: User.objects.update(is_active=False),
    "deleted": lambda ann, key: ann.delete(),
    "another password": lambda ann, key: (ann.set_password("new"), ann.save()),
    "no hash": lambda ann, key: changed(key, **{auth.HASH_SESSION_KEY: ""}),
    "a door that is closed": lambda ann, key: changed(key, **{auth.BACKEND_SESSION_KEY: "old"}),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_session_that_ended_is_nobodys_from_the_next_look_on(end):
    ann = make_user(username="ann")
    key = publisher.signed_in(ann)
    assert whose(key) == ["ann"]

    end(ann, key)

    assert whose(key) == [""]


def test_a_session_without_anybody_is_nobodys():
    session = SessionStore()
    session["cart"] = 1
    session.save()

    assert whose(session.session_key) == [""]


def test_a_session_from_before_the_secret_changed_stays_and_keeps_its_key(settings):
    key = publisher.signed_in(make_user(username="ann"))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret"

    assert whose(key) == ["ann"]
    assert SessionStore(key).exists(key)
