"""What can be done while a show is live, and at no other time."""

from livecommerce.errors import DomainError
from streams.models import Show


class NotOnAir(DomainError):
    code = "not_on_air"


def require(show: Show, detail: str) -> None:
    """Refuse with this sentence unless the show is live. Have the room's lock: the end takes it."""
    show.refresh_from_db(fields=["status"])
    if show.status != Show.Status.LIVE:
        raise NotOnAir(detail)
