"""Runs ffmpeg for what is made after the show: niced, bounded, never longer than we live."""

import os
import selectors
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress

MEMORY = 1024**3  # bytes of address space: a hostile film asks for more than there is
QUIET = 60  # seconds without a sign of life, then it hangs
CHUNK = 256 * 1024  # bytes
WORDS = 32 * 1024  # bytes: the last of what it says

_running: set[subprocess.Popen] = set()
_is_stopping = threading.Event()


class CannotMake(Exception):
    """ffmpeg could not do it; the text is what it said."""


class Interrupted(CannotMake):
    """The process ends; what it was making stays due."""


def stop() -> None:
    """This process ends: cut off what it makes. The rows are due again, for the next one."""
    _is_stopping.set()
    for child in list(_running):
        child.kill()


def is_stopping() -> bool:
    return _is_stopping.is_set()


def run(
    arguments: Sequence[str],
    pieces: Iterable[bytes] = (),
    *,
    cpu: float,
    files: Sequence[int] = (),
    memory: int = MEMORY,
    quiet: float = QUIET,
    beat: Callable[[], None] = lambda: None,
    words: list[str] | None = None,
) -> Iterator[bytes]:
    """Feed the pieces to ffmpeg's standard input; yield what it writes. Iterate to the end.

    `cpu` seconds and `memory` bytes are the most it gets; `files` are descriptors it may use.
    `beat` is called about twice a second and may raise. What it said on standard error is added
    to `words`, the last of it. Raises CannotMake and Interrupted.
    """
    if _is_stopping.is_set():
        raise Interrupted("This process ends.")
    # Both pipes end with us: a worker that is killed leaves no ffmpeg behind.
    child = subprocess.Popen(
        [*_bounds(cpu, memory), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=files,
    )
    _running.add(child)
    if _is_stopping.is_set():  # just now
        child.kill()
    feeder = _Feeder(child, pieces)
    heard = bytearray()
    try:
        yield from _listen(child, feeder, heard, quiet, beat)
        code = child.wait()
    finally:
        child.kill()
        child.wait()
        feeder.join()
        _running.discard(child)
        child.stdout.close()
        child.stderr.close()
    if feeder.error:
        raise feeder.error
    if code and _is_stopping.is_set():
        raise Interrupted("This process ends.")
    said = heard.decode("utf-8", "replace").strip()
    if words is not None:
        words.append(said)
    if code:
        raise CannotMake(said or f"ffmpeg ended with {code}")


def finish(*args, **bounds) -> None:
    """`run` for what writes to files of ours only."""
    for _ in run(*args, **bounds):
        pass


class _Feeder(threading.Thread):
    """Writes the pieces, as fast as they are taken."""

    def __init__(self, child: subprocess.Popen, pieces: Iterable[bytes]):
        super().__init__(name="feeder", daemon=True)
        self.child, self.pieces = child, pieces
        self.error: Exception | None = None
        self.fed_at = time.monotonic()
        self.start()

    def run(self):
        try:
            with suppress(BrokenPipeError), self.child.stdin as pipe:
                for piece in self.pieces:
                    pipe.write(piece)
                    self.fed_at = time.monotonic()
            if close := getattr(self.pieces, "close", None):
                close()  # pieces may come out of another ffmpeg
        except Exception as error:  # of the storage: told by the thread that waits
            self.error = error
            self.child.kill()


def _listen(child, feeder: _Feeder, words: bytearray, quiet: float, beat) -> Iterator[bytes]:
    heard_at = time.monotonic()
    with selectors.DefaultSelector() as ears:
        ears.register(child.stdout, selectors.EVENT_READ)
        ears.register(child.stderr, selectors.EVENT_READ)
        while ears.get_map():
            for key, _ in ears.select(0.5):
                data = os.read(key.fd, CHUNK)
                if not data:
                    ears.unregister(key.fileobj)
                elif key.fileobj is child.stderr:
                    words[:] = (words + data)[-WORDS:]
                else:
                    heard_at = time.monotonic()
                    yield data
            beat()
            if time.monotonic() - max(heard_at, feeder.fed_at) > quiet:
                raise CannotMake(f"ffmpeg was silent for {quiet:.0f} s")


def _bounds(cpu: float, memory: int) -> list[str]:
    bounds = ["nice", "-n", "10"]
    if prlimit := shutil.which("prlimit"):  # Linux
        bounds += [prlimit, f"--as={memory}", f"--cpu={round(cpu)}", "--core=0"]
    return bounds
