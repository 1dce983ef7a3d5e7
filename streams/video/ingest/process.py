"""One running ffmpeg: bytes in, bytes out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

CHUNK = 256 * 1024  # bytes read at once
LAST_WORDS = 2000  # characters of its complaints that are kept
PATIENCE = 5  # seconds to finish by itself


class Process:
    """Made by `start`; fed by `write`; read to the end by `output`; always `stop`ped."""

    def __init__(self, child: asyncio.subprocess.Process):
        self._child = child
        self._words = ""
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, arguments: list[str]) -> "Process":
        return cls(
            await asyncio.create_subprocess_exec(
                *arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=CHUNK,
            )
        )

    async def write(self, data: bytes) -> None:
        """Raises ConnectionError when it has died."""
        self._child.stdin.write(data)
        await self._child.stdin.drain()

    async def output(self) -> AsyncIterator[bytes]:
        while data := await self._child.stdout.read(CHUNK):
            yield data

    def finish(self) -> None:
        """No more input: it writes what it still has and ends."""
        with contextlib.suppress(OSError):
            self._child.stdin.close()

    async def stop(self) -> str:
        """Make sure that it is gone; answer its last words."""
        self.finish()
        try:
            await asyncio.wait_for(self._child.wait(), PATIENCE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._child.kill()
            await self._child.wait()
        await self._listening
        return self._words.strip()

    async def _listen(self) -> None:
        while heard := await self._child.stderr.read(4096):
            self._words = (self._words + heard.decode("utf-8", "replace"))[-LAST_WORDS:]
