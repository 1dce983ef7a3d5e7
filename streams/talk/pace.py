"""How often somebody may do a thing: counted in the cache, for a short while."""

import math
import time
from contextlib import suppress

from django.core.cache import cache

from livecommerce.errors import DomainError


class TooFast(DomainError):
    """Says how many seconds to wait."""

    code = "too_fast"


def count(key: str, most: int, seconds: int, things: str) -> None:
    """One more of something that can be done `most` times in so many seconds."""
    try:
        if cache.add(key, 0, timeout=seconds):
            cache.set(f"{key}-until", time.time() + seconds, timeout=seconds)
        done = cache.incr(key)
    except Exception:  # it ran out between the calls, or the cache is away: nobody is silenced
        return
    if done > most:
        raise TooFast(f"At most {most} {things} in {seconds} seconds. {_wait(f'{key}-until')}")


def space(key: str, seconds: int) -> None:
    """Take a turn: the next is only so many seconds later."""
    try:
        is_free = cache.add(key, time.time() + seconds, timeout=seconds)
    except Exception:  # as above
        return
    if not is_free:
        raise TooFast(f"This chat is slow: one message in {seconds} seconds. {_wait(key)}")


def give_back(key: str) -> None:
    """The turn was not used."""
    with suppress(Exception):
        cache.delete(key)


def _wait(key: str) -> str:
    left = math.ceil((cache.get(key) or 0) - time.time())
    return f"Please wait {left} seconds." if left > 1 else "Please wait a second."
