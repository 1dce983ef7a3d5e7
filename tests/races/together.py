"""Many threads that begin at one moment, each with a database connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections

PATIENCE = 30  # seconds for everyone to be at the line


def together(n: int, act: Callable) -> list:
    """Run `act` n times at once; what each returned, or the type of what it raised."""
    line = threading.Barrier(n)

    def one(_):
        line.wait(PATIENCE)
        try:
            return act()
        except Exception as error:
            return type(error)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(n) as threads:
        return list(threads.map(one, range(n)))


class Rendezvous:
    """Where everyone waits between looking and acting; nobody keeps a connection meanwhile."""

    def __init__(self, n: int):
        self._line = threading.Barrier(n)

    def wait(self) -> None:
        connection.close()
        self._line.wait(PATIENCE)


def unguarded_advance(row, to, **also):
    """What `states.advance` would be without its guard: it believes the row in memory."""
    type(row).objects.filter(pk=row.pk).update(status=to, **also)
    for name, value in {"status": to, **also}.items():
        setattr(row, name, value)
