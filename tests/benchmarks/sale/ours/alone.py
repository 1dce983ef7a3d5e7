"""What the counter would be if nobody were served together."""

from livecommerce.errors import DomainError
from orders import counter
from orders.models import Order
from orders.submit import Submit


def place(submit: Submit) -> Order:
    (outcome,) = counter.place_all([submit])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome
