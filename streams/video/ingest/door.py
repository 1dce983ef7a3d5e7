"""How many may come in at once, and how fast an address may guess at keys."""

import time
from collections import Counter
from contextlib import contextmanager
from ipaddress import ip_address, ip_network

ROOM = 200  # connections of this process
EACH = 20  # of one address; a studio behind one router has a few
HOUSEHOLD = 64  # bits: whoever has one address of IPv6 has all others that begin alike
FORGOTTEN = 60  # seconds after its last failed try
STEP, LONGEST = 0.25, 2.0  # seconds that a try waits for its no, by those before it
REMEMBERED = 10_000  # addresses


class Full(Exception):
    """Nobody more comes in, from there or at all."""


class Door:
    def __init__(self):
        self._inside = Counter()
        self._failed: dict[str, tuple[int, float]] = {}

    @contextmanager
    def passed(self, address: str):
        """Inside, for as long as the block lasts. Raises Full."""
        if self._inside.total() >= ROOM or self._inside[address] >= EACH:
            raise Full
        self._inside[address] += 1
        try:
            yield
        finally:
            self._inside[address] -= 1
            if not self._inside[address]:
                del self._inside[address]

    def fail(self, address: str) -> float:
        """A key was wrong: the seconds until it is told."""
        now = time.monotonic()
        count, last = self._failed.pop(address, (0, now))
        count = 0 if now - last > FORGOTTEN else count
        self._failed[address] = count + 1, now
        if len(self._failed) > REMEMBERED:
            del self._failed[next(iter(self._failed))]  # who failed longest ago
        return min(count * STEP, LONGEST)


def household(host: str) -> str:
    """An address, as it is counted."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 6 and not address.ipv4_mapped:
        return str(ip_network((int(address), HOUSEHOLD), strict=False))
    return str(address.version == 6 and address.ipv4_mapped or address)
