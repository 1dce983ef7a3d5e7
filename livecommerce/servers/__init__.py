"""What the servers we ship with do for our sockets beyond ASGI; any other server runs them too."""

import gc
import sys

TURN = 0.0005  # seconds
GARBAGE = (20_000, 20, 20)  # new objects until a look for cycles; such looks until a longer one


def tune() -> None:
    """Set the interpreter for many sockets in one thread and a database in another.

    A sweep over the sockets does not let go of the interpreter by itself, and the other thread
    asks for it again after each statement: by Python's own measure it would wait 5 ms each time.
    A room that fills makes objects that stay: to look through them all again and again for
    garbage took a tenth of each join.
    """
    sys.setswitchinterval(TURN)
    gc.set_threshold(*GARBAGE)
