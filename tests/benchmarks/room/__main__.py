"""`make bench-room`: one room's fan-out, ours beside the naive way and beside the limits.

python -m tests.benchmarks.room [--full] [--viewers N …] [--only WORD …] [--seconds S] [--write]
"""

import argparse
import json
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import lanes
from tests.benchmarks.room import figures, measure, page, processes, servers
from tests.benchmarks.room.crowd import Crowd
from tests.benchmarks.room.figures import Figure
from tests.benchmarks.room.processes import ROOT

SIZES, FULL = (500, 2000), (500, 2000, 10_000)
LANES = ("laptop", "grown")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.room")
    parser.add_argument("--viewers", type=int, nargs="+", help="sizes of the room")
    parser.add_argument("--full", action="store_true", help="10,000 viewers as well")
    parser.add_argument("--only", nargs="+", default=[], help="servers whose name has a word")
    parser.add_argument("--seconds", type=float, default=10, help="of each phase")
    parser.add_argument("--no-readers", action="store_true", help="leave the reader test out")
    parser.add_argument("--write", action="store_true", help=f"write {page.PLACE}")
    return parser.parse_args()


def main(options: argparse.Namespace) -> int:
    wanted = options.viewers or (FULL if options.full else SIZES)
    kinds = [
        kind
        for kind in servers.kinds()
        if not options.only or any(word in str(kind) for word in options.only)
    ]
    found: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-room-") as folder:
        Path(folder).chmod(0o755)
        for name in LANES:
            if some := [kind for kind in kinds if kind.lane == name]:
                for figure in _in_lane(name, some, wanted, options, Path(folder)):
                    found.append(_tell(figure))
    for viewers in wanted:
        found += [_tell(ratio) for ratio in figures.ratios(found, viewers)]
    if options.write:
        page.write(
            ROOT / page.PLACE,
            found,
            command=shlex.join(sys.argv[1:]),
            seconds=options.seconds,
            said={
                "rate": measure.RATE,
                "window": measure.WINDOW,
                "ours": measure.OUR_WINDOW,
                "deaf": measure.DEAF,
                "fast": measure.FAST,
                "long": measure.LONG,
            },
        )
    return 0


def _in_lane(name, kinds, sizes, options, folder: Path) -> Iterator[Figure]:
    with lanes.lane(name) as lane:
        environment = lane | {
            "VAR_DIR": str(folder / name),
            "SECRET_KEY": "bench-only",
            "STATICFILES_HASHED": "false",
        }
        if any(kind.is_ours for kind in kinds):
            processes.python(environment, "manage.py", "migrate", "-v0")
        beside = processes.Beside(lane)
        for viewers in sizes:
            for kind in kinds:
                yield from _one(kind, viewers, environment, beside, options, folder)
            if bare := [kind for kind in kinds if kind.what == "bare"]:
                yield from _crowd_itself(bare[0], viewers, environment, beside, options, folder)


def _one(kind, viewers, environment, beside, options, folder) -> Iterator[Figure]:
    """All phases on one fresh server, and the reader test on another."""
    runs = [measure.everything]
    if kind.is_ours and viewers > 2 * measure.DEAF and not options.no_readers:
        runs.append(lambda room: iter([measure.readers(room)]))
    for run in runs:
        try:
            yield from _with_room(run, kind, viewers, environment, beside, options, folder)
        except (OSError, EOFError) as error:  # one that breaks leaves the others their turn
            problem = {"problem": str(error)[-300:]}
            yield Figure(str(kind), viewers, "a phase that failed", None, "", problem)


def _crowd_itself(kind, viewers, environment, beside, options, folder) -> Iterator[Figure]:
    for together in (1, 8, 64):
        yield from _with_room(
            lambda room, together=together: iter([measure.ceiling(room, together)]),
            *(kind, viewers, environment, beside, options, folder),
        )


def _with_room(run, kind, viewers, environment, beside, options, folder) -> Iterator[Figure]:
    port = lanes.free_port()
    slug = f"bench-{port}"
    environment = environment | {"SITE_URL": f"http://127.0.0.1:{port}"}
    path = talk = "/room/bench/"
    rows = {"speaker": "", "signed_in": [], "viewers": [""] * viewers}
    if kind.is_ours:
        made = processes.python(
            environment, "-m", "tests.benchmarks.room.prepare", slug, str(viewers)
        )
        rows = json.loads(made.splitlines()[-1])
        path, talk = f"/ws/live/{slug}/", f"/ws/talk/{slug}/"
    command = kind.command(port, folder)
    with processes.running(command, environment, port, folder) as server, Crowd() as crowd:
        yield from run(
            measure.Room(
                kind=kind,
                server=server,
                crowd=crowd,
                host=f"127.0.0.1:{port}",
                path=path,
                talk=talk,
                speaker=rows["speaker"],
                signed_in=rows["signed_in"],
                cookies=rows["viewers"],
                beside=beside,
                seconds=options.seconds,
            )
        )


def _tell(figure: Figure) -> Figure:
    print(json.dumps(figure.as_dict()), flush=True)
    print(f"  {figure}", flush=True)
    return figure


if __name__ == "__main__":
    # A signal unwinds what is open, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(arguments()))
