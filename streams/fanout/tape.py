"""The newest facts of a room in memory: each is encoded once, whoever lacks some gets them."""

import json
from collections import deque

from livecommerce.wire import Frame, dumps
from streams import log

HIDING = ("chat.hidden", "question.hidden", "chat.refused")  # they name whose words are withheld


class Tape:
    """The facts after number `before` up to number `last`, in order and without a gap.

    log.CATCH_UP_LIMIT are kept.
    """

    def __init__(self, last: int, facts: list[dict]):
        self.last = self.before = last - len(facts)
        self._facts: deque[tuple[str, str]] = deque(maxlen=log.CATCH_UP_LIMIT)  # public, staff's
        self._frames: dict[tuple[int, bool], Frame] = {}
        self._early: dict[int, dict] = {}  # facts that overtook others
        self.take(facts)

    def take(self, facts: list[dict]) -> list[dict]:
        """Facts as they come, doubled or turned around; those that are next are returned."""
        self._early |= {fact["seq"]: fact for fact in facts if fact["seq"] > self.last}
        taken = []
        while fact := self._early.pop(self.last + 1, None):
            self.last = fact["seq"]
            self._facts.append(_encoded(fact))
            taken.append(fact)
        if taken:
            self.before = self.last - len(self._facts)
            self._frames.clear()
        if hidden := {fact["data"]["seq"] for fact in taken if fact["type"] in HIDING}:
            self._withhold(hidden)
        return taken

    def misses_some(self) -> bool:
        return bool(self._early)

    def reaches(self, seq: int) -> bool:
        """Whether every fact after number `seq` is here."""
        return self.before <= seq <= self.last

    def frame(self, after: int, *, for_staff: bool) -> Frame:
        """The facts after a number that the tape reaches."""
        key = (after, for_staff)
        if key not in self._frames:
            missing = range(len(self._facts) - (self.last - after), len(self._facts))
            facts = [self._facts[place][for_staff] for place in missing]
            self._frames[key] = Frame('{"type":"room.facts","facts":[' + ",".join(facts) + "]}")
        return self._frames[key]

    def _withhold(self, hidden: set[int]) -> None:
        for place, (_, full) in enumerate(self._facts):
            fact = json.loads(full)
            if (less := log.without(fact, hidden)) is not fact:
                self._facts[place] = _encoded(less)


def _encoded(fact: dict) -> tuple[str, str]:
    full, public = dumps(fact), log.public(fact)
    return (full if public is fact else dumps(public), full)
