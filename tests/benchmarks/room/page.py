"""The page of one run: what was measured, on what kind of machine, by which command."""

import os
import platform
import statistics
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from tests.benchmarks.room import figures
from tests.benchmarks.room.figures import Figure

PLACE = "docs/room-benchmark.md"
PROGRAMS = ("channels", "daphne", "uvicorn", "uvloop", "granian", "websockets")
HOW = """
How it is measured:

- **The crowd** is one process of its own that opens sockets as our own pages do (`Origin`, and for
  ours the cookie of a visitor), reads them and counts bytes. Every text carries one byte that
  appears nowhere else; counting it counts deliveries, however many travel in one frame. Fifty
  sockets are read frame by frame: from them come the delays, and how many facts a frame holds.
- **The texts** have 90 bytes and come through the front door of every server: one websocket that
  talks. Into ours it is a moderator of the shop (`chat.say`), through a room's own socket that is
  only freed of the pace of one person (tests/benchmarks/room/door.py): each text is numbered and
  written to the database before anyone hears it. The others keep nothing.
- **Joined** means for ours that the snapshot, with 50 messages in it, has arrived whole; for the
  others that the handshake was answered. Into ours everyone comes a second time, each with a
  session of their own: that costs more, and memory is weighed then.
- **Steady** is {rate} messages a second; the delay is from just before a text is sent until the
  crowd has read it. **Flat out** keeps {window} texts under way, and {ours} where they are gathered
  (ours); Channels' layers lose messages beyond 100.
- **Processor** is that of the server and all its processes; what Redis and PostgreSQL used stands
  beside it. **Memory** is the growth from no viewer to all of them, idle, shared pages by share.
- **The tutorial** is the chat of the Channels tutorial, without sessions, cookies or a log.
- **bare** is a loop of socket writes without a websocket library, told what to send already
  gathered by 1, 8 and 64: it shows what the crowd itself takes.
- **Those who never read** are {deaf} sockets among the others, while {fast} texts of {long} bytes
  a second are said.

The crowd, the server and everything else share the machine; *others* is the most of it, in cores,
that anything else took during one of the phases of a row. Read ratios of one run and of rows that
were left alone, not figures of two.
"""


def write(place: Path, found: list[Figure], *, command: str, seconds: float, said: dict) -> None:
    cores, memory = os.cpu_count(), round(psutil.virtual_memory().total / 2**30)
    lines = [
        "# The room, measured",
        "",
        f'    make bench-room ROOM="{command}"',
        "",
        f"One run, {date.today():%-d %B %Y}: {cores} cores ({platform.machine()}), {memory} GiB, "
        f"Python {platform.python_version()}, {', '.join(_programs())}; "
        f"{seconds:g} seconds for each phase. While it ran, what else the machine did took "
        f"{_others(found):.2f} cores on average.",
    ]
    for viewers in sorted({one.viewers for one in found}):
        lines += ["", f"## {viewers:,} viewers in one room", ""]
        lines += _servers([one for one in found if one.viewers == viewers])
    place.write_text("\n".join([*lines, HOW.format(**said)]))


def _servers(found: list[Figure]) -> Iterator[str]:
    """Tables of one size: the servers, the ratios, those who never read, the crowd itself."""
    table: dict[str, dict[str, Figure]] = {}
    for one in found:
        table.setdefault(one.server, {})[one.what] = one
    flat = {name: row for name, row in table.items() if figures.SATURATED in row}
    compared = {name: row for name, row in flat.items() if " / " in name}
    yield (
        "| server | joins/s | signed in | KB a viewer | CPU s per 100,000 | + beside | median ms "
        "| p99 ms | deliveries/s | facts a frame | messages/s | cores: server | crowd | others |"
    )
    yield "|---" * 14 + "|"
    for name, row in flat.items():
        if name not in compared:
            yield _server(name, row)
    for name, row in table.items():
        if failed := row.get("a phase that failed"):
            yield f"\n{name} broke off: {failed.details['problem']}"
    if compared:
        yield "\n| ratio | deliveries/s | CPU per 100,000 | p99 | memory |"
        yield "|---" * 5 + "|"
        for name, row in compared.items():
            yield f"| {name} | " + " | ".join(_value(row.get(w)) for w in figures.COMPARED) + " |"
    if slow := [one for one in found if one.what == figures.READERS]:
        yield "\n| those who never read | closed after s | memory grew MB | p99 of the others ms |"
        yield "|---" * 4 + "|"
        for one in slow:
            closed = one.details.get("problem") or _value(one)
            grew, late = one.details["growth_mb"], one.details["others_p99_ms"]
            yield f"| {one.server} | {closed} | {grew} | {late} |"
    if crowd := [one for one in found if one.what == figures.CEILING]:
        yield "\n| the crowd itself, texts gathered by | deliveries/s | cores: crowd |"
        yield "|---" * 3 + "|"
        for one in crowd:
            cores = one.details["crowd_cores"]
            yield f"| {one.details['gathered']} | {_value(one)} | {cores:.2f} |"


def _server(name: str, row: dict[str, Figure]) -> str:
    flat = row[figures.SATURATED].details
    cells = [
        name,
        _value(row.get(figures.JOINS)),
        _value(row.get(figures.SIGNED_IN)),
        _value(row.get(figures.MEMORY)),
        _value(row.get(figures.CPU)),
        f"{row[figures.CPU].details['beside']:g}",
        _value(row.get(figures.MEDIAN)),
        _value(row.get(figures.P99)),
        _value(row.get(figures.SATURATED)),
        f"{flat['facts_in_a_frame']:g}",
        f"{flat['messages']:g}",
        f"{flat['server_cores']:.2f}",
        f"{flat['crowd_cores']:.2f}{' !' if flat['crowd_cores'] > figures.CROWDED else ''}",
        f"{max(_shares_of_others(row.values()), default=0):.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _value(one: Figure | None) -> str:
    if one is None or one.value is None:
        return "–"
    return f"{one.value:,.0f}" if one.value >= 1000 else f"{one.value:g}"


def _others(found: list[Figure]) -> float:
    return statistics.mean(_shares_of_others(found) or [0])


def _shares_of_others(found: Iterable[Figure]) -> list[float]:
    return [one.details["others_cores"] for one in found if "others_cores" in one.details]


def _programs() -> Iterator[str]:
    for name in PROGRAMS:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            continue
