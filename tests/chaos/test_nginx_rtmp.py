"""deploy/nginx-rtmp.conf in a real nginx, `manage.py picture` behind it, ffmpeg as OBS.

Where nginx has no RTMP module nothing of this is tested, and the report says so in a warning.
"""

import asyncio
import re
import signal
import sys
import tempfile
import urllib.error
import urllib.request
import warnings
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import psutil

from tests import house as houses
from tests import lanes
from tests.chaos import nginx_rtmp
from tests.streams.video.ingest.obs import obs, stubborn

FILM = houses.ROOT / "livecommerce" / "demo" / "film-claymoor.mp4"
OPEN = """
from streams import lifecycle
from streams.video.ingest import keys
from uuid import uuid4
from tests.factories import make_shop, make_show
shop = make_shop(slug=str(uuid4()))  # a new process counts anew
show = make_show(shop=shop, slug=str(uuid4()), status="scheduled")
lifecycle.go_live(show)
print(show.slug, keys.key_of(show))
"""
ROTATE = """
from streams.models import Show
from streams.video.ingest import keys
keys.rotate(Show.objects.get(slug="{slug}"))
"""
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Picture:
    """The process that is asked and fetches, and a live show."""

    def __init__(self, house):
        self.house, self.port = house, lanes.free_port()
        self.slug, self.key = shell(house, OPEN).split()[-2:]
        self.process = None

    def start(self, pull: str) -> None:
        line = [sys.executable, "manage.py", "picture", "--port", str(self.port)]
        self.process = self.house.start("picture", line, RTMP_PULL_URL=pull)

        def answers():
            return _opener.open(f"http://127.0.0.1:{self.port}/healthz", timeout=5).status == 200

        lanes.wait_for(lambda: _tried(answers), what="picture")

    def playlist(self) -> str:
        address = f"http://127.0.0.1:{self.port}/hls/{self.slug}/live.m3u8"
        return _tried(lambda: _opener.open(address, timeout=5).read().decode()) or ""

    def ffmpegs(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    async def take(self, *others: str) -> str:
        """Wait for a picture; the key of its take, which is none of these."""

        def found():
            hint = re.search(r"PRELOAD-HINT:.*URI=\"/hls/[^/]+/([^/]+)/", self.playlist())
            return hint and hint[1] not in others and hint[1]

        await asyncio.to_thread(lanes.wait_for, found, what="the picture", seconds=15)
        return found()

    def stop(self) -> None:
        if self.process:
            houses.stop(self.process, "picture")


def _tried(do):
    try:
        return do()
    except (OSError, urllib.error.HTTPError):
        return None


def shell(house, code: str) -> str:
    done = house.manage("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout


@asynccontextmanager
async def shop(house):
    """Everything runs; gives the picture process, the encoder's address, nginx's folder."""
    picture = Picture(house)
    with tempfile.TemporaryDirectory(prefix="lc-nginx-") as folder:
        async with nginx_rtmp.running(Path(folder), picture.port) as port:
            pull = f"rtmp://127.0.0.1:{port}/live"
            try:
                picture.start(pull)
                yield picture, pull, Path(folder)
            finally:
                picture.stop()


async def gone(encoder, seconds: float) -> float:
    """Wait until the encoder was cut off; how long that took."""
    began = monotonic()
    async with asyncio.timeout(seconds):
        await encoder.communicate()
    return monotonic() - began


if not nginx_rtmp.is_here():

    def test_nginx_has_no_rtmp_module_here_and_was_not_tested():
        warnings.warn("nginx-rtmp is missing: deploy/nginx-rtmp.conf is UNTESTED.", stacklevel=1)

else:

    async def test_a_picture_comes_through_nginx_and_outlives_ffmpeg_and_our_process(laptop):
        async with shop(laptop.house) as (picture, address, folder):
            async with obs(FILM, f"{address}/{picture.key}", seconds=60) as encoder:
                first = await picture.take()
                for process in picture.ffmpegs():
                    process.kill()
                second = await picture.take(first)
                assert encoder.returncode is None  # it noticed nothing

                picture.process.send_signal(signal.SIGKILL)
                for process in picture.ffmpegs():
                    process.kill()
                picture.process.wait()
                picture.start(address)
                # nginx cuts who is asked about while nobody answers; OBS tries again by itself.
                async with stubborn(FILM, f"{address}/{picture.key}", seconds=60):
                    await picture.take(first, second)
            left = monotonic()
            await asyncio.to_thread(
                lanes.wait_for, lambda: not picture.ffmpegs(), what="the end", seconds=10
            )
            assert monotonic() - left < 10

            secret = picture.key.partition("-")[2]
            logs = [*folder.glob("*.log"), laptop.house.log("picture")]
            assert [each for each in logs if secret in each.read_text(errors="replace")] == []

    async def test_a_changed_key_cuts_the_encoder_and_a_wrong_one_never_gets_in(laptop):
        async with shop(laptop.house) as (picture, address, _):
            async with obs(FILM, f"{address}/{picture.key[:-4]}AAAA", seconds=9) as stranger:
                assert await gone(stranger, 4) < 3
            assert picture.playlist() == ""
            assert stranger.returncode != 0

            async with obs(FILM, f"{address}/{picture.key}", seconds=60) as encoder:
                await picture.take()
                await asyncio.to_thread(shell, laptop.house, ROTATE.format(slug=picture.slug))
                assert await gone(encoder, 12) < 10
