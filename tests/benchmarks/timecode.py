"""A camera whose picture tells when it was taken, and how to read that off a screen."""

import asyncio
import json
import time

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from streams.video import ffmpeg

WIDTH, HEIGHT, STRIP, RATE = 640, 360, 40, 25  # pixels, frames a second
BITS = 32
CAMERA = [
    *("-hide_banner", "-loglevel", "error"),
    *("-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE)),
    *("-i", "pipe:0", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"),
    *("-pix_fmt", "yuv420p", "-g", str(RATE), "-f", "matroska", "-live", "1"),
    *("-cluster_time_limit", "100", "-flush_packets", "1", "pipe:1"),
]
# In the page: the delay of every frame shown, in ms, until there are enough of them.
READ = """
(wanted) => new Promise((done) => {
  const video = document.querySelector("video"), delays = []
  const canvas = new OffscreenCanvas(640, 360)
  const paint = canvas.getContext("2d", { willReadFrequently: true })
  const look = () => {
    paint.drawImage(video, 0, 0, 640, 360)
    const row = paint.getImageData(0, 20, 640, 1).data
    let coded = 0
    for (let bit = 0; bit < 32; bit++) coded = coded * 2 + (row[(bit * 20 + 10) * 4] > 127 ? 1 : 0)
    delays.push((Date.now() % 2 ** 32) - coded)
    if (delays.length < wanted) video.requestVideoFrameCallback(look)
    else done(delays)
  }
  video.requestVideoFrameCallback(look)
})
"""


def frame(milliseconds: int) -> bytes:
    """A grey picture; its upper strip is the time in black and white squares, highest bit first."""
    coded = milliseconds % 2**BITS
    square = WIDTH // BITS
    row = b"".join(
        (b"\xeb" if coded >> (BITS - 1 - bit) & 1 else b"\x10") * square for bit in range(BITS)
    )
    return row * STRIP + b"\x80" * (WIDTH * (HEIGHT - STRIP))


async def publish(site: str, slug: str, session: str, over: asyncio.Event) -> None:
    """Send the camera's picture into the show until it is over."""
    address = f"{site.replace('http', 'ws', 1)}/ws/studio/{slug}/"
    headers = {"Cookie": f"sessionid={session}"}
    async with connect(address, origin=site, additional_headers=headers, compression=None) as line:
        await line.send(json.dumps({"type": "studio.start"}))
        await line.recv()
        camera = await asyncio.create_subprocess_exec(
            ffmpeg.executable(),
            *CAMERA,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        sending = asyncio.create_task(_send(camera, line))
        hearing = asyncio.create_task(_hear(line))
        began, count = time.monotonic(), 0
        while not over.is_set() and not hearing.done():
            camera.stdin.write(frame(int(time.time() * 1000)))
            count += 1
            await asyncio.sleep(max(0, began + count / RATE - time.monotonic()))
        camera.stdin.close()
        await camera.wait()
        await sending
        hearing.cancel()


async def _send(camera, line) -> None:
    while data := await camera.stdout.read(65536):
        try:
            await line.send(data)
        except (OSError, ConnectionClosed):
            return


async def _hear(line) -> None:
    async for _ in line:
        pass
