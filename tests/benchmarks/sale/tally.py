"""How long orders, refusals and errors took. Plain Python: both systems' processes use it."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """Seconds of each answer."""

    placed: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)

    def told(self, seconds: float) -> dict:
        """{"orders", "refused", "errors", "seconds", "rate", "p50", "p99", "last"}; times in ms."""
        times = sorted([*self.placed, *self.refused, *self.errors])
        return {
            "orders": len(self.placed),
            "refused": len(self.refused),
            "errors": len(self.errors),
            "seconds": seconds,
            "rate": len(self.placed) / seconds,
            "p50": _quantile(times, 0.5) * 1000,
            "p99": _quantile(times, 0.99) * 1000,
            "last": max(times, default=0) * 1000,
        }


def _quantile(times: list[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0
