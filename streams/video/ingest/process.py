"""One running ffmpeg: bytes in, bytes out."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator

CHUNK = 256 * 1024  # bytes read at once
LAST_WORDS = 2000  # characters of its complaints that are kept
PATIENCE = 3  # seconds to finish by itself

# Its input ends with us, but one that pulls its picture would not notice. The kernel tells it,
# without code of ours between fork and exec, where other threads' locks are held for ever.
_SETPRIV = shutil.which("setpriv")
WITH_US = [_SETPRIV, "--pdeathsig", "KILL"] if _SETPRIV else []


class Process:
    """Made by `start`; fed by `write`; read to the end by `output`; always `stop`ped."""

    def __init__(self, child: asyncio.subprocess.Process, *, pulls: bool):
        self._child = child
        self._pulls = pulls
        self._words = ""
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, arguments: list[str], *, pulls: bool = False) -> "Process":
        """One that `pulls` fetches its own input: it is ended by a signal."""
        child = await asyncio.create_subprocess_exec(
            *WITH_US,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL if pulls else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=CHUNK,
        )
        return cls(child, pulls=pulls)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def was_killed(self) -> bool:
        """By a signal: nothing is said about the media."""
        return (self._child.returncode or 0) < 0

    @property
    def has_failed(self) -> bool:
        return bool(self._child.returncode)

    async def write(self, data: bytes) -> None:
        """Raises ConnectionError when it has died."""
        try:
            self._child.stdin.write(data)
            await self._child.stdin.drain()
        except RuntimeError as error:  # the pipe is closed
            raise ConnectionError("ffmpeg has ended.") from error

    async def output(self) -> AsyncIterator[bytes]:
        while data := await self._child.stdout.read(CHUNK):
            yield data

    def finish(self) -> None:
        """No more input: it writes what it still has and ends."""
        with contextlib.suppress(OSError):  # ProcessLookupError among them
            if self._pulls:
                self._child.terminate()
            else:
                self._child.stdin.close()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._child.kill()

    async def throw_away(self) -> None:
        """End it, and read what it wrote: behind a full pipe nobody sees that it has ended."""
        self.kill()
        async for _ in self.output():
            pass

    async def stop(self) -> str:
        """Make sure that it is gone; answer its last words."""
        self.finish()
        try:
            await asyncio.wait_for(self._child.wait(), PATIENCE)
        except TimeoutError:
            self.kill()
            await self._child.wait()
        await self._listening
        return self._words.strip()

    async def _listen(self) -> None:
        while heard := await self._child.stderr.read(4096):
            self._words = (self._words + heard.decode("utf-8", "replace"))[-LAST_WORDS:]
