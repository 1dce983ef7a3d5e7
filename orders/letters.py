"""Mail: owed as a row in the transaction that makes it true, sent by a sweeper.

The only writer of Letter. What each says is orders.wording's.
"""

import logging
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from livecommerce.states import advance
from orders import wording
from orders.models import Letter

LEASE = timedelta(minutes=5)  # whoever claims a letter has so long to send it
PAUSE = timedelta(seconds=30)  # after the first failure; doubled with each
TRIES = 9  # then it is given up: after about two hours
logger = logging.getLogger(__name__)


def owe(kind: Letter.Kind, subject: int) -> None:
    """Have one letter about this row sent, once the transaction commits; asking twice is once."""
    Letter.objects.bulk_create(
        [Letter(kind=kind, subject=subject, next_try_at=timezone.now())], ignore_conflicts=True
    )


def due():
    """Letters to be sent now, those first that have waited longest."""
    rows = Letter.objects.filter(status=Letter.Status.DUE, next_try_at__lte=timezone.now())
    return rows.order_by("next_try_at", "pk")


def send(letter: Letter) -> str:
    """Claim, send, settle. Says what became of it; "" if somebody else has claimed it.

    A process that dies between the mail server's yes and ours sends it again after the lease:
    twice is possible then, never is not. Both have one Message-ID.
    """
    if not _claim(letter):
        return ""
    try:
        message = wording.compose(letter)
        if message is None:  # not true any more, or nobody to tell; the row says: not again
            advance(letter, Letter.Status.FAILED)
            return "dropped"
        message.send()
    except Exception as error:  # whatever ails one letter must not keep the others waiting
        return _put_off(letter, error)
    advance(letter, Letter.Status.SENT)
    return "sent"


def _claim(letter: Letter) -> bool:
    """One UPDATE decides who sends it: the others no longer find the time they read."""
    lease = timezone.now() + LEASE
    mine = Letter.objects.filter(
        pk=letter.pk, status=Letter.Status.DUE, next_try_at=letter.next_try_at
    ).update(next_try_at=lease, tries=F("tries") + 1)
    if mine:
        letter.next_try_at, letter.tries = lease, letter.tries + 1
    return bool(mine)


def _put_off(letter: Letter, error: Exception) -> str:
    # The error's words may name the recipient; those do not belong into a log.
    what = type(error).__name__
    if letter.tries >= TRIES:
        logger.error("%s: given up after %d tries: %s", letter, letter.tries, what)
        advance(letter, Letter.Status.FAILED)
        return "given up"
    logger.warning("%s: not sent at try %d: %s", letter, letter.tries, what)
    pause = PAUSE * 2 ** (letter.tries - 1)
    Letter.objects.filter(pk=letter.pk, next_try_at=letter.next_try_at).update(
        next_try_at=timezone.now() + pause
    )
    return "put off"
