import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import OperationalError

from livecommerce import health

pytestmark = pytest.mark.django_db
EVERYTHING = {"database": "ok", "migrations": "ok", "redis": "ok", "storage": "ok"}


def test_a_process_that_answers_is_alive_without_asking_the_database(
    client, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok\n"


def test_ready_is_what_reads_and_writes(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, EVERYTHING)


def test_a_probe_leaves_nothing_in_the_storage(client):
    client.get("/readyz")

    assert default_storage.listdir("readyz")[1] == []


@pytest.mark.parametrize("sick", EVERYTHING)
def test_what_fails_is_named_and_its_reason_is_not_told(client, monkeypatch, sick):
    def fail():
        raise OperationalError("password=secret host=10.0.0.1")

    monkeypatch.setitem(health.CHECKS, sick, fail)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == EVERYTHING | {sick: "failed"}
    assert b"secret" not in answer.content


def test_a_cache_that_forgets_is_not_ready(client, monkeypatch, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    monkeypatch.setattr(cache, "get", lambda *_: None)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["redis"] != "ok"
