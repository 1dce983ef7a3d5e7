"""The page of one run: what was measured, on what kind of machine, by which command."""

import os
import platform
import statistics
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.benchmarks.sale import figures, measure, rival, systems
from tests.benchmarks.sale.figures import Figure

PLACE = "docs/sale-benchmark.md"
PROGRAMS = ("django", "psycopg", "granian", "daphne")
TITLES = {
    figures.HTTP: "Over HTTP",
    figures.INSIDE: "In the process, without HTTP",
    figures.LIMIT: "The limit: one statement an order, sent by pgbench",
}
HOW = """
How it is measured:

- **The work** is the same: a guest with one unit in her bag sends her address, and the answer says
  that her order is stored. Bags are written beforehand, each buyer buys once, nobody is paid, no
  mail is sent. Every commit is flushed to disk (`fsync` on). Units never run out, except below
  "{rush} at once".
- **Ours** is the whole product: `POST /api/v1/orders/` with the cookie of a visitor and
  a CSRF token, from a line-up item of a live show, PostgreSQL and Redis. Only its limits (submits a
  minute, holds an address) are set high by the environment. "One by one" is the same application
  without the counter that places waiting buyers together (tests/benchmarks/sale/ours/singly.py).
- **django-oscar {oscar}** comes from PyPI into a virtualenv of its own, with the same versions of
  Django, psycopg and the server, the settings of its documentation and a guest's session. Its view
  (tests/benchmarks/sale/oscar/views.py) takes oscar's own steps: preconditions with the check of
  stock, `OrderPlacementMixin`, `OrderCreator`.
- **The server** of both is granian, {workers} {processes} with {threads} threads (WSGI), if no
  other is named; daphne is what `deploy/Procfile` runs.
- **The buyers** are a process of their own that sends ready-made requests on kept connections; its
  share of a core stands beside each figure. A time is from sending to the last byte of the answer.
- **hot item**: everybody buys the same. **50 items**: each buyer one of fifty.
- **{rush} at once**: so many buyers, {units} units, all requests sent at one moment, each on a
  connection of its own.

Buyers, server and database share the machine. Read ratios of one run, not figures of two.
"""


def write(place: Path, found: list[Figure], command: str, options: Namespace) -> None:
    cores, memory = os.cpu_count(), round(psutil.virtual_memory().total / 2**30)
    programs = ", ".join(f"{name} {version(name)}" for name in PROGRAMS)
    lines = [
        "# The sale, measured",
        "",
        f'    make bench-sale SALE="{command}"',
        "",
        f"One run, {date.today():%-d %B %Y}: {cores} cores ({platform.machine()}), {memory} GiB, "
        f"Python {platform.python_version()}, {programs}, django-oscar {rival.OSCAR}; "
        f"{options.seconds:g} seconds for each measurement. While it ran, what else the machine "
        f"did took {_others(found):.2f} cores on average.",
        *_ratios(found),
        *_tables(found),
        *_rush(found),
        *_statements(found),
    ]
    said = HOW.format(
        rush=measure.RUSH,
        units=measure.UNITS,
        oscar=rival.OSCAR,
        workers=options.workers,
        processes="process" if options.workers == 1 else "processes",
        threads=systems.THREADS,
    )
    place.write_text("\n".join([*lines, said]))


def _others(found: list[Figure]) -> float:
    shares = [one.told["others_cores"] for one in found if one.way == figures.HTTP]
    return statistics.mean(shares or [0])


def _ratios(found: list[Figure]) -> Iterator[str]:
    rows = [
        f"| {one.name} / {other} | {one.way} | {figures.goods(one.items)} | {one.buyers} "
        f"| {rate:.2f} | {f'{p99:.2f}' if p99 else '–'} |"
        for one, other, rate, p99 in figures.ratios(found)
    ]
    if rows:
        yield "\n## Ratios\n\n| | | | buyers | orders/s × | p99 × |\n" + "|---" * 6 + "|"
        yield from rows


def _tables(found: list[Figure]) -> Iterator[str]:
    for way, title in TITLES.items():
        some = [one for one in found if one.way == way]
        if not some:
            continue
        yield f"\n## {title}\n"
        yield (
            "| | | buyers | orders/s | p50 ms | p99 ms | errors | cores: server | database "
            "| buyers |"
        )
        yield "|---" * 10 + "|"
        for one in sorted(some, key=lambda one: (one.items, one.buyers)):
            yield _row(one)


def _row(one: Figure) -> str:
    told = one.told
    shares = [told.get(f"{who}_cores") for who in ("server", "beside", "client")]
    cells = [
        one.name,
        figures.goods(one.items),
        str(one.buyers),
        f"{told['rate']:,.0f}",
        f"{told['p50']:,.1f}",
        f"{told['p99']:,.1f}",
        str(told["errors"]),
        *("–" if share is None else f"{share:.2f}" for share in shares),
    ]
    return "| " + " | ".join(cells) + " |"


def _rush(found: list[Figure]) -> Iterator[str]:
    rows = [one for one in found if one.way == figures.RUSH]
    if rows:
        yield f"\n## {measure.RUSH} at once on {measure.UNITS} units\n"
        yield "| | database | orders | units promised | refused | errors | last answer s |"
        yield "|---" * 7 + "|"
    for one in rows:
        told = one.told
        yield (
            f"| {one.name} | {told['engine']} | {told['stored']} | {told['promised']} "
            f"| {told['refused']} | {told['errors']} | {told['last'] / 1000:.2f} |"
        )


def _statements(found: list[Figure]) -> Iterator[str]:
    rows = [one for one in found if one.way == figures.COUNT]
    if rows:
        yield "\n## SQL statements an order\n\n| | over HTTP, alone | eight placed together |"
        yield "|---" * 3 + "|"
    for one in rows:
        together = one.told.get("together")
        yield f"| {one.name} | {one.told['statements']} | {together or '–'} |"
