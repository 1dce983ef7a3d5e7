"""`make bench-sale`: placing orders, ours beside django-oscar and beside what a database can do.

python -m tests.benchmarks.sale [--only WORD …] [--buyers N …] [--seconds S] [--write]
"""

import argparse
import json
import shlex
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from tests import lanes
from tests.benchmarks.room.processes import Beside
from tests.benchmarks.sale import database, figures, limit, measure, page, rival, systems
from tests.benchmarks.sale.figures import Figure
from tests.benchmarks.sale.measure import ROOT, Bench

ITEMS, BUYERS = [1, 50], [8, 32]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sale")
    parser.add_argument("--only", nargs="+", default=[], help="measurements that have a word")
    parser.add_argument("--items", type=int, nargs="+", default=ITEMS, help="1 is the hot one")
    parser.add_argument("--buyers", type=int, nargs="+", default=BUYERS, help="at the same time")
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    parser.add_argument("--workers", type=int, default=1, help="processes that serve pages")
    parser.add_argument("--write", action="store_true", help=f"write {page.PLACE}")
    return parser.parse_args()


def main(options: argparse.Namespace) -> int:
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-sale-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own when we are root
        for figure in _all(options, folder):
            print(json.dumps(figure.as_dict()), flush=True)
            print(f"  {figure}", flush=True)
            found.append(figure)
    for one, other, rate, p99 in figures.ratios(found):
        where = f"{one.name} / {other}, {one.way}, {figures.goods(one.items)}, {one.buyers} buyers"
        print(f"  {where}: {rate:.2f} × the orders/s, {p99 or 0:.2f} × the p99", flush=True)
    if options.write:
        page.write(ROOT / page.PLACE, found, shlex.join(sys.argv[1:]), options)
    return 0


def _all(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    wanted = _wanted(options.only)
    with database.server(folder / "pg") as postgresql, lanes.redis_server(folder) as redis:
        lane = {"DATABASE_URL": postgresql.url("ours")} | redis
        ours = systems.ours(lane, str(folder / "ours"))
        oscar = systems.oscar(rival.python(rival.place(ROOT)), postgresql.django("oscar"))
        for system in (ours, oscar):
            postgresql.ask("postgres", f"CREATE DATABASE {system.database}")
            measure.run(system, list(system.migrate))
        much = (options.items, options.buyers, options.seconds, options.workers)
        bench = Bench(folder, *much, Beside(lane))
        if wanted(limit.NAME):
            yield from limit.measure(postgresql, folder, *much[:3])
        for kind in systems.kinds(ours, oscar):
            if wanted(f"{kind.name}, {figures.HTTP}"):
                yield from measure.over_http(kind, bench)
        for system in (ours, oscar):
            if wanted(f"{system.name}, {figures.INSIDE}"):
                yield from measure.inside(system, bench)
        for kind in systems.threaded(ours, oscar):
            if wanted(f"{kind.name}, {figures.RUSH}"):
                ask = partial(postgresql.ask, kind.system.database)
                yield measure.at_once(kind, bench, "PostgreSQL", ask)
        if wanted(f"ours, {figures.RUSH}"):
            yield _on_sqlite(bench, folder / "laptop")


def _on_sqlite(bench: Bench, folder: Path) -> Figure:
    """Ours, with nothing beside it."""
    file = folder / "db.sqlite3"
    system = systems.ours({"DATABASE_URL": f"sqlite:///{file}", "REDIS_URL": ""}, str(folder))
    measure.run(system, list(system.migrate))

    def ask(sql: str) -> list[tuple]:
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute(sql).fetchall()

    (kind, *_) = systems.threaded(system, system)
    return measure.at_once(kind, bench, "SQLite", ask)


def _wanted(words: list[str]) -> Callable[[str], bool]:
    return lambda name: not words or any(word in name for word in words)


if __name__ == "__main__":
    # A signal unwinds what is open, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(arguments()))
