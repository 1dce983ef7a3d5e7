"""Viewers of one origin process, alone and behind nginx as it is shipped (see viewers.py)."""

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from tests import nginx
from tests.benchmarks.picture import figures, viewers
from tests.benchmarks.picture.figures import Figure

KILOBITS = 2500
SHIPPED = "as shipped"
NAMES = {
    "delay_ms_p95": "p95",
    "origin_cores": "origin cores",
    "nginx_cores": "nginx cores",
    "crowd_cores": "crowd cores",
    "megabits": "Mbit/s",
    "errors": "errors",
}


def measure(folder: Path, count: int, seconds: float) -> Iterator[Figure]:
    options = Namespace(viewers=count, seconds=seconds, kilobits=KILOBITS)
    own = folder / "origin"
    own.mkdir(mode=0o755)
    with viewers.origin(own, kilobits=KILOBITS) as server:
        viewers.warm(server.port)
        yield _figure("alone", viewers.measure("alone", server, [server], options))
        if nginx.program():
            hls = viewers.WAYS[SHIPPED]
            with viewers.behind(SHIPPED, hls, server.port, own) as door:
                found = viewers.measure(SHIPPED, door, [server, door], options)
            yield _figure("behind nginx as shipped", found)


def _figure(way: str, found: dict) -> Figure:
    told = {name: found.get(key, 0) for key, name in NAMES.items()}
    way = f"{found['viewers']}, {way}: a part's delay"
    return Figure(figures.VIEWERS, way, found["delay_ms_median"], "ms", None, told)
