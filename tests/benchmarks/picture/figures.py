"""One figure of the picture benchmark, as a JSON line and as a sentence; and ratios of one run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

GLASS, FIRST, PINS, REPLAYED = (
    "glass to glass",
    "first frame after the page",
    "pin against its frame",
    "End until the replay plays",
)
PROCESSOR, MADE, VIEWERS = (
    "processor of a show",
    "made after the show",
    "viewers of one origin process",
)
FAILED = "a measurement that failed"
COMMON = "the common way"


@dataclass(frozen=True)
class Figure:
    """`value` is the median where there is one; `told` is what stands beside it, by its name."""

    what: str
    way: str
    value: float | None
    unit: str
    aim: float | None = None
    told: dict = field(default_factory=dict)

    def as_dict(self) -> dict:
        found = {"what": self.what, "way": self.way, "value": self.value, "unit": self.unit}
        return found | ({} if self.aim is None else {"aim": self.aim}) | self.told

    def __str__(self) -> str:
        value = "nothing to tell" if self.value is None else f"{self.value:,.4g} {self.unit}"
        beside = ", ".join(f"{name} {said}" for name, said in self.told.items())
        aim = "" if self.aim is None else f"; the aim is {self.aim:g} {self.unit}"
        return f"{self.what}, {self.way}: {value}" + (f" ({beside})" if beside else "") + aim


def spread(found: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    ordered = sorted(found)
    last = len(ordered) - 1
    return ordered[round(last * 0.5)], ordered[round(last * 0.95)]


def ratios(found: list[Figure]) -> Iterator[tuple[str, str, float]]:
    """(what, our way, how many times the common way takes)."""
    for what in (GLASS, FIRST):
        some = {one.way: one.value for one in found if one.what == what and one.value}
        if common := some.pop(COMMON, None):
            yield from ((what, way, common / value) for way, value in some.items())
