import pytest
from asgiref.sync import async_to_sync
from django.db import OperationalError, connection

from livecommerce import database
from livecommerce.database import in_database

pytestmark = pytest.mark.django_db(transaction=True)


def query() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return id(connection.connection)


def break_it():
    query()
    connection.errors_occurred = True
    connection.is_usable = lambda: False
    raise OperationalError("gone")


async def twice():
    return [await in_database(query)() for _ in range(2)]


def test_calls_in_a_row_use_one_connection():
    first, second = async_to_sync(twice)()

    assert first == second


def test_a_connection_is_made_anew_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(database, "KEPT", -1)

    async_to_sync(in_database(query))()

    assert connection.connection is None


def test_a_connection_that_broke_is_not_kept():
    with pytest.raises(OperationalError):
        async_to_sync(in_database(break_it))()

    assert connection.connection is None
    del connection.is_usable
    assert async_to_sync(in_database(query))()
