"""How many SQL statements something takes, in a process that has Django."""

from collections.abc import Callable

from django.db import connection
from django.test.utils import CaptureQueriesContext

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE")


def statements(act: Callable[[], object]) -> int:
    """Those that read or write rows, without the marks of transactions."""
    with CaptureQueriesContext(connection) as queries:
        act()
    return sum(query["sql"].lstrip().startswith(COUNTED) for query in queries)
