"""The back office's door: wrong passwords are counted, and nobody is kept out by a stranger."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache

from shops import accounts
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
PASSWORD = "a kiln at noon"


@pytest.fixture(autouse=True)
def _a_quick_hash(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def mara():
    return make_staff(username="mara", password=PASSWORD)


def sign_in(client, password=PASSWORD, *, name="mara", address="192.0.2.1"):
    data = {"username": name, "password": password}
    return client.post("/admin/login/?next=/admin/", data, REMOTE_ADDR=address)


def test_a_password_is_not_guessed_at_for_long(client, mara):
    for _ in range(accounts.PER_ACCOUNT):
        assert "correct username and password" in sign_in(client, "wrong").content.decode()

    answer = sign_in(client)

    assert answer.status_code == 200
    assert "Too many tries. Please wait 10 minutes" in answer.content.decode()
    assert SESSION_KEY not in client.session


def test_an_address_does_not_try_one_name_after_the_other(client, mara):
    for number in range(accounts.PER_ADDRESS):
        sign_in(client, "wrong", name=f"m{number}")

    assert sign_in(client).status_code == 200
    assert SESSION_KEY not in client.session


def test_a_stranger_keeps_nobody_out_of_the_back_office(client, mara):
    for _ in range(accounts.PER_ACCOUNT + 1):
        sign_in(client, "wrong", address="198.51.100.1")

    assert sign_in(client).status_code == 302
    assert client.session[SESSION_KEY] == str(mara.pk)


def test_the_right_password_forgets_the_wrong_ones(client, mara):
    for _ in range(accounts.PER_ACCOUNT - 1):
        sign_in(client, "wrong")
    sign_in(client)
    client.post("/admin/logout/")

    assert "correct username" in sign_in(client, "wrong").content.decode()
    assert sign_in(client).status_code == 302


def test_a_dead_cache_locks_nobody_out(client, mara, monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionError

    for name in ("add", "incr", "decr", "delete"):
        monkeypatch.setattr(cache, name, broken)

    assert sign_in(client).status_code == 302


@pytest.mark.parametrize("name", ["", "\x00", "m" * 5000, "mara\u202e", "１"])
def test_an_odd_name_is_refused_like_any_other(client, mara, name):
    assert sign_in(client, name=name).status_code == 200
    assert SESSION_KEY not in client.session
