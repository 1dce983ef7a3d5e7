"""Hearts and the like: how often each was given, never by whom. The only writer of Reaction."""

from django.db import IntegrityError, transaction
from django.db.models import F

from streams import log
from streams.models import Reaction, Show
from streams.talk import chat

KINDS = ("heart", "clap", "laugh", "wow")
MOST = 20  # of one kind in one frame


@transaction.atomic
def add(show_id: int, given: dict[str, int]) -> None:
    """Count what was given meanwhile, {kind: how often}; nothing counts once the show is over."""
    if not Show.objects.filter(pk=show_id, status__in=chat.TALKING).exists():
        return
    # In one order: two processes that count at once never wait crosswise.
    counted = [kind for kind in sorted(KINDS) if given.get(kind, 0) > 0]
    for kind in counted:
        _raise(show_id, kind, given[kind])
    if counted:
        log.ring(show_id)


def totals(show: Show) -> dict[str, int]:
    """{kind: how often}, of the kinds that were given at all."""
    return dict(show.reactions.order_by("kind").values_list("kind", "count"))


def _raise(show_id: int, kind: str, by: int) -> None:
    rows = Reaction.objects.filter(show_id=show_id, kind=kind)
    if rows.update(count=F("count") + by):
        return
    try:
        with transaction.atomic():
            Reaction.objects.create(show_id=show_id, kind=kind, count=by)
    except IntegrityError:  # one_count_per_reaction: another process gave the first just now
        rows.update(count=F("count") + by)
