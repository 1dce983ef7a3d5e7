"""ffmpeg in the place of OBS."""

import asyncio
from contextlib import asynccontextmanager, suppress

from streams.video import ffmpeg

X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"]


def command(film, address: str, *, seconds: float, video=X264, keys: int = 30) -> list[str]:
    """A film in real time to an RTMP address, with a key frame every so many frames."""
    return [
        *(ffmpeg.executable(), "-v", "error", "-nostdin"),
        *("-re", "-stream_loop", "-1", "-t", str(seconds), "-i", str(film)),
        *("-vf", "scale=320:-2", *video, "-g", str(keys), "-threads", "1"),
        *("-c:a", "aac", "-ar", "44100", "-f", "flv", address),
    ]


@asynccontextmanager
async def obs(film, address: str, **options):
    """It sends; `await it.wait()` is its exit code. In the end it is gone."""
    process = await asyncio.create_subprocess_exec(
        *command(film, address, **options), stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


@asynccontextmanager
async def stubborn(film, address: str, **options):
    """The same, begun again a second after each end, as OBS does by itself."""

    async def try_again():
        while True:
            async with obs(film, address, **options) as encoder:
                await encoder.communicate()
            await asyncio.sleep(1)

    trying = asyncio.create_task(try_again())
    try:
        yield
    finally:
        trying.cancel()
        await asyncio.wait([trying])
