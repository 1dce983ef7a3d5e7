"""The page of one run: what was measured, on what kind of machine, by which command."""

import os
import platform
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.benchmarks.picture import delay, figures, load
from tests.benchmarks.picture.figures import Figure

PLACE = "docs/picture-benchmark.md"
TITLES = {
    figures.GLASS: "Glass to glass",
    figures.FIRST: "First frame after the page is asked for",
    figures.PINS: "Pins against their frames",
    figures.REPLAYED: "End until the replay plays",
    figures.PROCESSOR: "Processor of one show, all of our processes, without viewers",
    figures.VIEWERS: "Viewers of one origin process",
    figures.MADE: "What is made after the show",
}
HOW = """
How it is measured:

- **Glass to glass**: each frame carries the moment it was taken, in black and white squares; the
  page paints every frame that it shows and reads them (`requestVideoFrameCallback`). Camera,
  display and network would come on top. {settle} seconds are given to the player first; then every
  frame counts. One way after the other, each with the machine to itself.
- **Browser host**: what a browser's recorder sends (H.264, Opus, Matroska), through the studio's
  socket. **OBS-like host**: ffmpeg with x264 "veryfast", which looks ahead, a key frame each
  2 seconds, over RTMP; how long it looks ahead is in the delay. Set up as the studio page says
  (`tune=zerolatency`) it does not. All 640 × 360, 25 frames a second,
  silent sound, a picture that is easy to encode.
- **Plain**: the player's steadier picture. It believes that the picture stood still three times,
  and gives low latency up by itself; that it fetches no parts any more stands beside the delay.
- **The common way**: the OBS-like host's encoder with ffmpeg's own HLS muxer, segments of
  2 seconds, in one process (no hop between them, which favours it), files served by nginx, hls.js
  with its defaults.
- **First frame**: a page with nothing in its cache, from asking for it to the first frame painted.
  Ours is the whole show page; that of the common way holds a video and nothing else.
- **Pins**: ms between the host's tap (the request to the API) and the moment at which the frame was
  taken that is on screen when the card is drawn. p95 is of the error without its sign. The replay
  is looked at in steps of 100 ms.
- **End until the replay plays**: from the host's tap to a frame of the beginning, for one who
  watches to the end (up to a second of it is what was left to play), and, for one who opens the
  page then, from asking for the page.
- **Processor**: a film of 720 × 1280, 30 frames a second, with sound that is encoded; what the
  house uses with nobody on air is taken off.
- **Viewers**: each asks for playlists by blocking reload and fetches every part, {kilobits} kbit/s;
  the delay is from the moment the origin has a part until a viewer has all of it. They share the
  machine with the servers: their own cores stand beside it.
- **After the show**: a film of 1080 × 1920; CPU seconds of ffmpeg and of ours for each second.

Everything shares one machine. Read ratios of one run, not figures of two.
"""


def write(
    place: Path, found: list[Figure], command: str, options: Namespace, others: float
) -> None:
    cores, memory = os.cpu_count(), round(psutil.virtual_memory().total / 2**30)
    lines = [
        "# The picture, measured",
        "",
        f'    make bench-picture PICTURE="{command}"',
        "",
        f"One run, {date.today():%-d %B %Y}: {cores} cores ({platform.machine()}), {memory} GiB, "
        f"Python {platform.python_version()}, django {version('django')}, "
        f"daphne {version('daphne')}; {options.seconds:g} seconds for each measurement. While it "
        f"ran, what else the machine did took {others:.2f} cores on average.",
        *_ratios(found),
        *(line for what in TITLES for line in _table(what, found)),
        *(f"\nNot measured: {one.way}." for one in found if one.what == figures.FAILED),
    ]
    said = HOW.format(settle=delay.SETTLE, kilobits=load.KILOBITS)
    place.write_text("\n".join([*lines, said]))


def _ratios(found: list[Figure]) -> Iterator[str]:
    rows = [f"| {what} | {way} | {ratio:.1f} |" for what, way, ratio in figures.ratios(found)]
    if rows:
        yield f"\n## Ratios\n\n| | | {figures.COMMON} takes × |\n|---|---|---|"
        yield from rows


def _table(what: str, found: list[Figure]) -> Iterator[str]:
    some = [one for one in found if one.what == what]
    if not some:
        return
    beside = list(dict.fromkeys(name for one in some for name in one.told))
    has_aim = any(one.aim is not None for one in some)
    value = "median" if "p95" in beside else ""
    head = ["", f"{value} {some[0].unit}".strip(), *(["aim"] if has_aim else []), *beside]
    yield f"\n## {TITLES[what]}\n"
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for one in some:
        aim = [] if not has_aim else ["–" if one.aim is None else f"≤ {one.aim:g}"]
        cells = [
            one.way,
            f"{one.value:g}",
            *aim,
            *(str(one.told.get(name, "–")) for name in beside),
        ]
        yield f"| {' | '.join(cells)} |"
