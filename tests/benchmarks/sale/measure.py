"""The phases: over HTTP, all at once, inside the process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import lanes
from tests.benchmarks.room.meter import Meter
from tests.benchmarks.room.processes import Beside, Running, running
from tests.benchmarks.sale import figures
from tests.benchmarks.sale.figures import Figure
from tests.benchmarks.sale.systems import Kind, System

ROOT = Path(__file__).resolve().parents[3]
PLENTY = 1_000_000  # units of each item, where none may run out
RUSH, UNITS = 500, 100  # buyers at once, and what there is for them
WARM = 1  # second before a measurement begins


@dataclass
class Bench:
    """How much is measured, and where its files and the servers beside it are."""

    folder: Path
    items: list[int]
    buyers: list[int]
    seconds: float
    workers: int
    beside: Beside

    @property
    def file(self) -> Path:
        return self.folder / "requests.json"


def over_http(kind: Kind, bench: Bench) -> Iterator[Figure]:
    """Orders a second for each number of items and buyers."""
    with _serving(kind, bench) as server:
        for items in bench.items[:1] if kind.is_aside else bench.items:
            for buyers in bench.buyers[-1:] if kind.is_aside else bench.buyers:
                enough = int(kind.system.most * (bench.seconds + WARM))
                prepare(kind.system, bench, items, PLENTY, enough)
                told = _buy(server, bench, buyers, bench.seconds)
                yield Figure(figures.HTTP, kind.name, items, buyers, told)


def at_once(kind: Kind, bench: Bench, engine: str, ask: Callable[[str], list]) -> Figure:
    """Far more buyers than units, all at one moment; `ask` puts SQL to its database."""
    with _serving(kind, bench) as server:
        prepare(kind.system, bench, 1, PLENTY, kind.system.most // 2)
        _buy(server, bench, 8, 0.5)  # the first requests of a process load what it needs
        prepare(kind.system, bench, 1, UNITS, RUSH)
        told = _buy(server, bench, RUSH, 0)
        ((orders, promised),) = ask(kind.system.sold)
    stored = {"stored": orders, "promised": int(promised), "engine": engine, "units": UNITS}
    return Figure(figures.RUSH, kind.name, 1, RUSH, told | stored)


def inside(system: System, bench: Bench) -> Iterator[Figure]:
    """What its own process says: statements of an order, then orders a second."""
    items, buyers = (",".join(map(str, some)) for some in (bench.items, bench.buyers))
    first, *rows = run(system, system.words("inside", items, buyers, bench.seconds)).splitlines()
    yield Figure(figures.COUNT, system.name, 1, 1, json.loads(first))
    for row in map(json.loads, rows):
        where = [row.pop(key) for key in ("name", "items", "buyers")]
        yield Figure(figures.INSIDE, *where, row)


def prepare(system: System, bench: Bench, items: int, units: int, buyers: int) -> None:
    run(system, system.words("prepare", items, units, buyers, bench.file))


def run(system: System, words: list[str]) -> str:
    done = subprocess.run(
        words,
        cwd=ROOT,
        env=os.environ | system.environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise OSError(done.stderr[-900:])
    return done.stdout


@contextmanager
def _serving(kind: Kind, bench: Bench) -> Iterator[Running]:
    port = lanes.free_port()
    command = kind.command(port, bench.workers)
    with running(command, kind.system.environment, port, bench.folder) as server:
        yield server


def _buy(server: Running, bench: Bench, buyers: int, seconds: float) -> dict:
    """What the client says, and who used the processor meanwhile."""
    meter = Meter(server, bench.beside)
    words = [sys.executable, "-m", "tests.benchmarks.sale.buyers"]
    done = subprocess.run(
        [*words, str(bench.file), str(server.port), str(buyers), str(seconds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120 + seconds,
    )
    if done.returncode:
        raise OSError(done.stderr[-900:] + server.last_words())
    told = json.loads(done.stdout)
    spent = meter.read(told["client_cores"] * told["seconds"])
    shares = {
        f"{who}_cores": spent[who] / spent["seconds"] for who in ("server", "beside", "others")
    }
    return told | shares
