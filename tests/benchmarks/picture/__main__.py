"""`make bench-picture`: the picture from lens to phone, ours beside the common way, in one run.

python -m tests.benchmarks.picture [--only WORD …] [--seconds S] [--viewers N] [--write]
"""

import argparse
import json
import shlex
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

from tests.benchmarks.picture import delay, figures, house, load, moments, page, work
from tests.benchmarks.picture.figures import Figure
from tests.benchmarks.picture.others import Others
from tests.benchmarks.room import processes
from tests.browser import FLAGS, chromium

VIEWERS = 200


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.picture")
    parser.add_argument("--only", nargs="+", default=[], help="measurements that have a word")
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement")
    parser.add_argument("--viewers", type=int, default=VIEWERS, help="of one origin process")
    parser.add_argument("--write", action="store_true", help=f"write {page.PLACE}")
    return parser.parse_args()


def main(options: argparse.Namespace) -> int:
    others, found = Others(), []
    with tempfile.TemporaryDirectory(prefix="bench-picture-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx reads in it as a user of its own
        for figure in _all(options, folder):
            print(json.dumps(figure.as_dict()), flush=True)
            print(f"  {figure}", flush=True)
            found.append(figure)
    for what, way, ratio in figures.ratios(found):
        print(f"  {what}: the common way takes {ratio:.1f} × as long as {way}", flush=True)
    cores = others.cores()
    print(f"  Meanwhile what else the machine did took {cores:.2f} cores.", flush=True)
    if options.write:
        page.write(processes.ROOT / page.PLACE, found, shlex.join(sys.argv[1:]), options, cores)
    return any(one.what == figures.FAILED for one in found)


def _all(options: argparse.Namespace, folder: Path) -> Iterator[Figure]:
    seconds = options.seconds
    wanted = partial(_is_wanted, options.only)
    with ExitStack() as stack:
        if wanted(figures.GLASS, figures.FIRST, figures.PINS, figures.PROCESSOR):
            ours = stack.enter_context(house.opened(folder))
        if wanted(figures.PROCESSOR):
            yield from _tried(figures.PROCESSOR, work.on_air, ours, folder, seconds)
        if wanted(figures.GLASS, figures.FIRST, figures.PINS):
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
            stack.callback(browser.close)
        if wanted(figures.GLASS, figures.FIRST):
            yield from _tried(delay.BROWSER, delay.studio, ours, browser, seconds)
            yield from _tried(delay.ENCODER, delay.broadcaster, ours, browser, seconds)
            yield from _tried(figures.COMMON, delay.common_way, folder, browser, seconds)
        for name in moments.HOSTS if wanted(figures.PINS) else ():
            how = f"{figures.PINS}, {name}"
            yield from _tried(how, moments.measure, ours, browser, name, seconds)
    if wanted(figures.VIEWERS):
        yield from _tried(figures.VIEWERS, load.measure, folder, options.viewers, seconds)
    if wanted(figures.MADE):
        yield from _tried(figures.MADE, work.after, folder, seconds)


def _is_wanted(words: list[str], *names: str) -> bool:
    return not words or any(word in name for word in words for name in names)


def _tried(name: str, work: Callable[..., Iterator[Figure]], *how) -> Iterator[Figure]:
    """One that breaks leaves the others their turn."""
    try:
        yield from work(*how)
    except (OSError, BrowserError) as error:
        yield Figure(figures.FAILED, name, None, "", told={"problem": str(error)[-300:]})


if __name__ == "__main__":
    # A signal unwinds what is open, so that no server stays behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(arguments()))
