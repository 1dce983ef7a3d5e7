"""How often something may be tried: counted in the cache, before it is tried."""

import hashlib
import logging

from django.core.cache import cache

from livecommerce.errors import DomainError

logger = logging.getLogger(__name__)


class TooManyTries(DomainError):
    code = "too_many_tries"
    status = 429


def count(what: str, who: str, *, most: int, minutes: int) -> None:
    """One more try; `who` is an address or an account. Refuses what goes beyond `most`.

    Counted first, so that a thousand guesses at once are a thousand and not one.
    """
    key = _key(what, who)
    try:
        cache.add(key, 0, timeout=minutes * 60)
        done = cache.incr(key)
    except ValueError:  # it ran out between the two calls
        return
    except Exception:  # a dead cache must not lock everybody out
        logger.warning("tries are not being counted", exc_info=True)
        return
    if done > most:
        raise _too_many(minutes)


def look(what: str, who: str, *, most: int, minutes: int) -> None:
    """Refuse who has tried `most` times: for what is counted only after it went wrong.

    Guesses at one moment all get through, as many as there are hands to serve them; a crowd that is
    right is never refused.
    """
    try:
        done = cache.get(_key(what, who), 0)
    except Exception:  # as above
        logger.warning("tries are not being counted", exc_info=True)
        return
    if done >= most:
        raise _too_many(minutes)


def forget(what: str, who: str) -> None:
    """It went well: what was tried before does not count any more."""
    try:
        cache.delete(_key(what, who))
    except Exception:  # as above
        logger.warning("tries are not being forgotten", exc_info=True)


def take_back(what: str, who: str) -> None:
    """The last one was not wrong: it does not count."""
    try:
        cache.decr(_key(what, who))
    except ValueError:  # it ran out meanwhile
        return
    except Exception:  # as above
        logger.warning("tries are not being taken back", exc_info=True)


def _too_many(minutes: int) -> TooManyTries:
    return TooManyTries(f"Too many tries. Please wait {minutes} minutes, then try again.")


def _key(what: str, who: str) -> str:
    return f"tries-{what}-{hashlib.sha256(who.encode()).hexdigest()[:32]}"
