"""What people say in a room."""

import re
import unicodedata
from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction

from livecommerce.errors import DomainError, Invalid
from streams import log
from streams.models import RoomEvent, Show

MAX_TEXT = 300  # characters
MAX_NAME = 30
BURST, PER_SECONDS = 5, 10  # so many messages in so many seconds, per author
RESERVED = ("host", "moderator", "admin")
TALKING = (Show.Status.SCHEDULED, Show.Status.LIVE)


class TooFast(DomainError):
    code = "too_fast"


class ChatClosed(DomainError):
    code = "chat_closed"


@dataclass(frozen=True)
class Speaker:
    """Who is talking: `author` is for us, `name` and `role` (guest, host, moderator) for all."""

    author: str
    name: str = ""
    role: str = "guest"


def say(show: Show, speaker: Speaker, text: str, name: str = "") -> RoomEvent:
    """Post a message. Guests choose a name, staff speak under their own."""
    text = _clean(text, MAX_TEXT, "text")
    name = speaker.name or _clean(name or "Guest", MAX_NAME, "name")
    if speaker.role == "guest" and _likeness(name) in _reserved(show):
        raise Invalid("That name belongs to the shop. Please choose another.", field="name")
    # Asked of the row: a socket's own copy of the show is as old as the socket.
    if not Show.objects.filter(pk=show.pk, status__in=TALKING).exists():
        raise ChatClosed("The show has ended; its chat can be read, not added to.")
    _slow_down(show, speaker)
    return log.append(
        show,
        "chat.posted",
        {"name": name, "text": text, "role": speaker.role},
        author=speaker.author,
    )


@transaction.atomic
def hide(show: Show, seq: int) -> None:
    """Take a message off every screen; hiding it twice is no error and no second fact."""
    if not RoomEvent.objects.filter(show=show, seq=seq, type="chat.posted").exists():
        raise Invalid("There is no such message.", field="seq")
    if log.withhold(show, seq):
        log.append(show, "chat.hidden", {"seq": seq})


def _clean(raw: str, limit: int, field: str) -> str:
    """One line of visible text. Control and direction characters could dress up as others."""
    text = unicodedata.normalize("NFC", raw)
    text = "".join(" " if c in "\n\t" else c for c in text if _is_visible(c) or c in "\n\t")
    text = re.sub(r"\s+", " ", text).strip()
    if not text.strip("\u200d "):
        raise Invalid("Please write something.", field=field)
    if len(text) > limit:
        raise Invalid(f"At most {limit} characters.", field=field)
    return text


def _is_visible(character: str) -> bool:
    # U+200D joins emoji; the other format characters can reverse or hide text.
    return character == "\u200d" or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}


def _reserved(show: Show) -> set[str]:
    return {_likeness(name) for name in (show.shop.name, show.host_name, *RESERVED)} - {""}


def _likeness(name: str) -> str:
    """What is left for the eye: wide letters, joiners and dots do not make another name."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in plain if character.isalnum())


def _slow_down(show: Show, speaker: Speaker) -> None:
    if speaker.role != "guest":
        return
    key = f"chat-{show.pk}-{speaker.author}"
    cache.add(key, 0, timeout=PER_SECONDS)
    try:
        said = cache.incr(key)
    except ValueError:  # expired between the two calls
        return
    if said > BURST:
        raise TooFast(f"At most {BURST} messages in {PER_SECONDS} seconds. Please wait a moment.")
