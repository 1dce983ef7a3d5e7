"""A question put to everyone, and what they choose. The only writer of Poll and PollVote."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from livecommerce.states import advance
from streams import log
from streams.models import Poll, PollVote, Show
from streams.talk import chat, letters, moderation
from streams.talk.names import Speaker

MAX_QUESTION, MAX_OPTION = 140, 60  # characters
FEWEST, MOST = 2, 6  # options


class PollOpen(DomainError):
    code = "poll_open"


class PollClosed(DomainError):
    code = "poll_closed"


@transaction.atomic
def open(show: Show, question: str, options: Sequence[str], *, at: datetime | None = None) -> Poll:
    """Ask everyone in the room; one poll at a time."""
    question = letters.clean(question, MAX_QUESTION, "question")
    options = [letters.clean(option, MAX_OPTION, "options") for option in options]
    if not FEWEST <= len(options) <= MOST:
        raise Invalid(f"From {FEWEST} to {MOST} options.", field="options")
    if len({option.casefold() for option in options}) < len(options):
        raise Invalid("Two options are the same.", field="options")
    log.lock(show)
    chat.refuse_unless_on(show)
    if _open_one(show):
        raise PollOpen("A poll is open. Close it before the next.")
    now = at or timezone.now()
    poll = Poll.objects.create(show=show, question=question, options=options, opened_at=now)
    told = {"poll": poll.pk, "question": question, "options": options}
    log.append(show, "poll.opened", told, at=now)
    return poll


@transaction.atomic
def vote(show: Show, speaker: Speaker, poll_id: int, option: int) -> None:
    """Choose an option, counted from 0; while the poll is open the choice may be changed."""
    moderation.refuse_if_banned(show, speaker)
    # Voters take turns at the poll's row, not at the room's: a rush of them holds up no chat,
    # and closing waits for the one under way.
    poll = Poll.objects.select_for_update(no_key=True).filter(show=show, pk=poll_id).first()
    if poll is None:
        raise Invalid("There is no such poll.", field="poll")
    if poll.status != Poll.Status.OPEN:
        raise PollClosed("This poll is closed.")
    if not 0 <= option < len(poll.options):
        raise Invalid("There is no such option.", field="option")
    PollVote.objects.bulk_create(
        [PollVote(poll=poll, author=speaker.author, option=option)],
        update_conflicts=True,
        unique_fields=["poll", "author"],
        update_fields=["option"],
    )
    log.ring(show.pk)


@transaction.atomic
def close(show: Show, *, at: datetime | None = None) -> None:
    """Close the open poll and tell its counts for good. None open: nothing happens."""
    log.lock(show)
    poll = _open_one(show)
    if poll is None:
        return
    now = at or timezone.now()
    # This UPDATE waits for the vote under way and stops all later ones; then, not before, count.
    advance(poll, Poll.Status.CLOSED, closed_at=now)
    log.append(show, "poll.closed", {"poll": poll.pk, "counts": _count(poll)}, at=now)


def current(show: Show) -> dict | None:
    """The open poll as it travels: {poll, question, options, counts, opened_at}."""
    poll = _open_one(show)
    return poll and shape(poll)


def shape(poll: Poll) -> dict:
    """{poll, question, options, counts, opened_at}; counts stand in the order of the options."""
    return {
        "poll": poll.pk,
        "question": poll.question,
        "options": poll.options,
        "counts": _count(poll),
        "opened_at": log.stamp(poll.opened_at),
    }


def counts(show: Show) -> dict[str, list[int]]:
    """{poll id: votes of each option} of the open poll; empty when none is open."""
    poll = _open_one(show)
    return {str(poll.pk): _count(poll)} if poll else {}


def _open_one(show: Show) -> Poll | None:
    return show.polls.filter(status=Poll.Status.OPEN).first()


def _count(poll: Poll) -> list[int]:
    votes = poll.votes.order_by("option").values_list("option").annotate(Count("pk"))
    chosen = dict(votes)
    return [chosen.get(place, 0) for place in range(len(poll.options))]
