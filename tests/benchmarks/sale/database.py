"""PostgreSQL for everybody who is measured: one server, a database each, every commit flushed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import psycopg

from tests import lanes

POOL = {"min_size": 1, "max_size": 8, "timeout": 10}  # as our own settings have it


@dataclass(frozen=True)
class Server:
    address: str  # of no database in particular

    @property
    def folder(self) -> str:
        """Where its socket is."""
        return unquote(self.address.rpartition("@")[2])

    def url(self, name: str) -> str:
        return f"{self.address}/{name}"

    def django(self, name: str) -> dict:
        """As Django's settings name it."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": name,
            "USER": "postgres",
            "HOST": self.folder,
            "OPTIONS": {"pool": POOL},
        }

    def ask(self, name: str, sql: str) -> list[tuple]:
        """Rows, if there are any to tell."""
        with psycopg.connect(self._of(name), autocommit=True) as connection:
            found = connection.execute(sql)
            return found.fetchall() if found.description else []

    def _of(self, name: str) -> str:
        return f"host={self.folder} user=postgres dbname={name}"


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    with lanes.postgresql(folder) as environment:
        found = Server(environment["DATABASE_URL"].rpartition("/")[0])
        # What is sold here has to outlive the power, as it would in a shop.
        found.ask("postgres", "ALTER SYSTEM SET fsync = on")
        found.ask("postgres", "SELECT pg_reload_conf()")
        yield found
