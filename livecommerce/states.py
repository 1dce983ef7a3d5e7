"""A status changes in one way: one guarded UPDATE decides the race."""

from django.db import models
from django.utils import timezone

from livecommerce.errors import DomainError


class StaleState(DomainError):
    """The row has moved on: somebody else won the race."""

    code = "stale_state"


def advance(row: models.Model, to: str, **also) -> None:
    """Move row.status to `to` if the status *in the database* still allows it.

    Of two callers one wins, the other gets StaleState. `also` is written in the same UPDATE, and
    so is the time in a field that keeps when the row changed.
    """
    sources = [status for status, following in row.NEXT.items() if to in following]
    now = timezone.now()
    times = {field.name: now for field in row._meta.fields if getattr(field, "auto_now", False)}
    changes = {"status": to, **times, **also}
    if not type(row).objects.filter(pk=row.pk, status__in=sources).update(**changes):
        raise StaleState(f"{row} cannot become {to}.")
    for name, value in changes.items():
        setattr(row, name, value)
