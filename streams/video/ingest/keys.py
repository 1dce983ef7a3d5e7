"""Stream keys: what an encoder shows to send a show's picture. Nothing of a key is stored.

A key follows from the server's secret, the show and a number; to rotate it is to count on. It is
a secret of the shop: it goes into no log, no error and no address.
"""

import base64
import hashlib
import hmac
import re

from django.conf import settings
from django.db import transaction
from django.db.models import F

from livecommerce.errors import DomainError
from livecommerce.realtime import publish
from streams.models import Show, StreamKey

SHAPE = re.compile(r"([1-9][0-9]{0,17})-[A-Z2-7]{32}", re.ASCII)


class BadStreamKey(DomainError):
    """One answer for everything that can be wrong with a key."""

    code = "bad_stream_key"

    def __init__(self):
        super().__init__("This stream key is not valid. Copy it from the studio page again.")


def key_of(show: Show) -> str:
    """The key that counts now."""
    number = StreamKey.objects.filter(show=show).values_list("number", flat=True).first()
    return _key(show.pk, number or 1)


def find(key: str) -> Show:
    """The show that the key is of, with its shop. Raises BadStreamKey."""
    shape = SHAPE.fullmatch(key)
    if not shape:
        raise BadStreamKey
    pk = int(shape[1])
    show = Show.objects.select_related("shop", "stream_key").filter(pk=pk).first()
    number = show.stream_key.number if show and hasattr(show, "stream_key") else 1
    # Worked out for a show that does not exist, too: the time it takes tells nothing.
    if not hmac.compare_digest(_key(pk, number), key) or show is None:
        raise BadStreamKey
    return show


@transaction.atomic
def rotate(show: Show) -> str:
    """From now on another key counts; who sends with the old one is cut off. Answers the new."""
    StreamKey.objects.get_or_create(show=show)
    StreamKey.objects.filter(show=show).update(number=F("number") + 1)
    publish(group(show.pk), {"type": "key.rotated"})
    return key_of(show)


def group(show_id: int) -> str:
    """The channel-layer group of those who watch a show's key."""
    return f"stream-key.{show_id}"


def _key(pk: int, number: int) -> str:
    secret = settings.SECRET_KEY.encode()
    seal = hmac.digest(secret, f"stream-key:{pk}:{number}".encode(), hashlib.sha256)
    return f"{pk}-{base64.b32encode(seal[:20]).decode()}"
