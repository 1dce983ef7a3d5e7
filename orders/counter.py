"""Where the buyers of a process stand, and are served together.

Whoever comes first places everybody who stands there by then, in one transaction: the row of a hot
item is then touched once for many, and buyers wait here in turn instead of in the database. Who
came meanwhile is the next batch, placed by the first of them; she is called to it, so that nobody
pushes in front and nobody who was served waits for those who were not.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from django.db import connection

from livecommerce import kept
from livecommerce.errors import DomainError
from orders import checkout
from orders.models import Order
from orders.submit import Submit
from shops.models import Shop

TOGETHER = 32  # submits in one transaction


class NoSuchShop(DomainError):
    code = "no_such_shop"


class Ticket:
    def __init__(self, submit: Submit):
        self.submit = submit
        self.outcome: Order | BaseException | None = None
        self.called = threading.Event()  # she was served, or is to serve


class Counter:
    def __init__(self, place_all: Callable[[Sequence[Submit]], list]):
        self._place_all = place_all
        self._standing: deque[Ticket] = deque()
        self._is_served = False
        self._door = threading.Lock()  # for the two above; held for a moment only

    def place(self, submit: Submit) -> Order:
        """The order, once it is stored. Raises what checkout refuses with."""
        ticket = Ticket(submit)
        with self._door:
            self._standing.append(ticket)
            has_to_wait, self._is_served = self._is_served, True
        if has_to_wait:
            ticket.called.wait()
        if ticket.outcome is None:
            self._serve()
        if isinstance(ticket.outcome, BaseException):
            raise ticket.outcome
        return ticket.outcome

    def _serve(self) -> None:
        """Place the first of those who stand here, oneself among them, and call the next."""
        with self._door:
            size = min(TOGETHER, len(self._standing))
            batch = [self._standing.popleft() for _ in range(size)]
        try:
            outcomes = self._place_all([ticket.submit for ticket in batch])
        except BaseException as error:  # the database is away, or this process ends: for all
            outcomes = [error] * size
        for ticket, outcome in zip(batch, outcomes, strict=True):
            ticket.outcome = outcome
        with self._door:
            if self._standing:
                self._standing[0].called.set()
            else:
                self._is_served = False
        for ticket in batch:
            ticket.called.set()


def place_all(submits: Sequence[Submit]) -> list[Order | DomainError]:
    """Who names the shop by its slug only is told which it is, in one query for all of them."""
    slugs = {submit.shop for submit in submits if isinstance(submit.shop, str)}
    shops = {shop.slug: shop for shop in _shops(slugs=slugs)}
    known = [replace(each, shop=shops.get(each.shop, each.shop)) for each in submits]
    placed = iter(checkout.place_all([each for each in known if isinstance(each.shop, Shop)]))
    nowhere = NoSuchShop("There is no such shop.", field="shop")
    return [next(placed) if isinstance(each.shop, Shop) else nowhere for each in known]


@kept.Query
def _shops(slugs):
    return Shop.objects.filter(slug__in=slugs)


_counter = Counter(place_all)


def place(submit: Submit) -> Order:
    """Place a submit together with whatever else this process is asked for at the moment."""
    is_lent = "pool" in connection.settings_dict["OPTIONS"]
    if is_lent and not connection.in_atomic_block:
        connection.close()  # a pool lends few: who waits here keeps none from who serves
    return _counter.place(submit)
