"""Idempotency keys: derived from rows, so that whoever asks again after a crash asks the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F
from django.utils import timezone

from orders import gateway
from orders.models import Payment, Refund


@contextmanager
def numbered(row: Payment | Refund, name: str) -> Iterator[str]:
    """The key of one call: `name`, and how many keys before it were spent on a failure.

    A lost answer keeps the key. Only a failure that the provider stored, and would replay for
    ever, takes the next one. The row must have been read before the look that came to nothing: so
    a call under the old key, which that look may have missed, is never doubled under a new one.
    """
    try:
        yield f"{name}-{row.calls}"
    except gateway.KeySpent:
        spent = type(row).objects.filter(pk=row.pk, calls=row.calls)
        spent.update(calls=F("calls") + 1, changed_at=timezone.now())
        raise
