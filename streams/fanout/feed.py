"""What a process has to tell of one room: the newest facts, a snapshot and the levels.

Everything is encoded once; a viewer is offered what it lacks.
"""

from livecommerce.wire import Frame, frame
from streams.fanout.levels import Levels
from streams.fanout.tape import HIDING, Tape
from streams.fanout.viewer import Viewer


class Feed:
    def __init__(self, tape: Tape):
        self.tape, self.levels = tape, Levels()
        self.hidings = 0  # so many messages were hidden; a snapshot from before says too much
        self._snapshot: tuple[int, Frame] | None = None

    def take(self, facts: list[dict]) -> list[dict]:
        """Facts as they come; those that are next, in order, are returned."""
        taken = self.tape.take(facts)
        if hidings := sum(fact["type"] in HIDING for fact in taken):
            self.hidings += hidings
            self.forget_snapshot()
        return taken

    def keep(self, snapshot: dict) -> None:
        """A snapshot that was just read, for everybody who comes."""
        self._snapshot = (snapshot["seq"], frame(snapshot))

    def forget_snapshot(self) -> None:
        self._snapshot = None

    def begin(self, viewer: Viewer, after: int | None) -> bool:
        """Exactly the facts after a number; or, if they are too many or unknown, a snapshot.

        Like bring(), False when the snapshot has to be made first.
        """
        viewer.seq = None
        if after is not None and self.tape.reaches(after):
            viewer.seq = after
            self._bring_facts(viewer)  # even none: who asks is answered
        return self.bring(viewer)

    def bring(self, viewer: Viewer) -> bool:
        """Offer what a viewer lacks. False when it needs a snapshot and there is none.

        This runs for each viewer and message, mostly between two writes: few calls.
        """
        tape, levels = self.tape, self.levels
        if viewer.owed and not viewer.pay():
            return True
        if viewer.seq is None or viewer.seq < tape.before:
            if self._snapshot is None or self._snapshot[0] < tape.before:
                return False
            seq, whole = self._snapshot
            if not viewer.offer(whole):
                return True
            viewer.seq, viewer.levels = seq, 0
        if viewer.seq < tape.last and not self._bring_facts(viewer):
            return True
        if viewer.levels < levels.version and viewer.offer(levels.frame(viewer.levels)):
            viewer.levels = levels.version
        return True

    def newest(self) -> tuple[int, int]:
        """Changes with every fact and every level."""
        return self.tape.last, self.levels.version

    def _bring_facts(self, viewer: Viewer) -> bool:
        tape = self.tape
        is_taken = viewer.offer(tape.frame(viewer.seq, for_staff=viewer.is_staff))
        if is_taken:
            viewer.seq = tape.last
        return is_taken
