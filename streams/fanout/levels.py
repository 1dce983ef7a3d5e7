"""The levels of a room as its sockets are told them: viewers, stock, reactions, votes.

Only the newest counts. Who has the version before the newest gets what changed, as a JSON merge
patch (RFC 7396); others get all.
"""

from livecommerce.wire import Frame, frame


class Levels:
    def __init__(self):
        self.version = 0  # nothing was read yet
        self._now: dict = {}
        self._all = self._change = Frame()

    def update(self, now: dict) -> bool:
        """Take levels that were read just now; whether any of them changed."""
        change = _patch(self._now, now)
        if not change:
            return False
        self._now = now
        self.version += 1
        self._change = frame({"type": "room.levels"} | change)
        self._all = frame({"type": "room.levels", "is_whole": True} | now)
        return True

    def frame(self, after: int) -> Frame:
        """What somebody lacks who has version `after`."""
        return self._change if 0 < after == self.version - 1 else self._all


def _patch(before: dict, now: dict) -> dict:
    """What turns one into the other; a key that is gone is null."""
    patch = {}
    for key in before.keys() | now.keys():
        was, level = before.get(key), now.get(key)
        if isinstance(was, dict) and isinstance(level, dict):
            if was != level:
                patch[key] = _patch(was, level)
        elif was != level:
            patch[key] = level
    return patch
