"""The phases of a measurement: join, be idle, hear a steady rate, hear all a server can say."""

import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.benchmarks.room import figures
from tests.benchmarks.room.crowd import Crowd
from tests.benchmarks.room.feeder import Feeder
from tests.benchmarks.room.figures import Figure
from tests.benchmarks.room.meter import Meter
from tests.benchmarks.room.processes import Beside, Running
from tests.benchmarks.room.servers import Kind

RATE = 10  # messages a second
WINDOW, OUR_WINDOW = 64, 256  # messages under way, flat out
SAMPLED = 50  # sockets that are read frame by frame
QUIET = 3  # seconds before memory is read
GUESTS = 20  # sockets that warm a server up
DEAF, FAST, LONG, MOST = 50, 100, 290, 90  # sockets, messages a second, bytes, seconds


@dataclass
class Room:
    """A server that runs, the crowd, and how to come in."""

    kind: Kind
    server: Running
    crowd: Crowd
    host: str
    path: str
    talk: str
    speaker: str
    signed_in: list[str]
    cookies: list[str]
    beside: Beside
    seconds: float

    @property
    def viewers(self) -> int:
        return len(self.cookies)

    @property
    def window(self) -> int:
        return OUR_WINDOW if self.kind.is_ours else WINDOW

    def feeder(self) -> Feeder:
        return Feeder(self.host, self.talk, self.kind.wrap, cookie=self.speaker)

    def join(self, cookies: list[str], *, deaf: bool = False) -> dict:
        return self.crowd.join(
            self.host,
            self.path,
            cookies,
            first_frame=self.kind.is_ours,
            deaf=deaf,
            sample_every=max(1, self.viewers // SAMPLED),
            patience=60 + self.viewers / 50,
        )

    def figure(self, what: str, value: float | None, unit: str, **details) -> Figure:
        return Figure(str(self.kind), self.viewers, what, _short(value), unit, details)


def everything(room: Room) -> Iterator[Figure]:
    """All figures of one server at one size, in the order in which a room fills and talks."""
    with room.feeder():
        room.join(room.cookies[:GUESTS])
        room.crowd.leave()
    time.sleep(QUIET)
    yield from _coming_in(room)
    with room.feeder() as feeder:  # not before: it answers pings only while it talks
        yield from _steady(room, feeder)
        room.crowd.settle(5)
        feeder.flat_out(2, window=room.window)
        yield _delivered(room, feeder, figures.SATURATED, window=room.window)


def _coming_in(room: Room) -> Iterator[Figure]:
    """Into ours they come twice: signed in, which costs more and is weighed, then as visitors."""
    empty, size = room.server.memory(), 0
    if room.signed_in:
        joined = _joined(room, figures.SIGNED_IN, room.signed_in)
        yield joined
        if joined.value:
            size = _grown(room, empty)
        room.crowd.leave()
        time.sleep(QUIET)
    joined = _joined(room, figures.JOINS, room.cookies)
    yield joined
    if not joined.value:
        raise OSError("a room that is not full is not measured")
    each = (size or _grown(room, empty)) / room.viewers / 1024
    yield room.figure(figures.MEMORY, each, "KB", empty_mb=round(empty / 2**20))


def _joined(room: Room, what: str, cookies: list[str]) -> Figure:
    meter = Meter(room.server, room.beside)
    room.crowd.count()
    told = room.join(cookies)
    details = _shares(meter.read(room.crowd.count()["cpu"]))
    if told["failed"]:
        problem = f"{told['failed']} of {len(cookies)} did not come in: {told['why']}"
        return room.figure(what, None, "joins/s", problem=problem, **details)
    details["took_p99_ms"] = round(_quantile(told["took"], 0.99) * 1000)
    return room.figure(what, len(cookies) / told["seconds"], "joins/s", **details)


def _grown(room: Room, empty: float) -> float:
    time.sleep(QUIET)
    return room.server.memory() - empty


def _steady(room: Room, feeder: Feeder) -> Iterator[Figure]:
    room.crowd.count()
    meter = Meter(room.server, room.beside)
    said = feeder.at_rate(RATE, room.seconds)
    time.sleep(0.5)  # for the last of them to arrive
    heard = room.crowd.count()
    spent = meter.read(heard["cpu"])
    _refuse(feeder)
    wanted = said * heard["open"]
    details = {"rate": RATE, "delivered": round(heard["facts"] / wanted, 3)} | _shares(spent)
    if heard["lost"]:
        details["problem"] = f"{heard['lost']} sockets were closed"
    for what, share in {figures.MEDIAN: 0.5, figures.P99: 0.99}.items():
        delay = _quantile(heard["delays"], share) / 1000 if heard["delays"] else None
        yield room.figure(what, delay, "ms", **details, sampled=len(heard["delays"]))
    each = spent["server"] / heard["facts"] * 100_000 if heard["facts"] else None
    beside = spent["beside"] / heard["facts"] * 100_000 if heard["facts"] else 0
    yield room.figure(figures.CPU, each, "s", **details, beside=_short(beside))


def ceiling(room: Room, together: int) -> Figure:
    """What the crowd takes when texts come gathered as ours gathers them, from a bare loop."""
    room.join(room.cookies)
    with room.feeder() as feeder:
        window = max(room.window, 8 * together)
        feeder.flat_out(1, window=window, together=together)
        return _delivered(room, feeder, figures.CEILING, window=window, together=together)


def _delivered(room: Room, feeder: Feeder, what: str, *, window: int, together: int = 1) -> Figure:
    room.crowd.count()
    meter = Meter(room.server, room.beside)
    said = feeder.flat_out(room.seconds, window=window, together=together)
    heard = room.crowd.count()
    _refuse(feeder)
    shares = _shares(meter.read(heard["cpu"]))
    gathered = heard["sampled_facts"] / heard["sampled_frames"] if heard["sampled_frames"] else 0
    problem = {"problem": f"{heard['lost']} sockets were closed"} if heard["lost"] else {}
    per_second = heard["facts"] / heard["seconds"]
    return room.figure(
        what,
        per_second,
        "deliveries/s",
        messages=round(said / room.seconds, 1),
        facts_in_a_frame=round(gathered, 2),
        frames=round(per_second / (gathered or 1)),
        reads=round(heard["reads"] / heard["seconds"]),
        megabytes=round(heard["octets"] / heard["seconds"] / 1e6, 1),
        window=window,
        gathered=together,
        **shares,
        **problem,
    )


def readers(room: Room) -> Figure:
    """What those who never read cost: until they are closed, in memory, and the others in time."""
    room.join(room.cookies[DEAF:])
    room.join(room.cookies[:DEAF], deaf=True)
    time.sleep(QUIET)
    with room.feeder() as feeder:
        everyone, memory = room.server.sockets(), room.server.memory()
        peak, closed, began = memory, None, time.monotonic()
        room.crowd.count()
        while time.monotonic() - began < MOST:
            feeder.at_rate(FAST, 1, size=LONG)
            peak = max(peak, room.server.memory())
            if room.server.sockets() <= everyone - DEAF:
                closed = time.monotonic() - began
                break
        still_open = DEAF - (everyone - room.server.sockets())
        heard = room.crowd.count()
        _refuse(feeder)
    details = {
        "never_read": DEAF,
        "rate": FAST,
        "bytes": LONG,
        "still_open": still_open,
        "growth_mb": round((peak - memory) / 2**20, 1),
        "growth_kb_each": round((peak - memory) / 1024 / DEAF),
        "others_p99_ms": round(_quantile(heard["delays"], 0.99) / 1000, 1),
        "others_closed": heard["lost"],
    }
    if closed is None:
        details["problem"] = f"not closed within {MOST} s"
    return room.figure(figures.READERS, closed, "s", **details)


def _shares(spent: dict[str, float]) -> dict[str, float]:
    """Cores used by each, so that a row tells who was the bottleneck."""
    seconds = spent.pop("seconds")
    return {f"{name}_cores": round(used / seconds, 2) for name, used in spent.items()} | {
        "seconds": round(seconds, 1)
    }


def _refuse(feeder: Feeder) -> None:
    if said := feeder.refusals:
        raise OSError(f"{len(said)} texts were refused: {said[0][:200]}")


def _quantile(values: list[float], share: float) -> float:
    if share == 0.5:
        return statistics.median(values)
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, math.ceil(share * len(ranked)) - 1)]


def _short(value: float | None) -> float | None:
    """Three digits are more than such a machine can tell."""
    return value and float(f"{value:.3g}")
