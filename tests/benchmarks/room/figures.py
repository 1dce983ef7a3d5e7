"""One figure of the room benchmark, as a JSON line and as a sentence; and their ratios."""

from collections.abc import Iterator
from dataclasses import dataclass, field

CROWDED = 0.85  # of a core: above it the crowd may be what was measured
JOINS, SIGNED_IN, MEMORY = "joins", "joins of the signed-in", "memory of an idle viewer"
SATURATED = "deliveries, flat out"
MEDIAN, P99 = "delay at a steady rate, median", "delay at a steady rate, p99"
CPU = "processor per 100,000 deliveries at a steady rate"
READERS = "closing those who never read"
CEILING = "deliveries, flat out, into the crowd itself"
COMPARED = (SATURATED, CPU, P99, MEMORY)


@dataclass(frozen=True)
class Figure:
    server: str
    viewers: int
    what: str
    value: float | None
    unit: str
    details: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        found = {"server": self.server, "viewers": self.viewers, "what": self.what}
        return found | {"value": self.value, "unit": self.unit} | self.details

    def __str__(self) -> str:
        value = "nothing to tell" if self.value is None else f"{self.value:,.4g} {self.unit}"
        if self.value is not None and self.value >= 10_000:
            value = f"{self.value:,.0f} {self.unit}"
        sentence = f"{self.server}, {self.viewers:,} viewers, {self.what}: {value}"
        if self.details.get("crowd_cores", 0) > CROWDED:
            sentence += (
                f"; the crowd used {self.details['crowd_cores']:.2f} of a core and may be it"
            )
        if problem := self.details.get("problem"):
            sentence += f" ({problem})"
        return sentence


def ratios(figures: list[Figure], viewers: int) -> Iterator[Figure]:
    """Ours beside the naive way over the same layer, and beside the limits."""
    found = {(one.server, one.what): one.value for one in figures if one.viewers == viewers}
    for name in dict.fromkeys(one.server for one in figures if one.server.startswith("ours")):
        layer = name.rpartition(", ")[2]
        for other in (f"tutorial, daphne, {layer}", "nchan", "websockets"):
            for what in COMPARED:
                mine, theirs = found.get((name, what)), found.get((other, what))
                if mine and theirs:
                    yield Figure(f"{name} / {other}", viewers, what, _rounded(mine / theirs), "×")


def _rounded(value: float) -> float:
    return round(value, 3 if value < 10 else 1)
