"""The bytes of a live show that this process holds: inits, parts and segments.

Parts are slices of their segment once it is closed. A segment is forgotten when storage has it
and `KEPT` others came after it; until it is stored it stays, whatever its age.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import accumulate

KEPT = 6  # segments whose bytes stay in memory, stored or not
INITS = 100  # takes


@dataclass(slots=True)
class _Held:
    path: str
    data: bytes
    ends: list[int] = field(default_factory=list)  # 0, and where each part ends
    is_stored: bool = False


class Shelf:
    def __init__(self):
        self.unstored = 0  # bytes
        self._inits: OrderedDict[str, bytes] = OrderedDict()
        self._open: dict[tuple[str, int], list[bytes]] = {}
        self._held: OrderedDict[tuple[str, int], _Held] = OrderedDict()  # by take and number
        self._keys: dict[str, tuple[str, int]] = {}

    def put_init(self, path: str, data: bytes) -> None:
        self._inits[path] = data
        if len(self._inits) > INITS:
            self._inits.popitem(last=False)

    def put_part(self, take_key: str, number: int, data: bytes) -> None:
        self._open.setdefault((take_key, number), []).append(data)

    def put_segment(self, take_key: str, number: int, path: str, data: bytes) -> None:
        parts = self._open.pop((take_key, number), [])
        ends = list(accumulate(map(len, parts), initial=0))
        self._held[take_key, number] = _Held(path, data, ends)
        self._keys[path] = (take_key, number)
        self.unstored += len(data)
        self._forget()

    def taken(self, take_key: str, number: int) -> bytes:
        """What an open segment has become so far."""
        return b"".join(self._open.get((take_key, number), []))

    def stored(self, path: str) -> None:
        held = self._held.get(self._keys.get(path))
        if held and not held.is_stored:
            held.is_stored = True
            self.unstored -= len(held.data)
            self._forget()

    def part(self, take_key: str, number: int, index: int) -> bytes | None:
        if parts := self._open.get((take_key, number)):
            return parts[index] if index < len(parts) else None
        held = self._held.get((take_key, number))
        if held is None or index + 1 >= len(held.ends):
            return None
        return held.data[held.ends[index] : held.ends[index + 1]]

    def segment(self, path: str) -> bytes | None:
        held = self._held.get(self._keys.get(path))
        return held.data if held else None

    def init(self, path: str) -> bytes | None:
        return self._inits.get(path)

    def _forget(self) -> None:
        old = list(self._held)[:-KEPT]
        for key in old:
            if self._held[key].is_stored:
                del self._keys[self._held.pop(key).path]
            else:
                self._held[key].ends = []  # its parts are not asked for any more
