"""Faults on demand: what goes wrong next, and how often."""

import threading

from .refusals import bad_parameter

ON = (
    "customer",
    "session",
    "setup",
    "create",
    "retrieve",
    "confirm",
    "capture",
    "cancel",
    "refund",
    "list",
    "webhook",
)
# When a fault strikes: as the call arrives, around the work, or as the answer leaves.
ARRIVING = ("429", "409", "drop_before")
WORKING = ("500_before", "500_after", "slow")
LEAVING = ("drop_after", "slow_after")
POSTING = ("double", "reorder", "silent", "late", "forged", "old")


class Faults:
    """A list of things to go wrong; each strikes `times` times and is gone."""

    def __init__(self):
        self._lock = threading.Lock()
        self._waiting: list[dict] = []

    def add(self, wanted: dict) -> dict:
        """{"on", "kind", "times": 1, "seconds": 3} → the fault as it waits."""
        fault = {"times": 1, "seconds": 3, **wanted}
        if set(fault) != {"on", "kind", "times", "seconds"} or fault["on"] not in ON:
            raise bad_parameter(f"on is one of {', '.join(ON)}.", "on")
        kinds = POSTING if fault["on"] == "webhook" else (*ARRIVING, *WORKING, *LEAVING)
        if fault["kind"] not in kinds:
            raise bad_parameter(f"kind is one of {', '.join(kinds)}.", "kind")
        if type(fault["times"]) is not int or not 1 <= fault["times"] <= 10_000:
            raise bad_parameter("times is an integer from 1 to 10000.", "times")
        if type(fault["seconds"]) not in (int, float) or not 0 <= fault["seconds"] <= 60:
            raise bad_parameter("seconds is a number from 0 to 60.", "seconds")
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, on: str, kinds: tuple[str, ...]) -> dict:
        """The next fault of these kinds, used up by one; {"kind": ""} when there is none."""
        with self._lock:
            for fault in self._waiting:
                if fault["on"] == on and fault["kind"] in kinds:
                    fault["times"] -= 1
                    if not fault["times"]:
                        self._waiting.remove(fault)
                    return dict(fault)
        return {"kind": ""}

    def waiting(self) -> list[dict]:
        with self._lock:
            return [dict(fault) for fault in self._waiting]

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
