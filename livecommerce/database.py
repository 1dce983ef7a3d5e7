"""Queries from a coroutine: in the thread for such work, which keeps its connection for a while.

Channels' own way closes the connection after every call. A room makes a few calls a second for as
long as it is open, and connecting would be half of their cost.
"""

import time

from asgiref.sync import SyncToAsync
from django.db import close_old_connections, connections

KEPT = 60  # seconds until a connection is made anew


class in_database(SyncToAsync):  # noqa: N801 - called like a function: await in_database(f)(…)
    def thread_handler(self, loop, *args, **kwargs):
        close_old_connections()
        try:
            return super().thread_handler(loop, *args, **kwargs)
        finally:
            _keep()
            close_old_connections()  # those that broke


def _keep() -> None:
    now = time.monotonic()
    for connection in connections.all(initialized_only=True):
        if connection.close_at is not None and connection.close_at <= now:  # just made
            connection.close_at = now + KEPT
