"""Where the buyers of a process stand, and are served together.

Whoever comes first places everybody who stands there by then, in one transaction: the row of a hot
item is then touched once for many, and buyers wait here in turn instead of in the database.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence

from orders import checkout
from orders.models import Order
from orders.submit import Submit

TOGETHER = 32  # submits in one transaction


class Ticket:
    def __init__(self, submit: Submit):
        self.submit = submit
        self.outcome: Order | Exception | None = None


class Counter:
    def __init__(self, place_all: Callable[[Sequence[Submit]], list]):
        self._place_all = place_all
        self._standing: deque[Ticket] = deque()
        self._turn = threading.Lock()

    def place(self, submit: Submit) -> Order:
        """The order, once it is stored. Raises what checkout refuses with."""
        ticket = Ticket(submit)
        self._standing.append(ticket)
        with self._turn:
            while ticket.outcome is None:  # else somebody before her served her, too
                self._serve()
        if isinstance(ticket.outcome, Exception):
            raise ticket.outcome
        return ticket.outcome

    def _serve(self) -> None:
        size = min(TOGETHER, len(self._standing))
        batch = [self._standing.popleft() for _ in range(size)]
        try:
            outcomes = self._place_all([ticket.submit for ticket in batch])
        except Exception as error:  # the database is away: for all of them
            outcomes = [error] * size
        for ticket, outcome in zip(batch, outcomes, strict=True):
            ticket.outcome = outcome


_counter = Counter(checkout.place_all)


def place(submit: Submit) -> Order:
    """Place a submit together with whatever else this process is asked for at the moment."""
    return _counter.place(submit)
