"""The code that a host shows in the player, to be claimed there. The only writer of Offer.

What a code is worth, and to whom, says its shop; a room repeats the words.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from streams import log, on_air
from streams.models import Offer, Show


@transaction.atomic
def open(show: Show, code: str, label: str, *, at: datetime | None = None) -> Offer:
    """Show a code to everyone in the room, instead of the one before it.

    Showing what is shown changes nothing.
    """
    now = at or timezone.now()
    log.lock(show)
    on_air.require(show, "A code can be offered while the show is live.")
    before = _open_one(show)
    if before and (before.code, before.label) == (code, label):
        return before
    if before:
        _close(before, show, now)
    offer = Offer.objects.create(show=show, code=code, label=label, opened_at=now)
    log.append(show, "offer.opened", card(offer), at=at)
    return offer


@transaction.atomic
def close(show: Show, *, at: datetime | None = None) -> None:
    """Take the code off the screens. None is shown: nothing happens."""
    log.lock(show)
    offer = _open_one(show)
    if offer:
        _close(offer, show, at or timezone.now())


def current(show: Show) -> dict | None:
    """The room's open offer, ready to be drawn."""
    offer = _open_one(show)
    return offer and card(offer)


def card(offer: Offer) -> dict:
    """Everything a page needs to draw an offer."""
    return {"offer": offer.pk, "code": offer.code, "label": offer.label}


def _open_one(show: Show) -> Offer | None:
    return show.offers.filter(closed_at=None).first()


def _close(offer: Offer, show: Show, now: datetime) -> None:
    if Offer.objects.filter(pk=offer.pk, closed_at=None).update(closed_at=now):
        log.append(show, "offer.closed", {"offer": offer.pk}, at=now)
