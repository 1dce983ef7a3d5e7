"""What the till remembers, in one SQLite file of its own. Only this module speaks SQL."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL
);
"""
COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Store:
    """Objects by id, in the order they were made, and the answers kept for idempotency keys."""

    def __init__(self, path: str):
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._db.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one caller at a time: this lock decides every race at the till."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def put(self, thing: dict) -> None:
        """Write an object, new or changed; its place in the order stays."""
        self._run(
            "INSERT INTO objects (id, kind, created, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (thing["id"], thing["object"], thing["created"], json.dumps(thing)),
        )

    def get(self, kind: str, ident: str) -> dict | None:
        found = self._run("SELECT body FROM objects WHERE id = ? AND kind = ?", (ident, kind))
        return json.loads(found[0][0]) if found else None

    def seq(self, ident: str) -> int:
        return self._run("SELECT seq FROM objects WHERE id = ?", (ident,))[0][0]

    def newest(self, kind: str, *, created=None, equal=None, before=None, limit=-1) -> list[dict]:
        """Objects of a kind, newest first; `before` is a place in the order.

        In `equal`, a list stands for any of its values.
        """
        sql, values = "SELECT body FROM objects WHERE kind = ?", [kind]
        for bound, seconds in (created or {}).items():
            sql += f" AND created {COMPARE[bound]} ?"
            values.append(seconds)
        for name, value in (equal or {}).items():
            wanted = value if isinstance(value, list) else [value]
            sql += f" AND json_extract(body, ?) IN ({', '.join('?' * len(wanted))})"
            values += [f"$.{name}", *wanted]
        if before is not None:
            sql += " AND seq < ?"
            values.append(before)
        rows = self._run(f"{sql} ORDER BY seq DESC LIMIT ?", (*values, limit))
        return [json.loads(body) for (body,) in rows]

    def unsent(self, after: int) -> list[tuple[int, dict]]:
        """Events that still owe a webhook, oldest first, with their place in the order."""
        rows = self._run(
            "SELECT seq, body FROM objects WHERE kind = 'event' AND seq > ?"
            " AND json_extract(body, '$.pending_webhooks') > 0 ORDER BY seq",
            (after,),
        )
        return [(seq, json.loads(body)) for seq, body in rows]

    def answer(self, key: str) -> tuple[str, int, str] | None:
        """(digest of the parameters, status, body) of the first call with this key."""
        found = self._run("SELECT digest, status, body FROM answers WHERE key = ?", (key,))
        return found[0] if found else None

    def keep_answer(self, key: str, digest: str, status: int, body: str) -> None:
        self._run("INSERT INTO answers VALUES (?, ?, ?, ?)", (key, digest, status, body))

    def _run(self, sql: str, values: tuple) -> list[tuple]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()
