"""What is said in the benchmark: a text that counts itself and tells when it was said."""

import re
import time

# Once in every text: counting this byte counts facts. Not "~", which is also the second byte of
# every frame of more than 125; of the lengths that frames have here one in 256 holds it.
MARK = b"|"
SIZE = 90  # bytes
STAMP = re.compile(rb"\|(\d{16})")  # microseconds of the machine's clock since it started
FILLER = "the glaze on that one is lovely, does it come in the tall shape as well as the low one? "


def now() -> int:
    return time.monotonic_ns() // 1000


def text(size: int = SIZE) -> str:
    return f"|{now():016d} {FILLER * (size // len(FILLER) + 1)}"[:size]


def bundle(count: int) -> str:
    """Several texts in one, as a server that gathers them sends them."""
    return "".join(text() for _ in range(count))


def delays(payload: bytes) -> list[int]:
    """Microseconds since each text in these bytes was said."""
    arrived = now()
    return [arrived - int(said) for said in STAMP.findall(payload)]
