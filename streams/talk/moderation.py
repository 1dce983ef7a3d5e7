"""Who may say what in the rooms of a shop, and the rules its people set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from livecommerce.errors import DomainError, Invalid
from shops.models import User
from streams import log
from streams.log import Entry
from streams.models import Room, RoomEvent, Show, Standing, WordList
from streams.talk import letters, links, words
from streams.talk.names import Speaker, display

MAX_WORDS, MAX_WORD = 200, 40  # entries of a list, characters of one
MAX_SLOW = 600  # seconds
RULES = ("slow_seconds", "no_links", "holds_first")
KNOWN_BY = ("chat.posted", "question.asked")


class Muted(DomainError):
    code = "muted"

    def __init__(self, until: datetime):
        super().__init__("You are muted for a while; you can watch and read.")
        self.until = until

    def as_dict(self) -> dict:
        return super().as_dict() | {"until": log.stamp(self.until)}


class Banned(DomainError):
    code = "banned"

    def __init__(self):
        super().__init__("You cannot write in the rooms of this shop any more.")


class BlockedWord(DomainError):
    code = "blocked_word"


class NoLinks(DomainError):
    code = "no_links"


@dataclass(frozen=True)
class House:
    """What everyone who is about to speak is judged by, read once for all of them."""

    room: Room
    standings: dict[str, Standing]
    words: Sequence[str]
    known: frozenset[str]  # authors whose words were let through before


def house(room: Room, shop_id: int, authors: Iterable[str]) -> House:
    """In two queries, or three where a newcomer's words wait, however many the authors.

    Without authors nobody will be judged by it: staff may say all.
    """
    authors = set(authors)
    if not authors:
        return House(room, {}, (), frozenset())
    rows = Standing.objects.filter(shop=shop_id, author__in=authors)
    said = RoomEvent.objects.filter(
        show__shop=shop_id, author__in=authors, type__in=KNOWN_BY, is_hidden=False
    )
    known = said.order_by().values_list("author", flat=True).distinct() if room.holds_first else ()
    return House(room, {row.author: row for row in rows}, words_of(shop_id), frozenset(known))


def judge(house: House, speaker: Speaker, text: str, name: str = "") -> bool:
    """Refuse what may not be said here; True if it has to wait for review. Staff may say all."""
    if speaker.is_staff:
        return False
    refuse_banned(standing := house.standings.get(speaker.author))
    if standing and standing.muted_until and standing.muted_until > timezone.now():
        raise Muted(standing.muted_until)
    for field, said in (("name", name), ("text", text)):
        if house.room.no_links and links.has_link(said):
            raise NoLinks("Links cannot be sent in this room.", field=field)
        if words.are_said(house.words, said):
            raise BlockedWord("There is a word in it that is not said here.", field=field)
    return house.room.holds_first and speaker.author not in house.known


def may_speak(show: Show, speaker: Speaker, text: str, name: str = "") -> bool:
    """Judge one person with queries of its own; True if the words have to wait for review."""
    if speaker.is_staff:
        return False
    room = Room.objects.filter(show=show).first() or Room(show=show)
    return judge(house(room, show.shop_id, [speaker.author]), speaker, text, name)


def refuse_banned(standing: Standing | None) -> None:
    if standing and standing.is_banned:
        raise Banned()


def refuse_if_banned(show: Show, speaker: Speaker) -> None:
    """For what is done without words: a vote, a reaction."""
    if not speaker.is_staff:
        refuse_banned(Standing.objects.filter(shop=show.shop_id, author=speaker.author).first())


def standing_of(shop_id: int, author: str) -> dict:
    """{"muted_until": stamp or None, "is_banned"} of somebody; all is well without a row."""
    row = Standing.objects.filter(shop=shop_id, author=author).first()
    return told(row or Standing())


def standings(shop_id: int) -> dict[str, dict]:
    """{author: standing} of everybody who may not say everything now."""
    return {row.author: told(row) for row in live(shop_id)}


def live(shop_id: int):
    """The standings that keep somebody from talking now."""
    is_live = Q(is_banned=True) | Q(muted_until__gt=timezone.now())
    return Standing.objects.filter(is_live, shop=shop_id)


def told(standing: Standing) -> dict:
    """A standing as it travels; a mute that is over is none."""
    until = standing.muted_until
    is_muted = until is not None and until > timezone.now()
    return {
        "muted_until": log.stamp(until) if is_muted else None,
        "is_banned": standing.is_banned,
    }


def acted(action: str, by: User, *, author: str = "", **what) -> Entry:
    """The fact of what staff did; `author` is whom it was done to, and travels to nobody."""
    return Entry("mod.acted", {"action": action, "by": display(by), **what}, author)


def acted_on(message: RoomEvent, action: str, by: User, **what) -> Entry:
    """The same, of a message."""
    told = {"name": message.data["name"], "seq": message.seq} | what
    return acted(action, by, author=message.author, **told)


def rules(show: Show) -> dict:
    """{"slow_seconds", "no_links", "holds_first"} of a room."""
    return rules_of(Room.objects.filter(show=show).first() or Room(show=show))


def rules_of(room: Room) -> dict:
    """The same, of a room that was read."""
    return {name: getattr(room, name) for name in RULES}


@transaction.atomic
def set_rules(show: Show, by: User, **wanted) -> dict:
    """Change some of slow_seconds, no_links, holds_first; answers all three."""
    if not 0 <= wanted.get("slow_seconds", 0) <= MAX_SLOW:
        raise Invalid(f"0 to {MAX_SLOW} seconds.", field="slow_seconds")
    room = log.lock(show)
    before = rules_of(room)
    changed = {name: value for name, value in wanted.items() if before[name] != value}
    after = before | changed
    if changed:
        Room.objects.filter(show=show).update(**changed)
        news = [Entry("rules.changed", after), acted("rules", by, rules=changed)]
        log.append_all(show, news)
    return after


def words_of(shop_id: int) -> list[str]:
    return WordList.objects.filter(shop=shop_id).values_list("words", flat=True).first() or []


@transaction.atomic
def set_words(show: Show, wanted: Sequence[str], by: User) -> list[str]:
    """Replace the words that are not said in the shop's rooms; answers what is kept of them."""
    if len(wanted) > MAX_WORDS:
        raise Invalid(f"At most {MAX_WORDS} words.", field="words")
    kept = list(dict.fromkeys(letters.clean(word, MAX_WORD, "words") for word in wanted))
    if not all(map(words.is_word, kept)):
        raise Invalid("A word has at least one letter, figure or sign.", field="words")
    log.lock(show)
    WordList.objects.get_or_create(shop_id=show.shop_id)
    row = WordList.objects.select_for_update().get(shop_id=show.shop_id)
    added = [word for word in kept if word not in row.words]
    removed = [word for word in row.words if word not in kept]
    if added or removed:
        row.words = kept
        row.save(update_fields=["words"])
        change = {"added": added, "removed": removed}
        log.append_all(show, [acted("words", by, words=change)])
    return kept
