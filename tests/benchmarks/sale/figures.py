"""One measurement of the sale, as a JSON line and as a sentence; and the ratios of two."""

from collections.abc import Iterator
from dataclasses import dataclass

HTTP, INSIDE, LIMIT, RUSH, COUNT = "over HTTP", "in process", "limit", "at once", "statements"
CROWDED = 0.85  # of a core: above it the client may be what was measured
RIVAL = "django-oscar"


@dataclass(frozen=True)
class Figure:
    way: str
    name: str
    items: int
    buyers: int
    told: dict

    def as_dict(self) -> dict:
        told = {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in self.told.items()
        }
        where = {"way": self.way, "name": self.name, "items": self.items, "buyers": self.buyers}
        return where | told

    def __str__(self) -> str:
        told, where = self.told, f"{self.name}, {self.way}"
        if self.way == COUNT:
            return f"{self.name}: {told['statements']} SQL statements an order"
        if self.way == RUSH:
            return (
                f"{where}, {told['engine']}: {self.buyers} buyers on {told['units']} units: "
                f"{told['orders']} orders, {told['promised']} units promised, "
                f"{told['refused']} refused, {told['errors']} errors, "
                f"last answer after {told['last'] / 1000:.2f} s"
            )
        sentence = (
            f"{where}, {goods(self.items)}, {self.buyers} buyers: {told['rate']:,.0f} orders/s, "
            f"p50 {told['p50']:.0f} ms, p99 {told['p99']:.0f} ms"
        )
        if told["errors"]:
            sentence += f", {told['errors']} errors"
        if told.get("client_cores", 0) > CROWDED:
            sentence += f"; the client used {told['client_cores']:.2f} of a core and may be it"
        return sentence


def goods(items: int) -> str:
    return "hot item" if items == 1 else f"{items} items"


def ratios(found: list[Figure]) -> Iterator[tuple[Figure, str, float, float | None]]:
    """(ours, the other's name, orders/s as a multiple, p99 as a multiple)."""
    table = {(one.way, one.name, one.items, one.buyers): one for one in found}
    for one in found:
        if one.way not in (HTTP, INSIDE) or not one.name.startswith("ours"):
            continue
        other = f"{RIVAL}, daphne" if one.name.endswith("daphne") else RIVAL
        if rival := table.get((one.way, other, one.items, one.buyers)):
            yield one, other, *_over(one, rival)
        if one.name == "ours":
            for (way, name, items, buyers), limit in table.items():
                if way == LIMIT and (items, buyers) == (one.items, one.buyers):
                    yield one, name, *_over(one, limit)


def _over(one: Figure, other: Figure) -> tuple[float, float | None]:
    rates = one.told["rate"] / other.told["rate"] if other.told["rate"] else 0
    return rates, one.told["p99"] / other.told["p99"] if other.told["p99"] else None
