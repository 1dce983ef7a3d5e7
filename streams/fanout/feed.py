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
            self._bring_facts(viewer)
        return self.bring(viewer)

    def bring(self, viewer: Viewer) -> bool:
        """Offer what a viewer lacks. False when it needs a snapshot and there is none."""
        if not viewer.pay():
            return True
        if viewer.seq is None or self._is_lost(viewer.seq):
            if self._snapshot is None or self._is_lost(self._snapshot[0]):
                return False
            seq, whole = self._snapshot
            if not viewer.offer(whole):
                return True
            viewer.seq, viewer.levels = seq, 0
        if viewer.seq >= self.tape.last or self._bring_facts(viewer):
            self._bring_levels(viewer)
        return True

    def _is_lost(self, seq: int) -> bool:
        """Whether the tape leads on from this number no more. A snapshot may be ahead of it."""
        return seq < self.tape.last and not self.tape.reaches(seq)

    def _bring_facts(self, viewer: Viewer) -> bool:
        is_taken = viewer.offer(self.tape.frame(viewer.seq, for_staff=viewer.is_staff))
        if is_taken:
            viewer.seq = self.tape.last
        return is_taken

    def _bring_levels(self, viewer: Viewer) -> None:
        version = self.levels.version
        if viewer.levels < version and viewer.offer(self.levels.frame(viewer.levels)):
            viewer.levels = version
