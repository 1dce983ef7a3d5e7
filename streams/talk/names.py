"""Who speaks in a room, and under which name: nobody talks like the shop but its own people."""

import re
from collections.abc import Set
from dataclasses import dataclass

from django.db.models import Q

from livecommerce.errors import Invalid
from shops.models import Member, User
from streams.models import Show
from streams.talk import letters

MAX_NAME, MAX_ACCOUNT = 30, 80  # characters of a nickname, of the name of who signed in
NOBODY = "Guest"
PARTS = [
    "host",
    "moderator",
    "mod",
    "admin",
    "administrator",
    "owner",
    "producer",
    "staff",
    "support",
    "seller",
    "merchant",
    "system",
    "service",
    "helpdesk",
]
ABROAD = """
moderador moderadora modérateur modératrice moderatorin moderatore administrador administrateur
gastgeber gastgeberin anfitrión anfitriona hôte verkäufer verkäuferin vendedor vendeur inhaber
inhaberin propietario propriétaire kundendienst модератор админ администратор ведущий продавец
поддержка 管理员 管理員 客服 主播 店主 版主 モデレーター 管理人 運営 관리자 운영자 مشرف المشرف מנהל
"""
OFFICES = [*PARTS, *(f"{part}s" for part in PARTS), *ABROAD.split()]
TITLES = """
the real official team shop your our chat live show stream customer help care hq of from at and
"""
# A figure or two that are drawn like a letter: only for names, where a mistake costs little.
FIGURES = str.maketrans("0134578i|!¡ǀ$@", "oleastblllllsa")


@dataclass(frozen=True)
class Speaker:
    """Who is talking: `author` is for us, `name` and `role` (guest, host, moderator) for all."""

    author: str
    name: str = ""
    role: str = "guest"

    @property
    def is_staff(self) -> bool:
        return self.role != "guest"


def choose(show: Show, speaker: Speaker, wanted: str) -> str:
    """The name to speak under: who signed in their own, a guest any that is not like the shop's."""
    return chosen(speaker, wanted, frozenset() if speaker.is_staff else reserved(show))


def chosen(speaker: Speaker, wanted: str, taken: Set[str]) -> str:
    """The same, for many: `taken` is what reserved(show) answered."""
    if speaker.name and (speaker.is_staff or not _is_taken(speaker.name, taken)):
        return speaker.name[:MAX_ACCOUNT]
    name = letters.clean(wanted or NOBODY, MAX_NAME, "name")
    if _is_taken(name, taken):
        raise Invalid("That name belongs to the shop. Please choose another.", field="name")
    return name


def reserved(show: Show) -> frozenset[str]:
    """What the names of the shop, of its host and of its people look like."""
    people = Member.objects.filter(shop=show.shop_id).values("user")
    staff = User.objects.filter(Q(pk__in=people) | Q(is_superuser=True), is_active=True)
    names = [show.shop.name, show.host_name, *OFFICES, *map(display, staff)]
    return frozenset().union(*map(_likenesses, names))


def display(user: User) -> str:
    """What a person of the shop is called in its rooms."""
    return user.get_full_name() or user.username


def _is_taken(name: str, taken: Set[str]) -> bool:
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", letters.plain(name))
    return any(_is_claim(likeness, taken) for likeness in _likenesses(name) | _likenesses(bare))


def _is_claim(likeness: str, taken: Set[str]) -> bool:
    """A name of the shop's, or nothing but such names and titles: "The Claymoor Support Team"."""
    known = taken | _TITLES
    lengths = {len(word) for word in known}
    reached = {0: False}  # up to here all is known; whether one of the names is in it
    for end in range(1, len(likeness) + 1):
        for start in {end - length for length in lengths} & reached.keys():
            if (word := likeness[start:end]) in known:
                has_name = reached[start] or word in taken
                reached[end] = reached.get(end, False) or has_name
    return reached.get(len(likeness), False)


def _likenesses(name: str) -> set[str]:
    """What is left of a name for the eye: once as it is read, once as it is drawn."""
    return {_likeness(letters.plain(name)), _likeness(letters.drawn(name))} - {""}


def _likeness(name: str) -> str:
    kept = "".join(c for c in name.translate(FIGURES) if c.isalnum())
    return kept.replace("rn", "m").replace("vv", "w")


_TITLES = frozenset().union(*map(_likenesses, TITLES.split()))
