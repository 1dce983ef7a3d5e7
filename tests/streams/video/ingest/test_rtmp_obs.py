"""ffmpeg in the place of OBS, our server, the real intake and its ffmpeg."""

import asyncio
import signal
from contextlib import asynccontextmanager

import pytest
from asgiref.sync import sync_to_async

from streams import lifecycle, log
from streams.models import Segment, Show, Take
from streams.video.ingest import intake, keys
from streams.video.ingest.rtmp import server
from tests.factories import make_show
from tests.streams.video.ingest.obs import obs

pytestmark = pytest.mark.django_db(transaction=True)
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:pools=1"]


@pytest.fixture
def show():
    show = make_show(status=Show.Status.SCHEDULED)
    lifecycle.go_live(show)
    return show


@asynccontextmanager
async def address(show):
    running = await server.serve("127.0.0.1", 0)
    try:
        yield f"rtmp://127.0.0.1:{running.port}/live/{await sync_to_async(keys.key_of)(show)}"
    finally:
        running.close()
        await running.wait_closed()


async def picture_of(show, *, other_than=None) -> "intake.Intake":
    """The take that is shown now, once it has a picture."""
    async with asyncio.timeout(10):
        while True:
            found = intake._here.get(show.pk)
            if found and found is not other_than and found.parts:
                return found
            await asyncio.sleep(0.05)


async def facts(show):
    return [fact["type"] for fact in await sync_to_async(log.after)(show, 1)]


async def test_the_picture_of_an_encoder_survives_its_ffmpeg_and_ends_with_the_encoder(show, film):
    async with address(show) as where, obs(film, where, seconds=9) as encoder:
        first = await picture_of(show)
        first._process._child.send_signal(signal.SIGKILL)
        second = await picture_of(show, other_than=first)

        _, words = await encoder.communicate()
        assert (encoder.returncode, words) == (0, b"")  # it noticed nothing
        assert second.take.pk != first.take.pk
        async with asyncio.timeout(5):
            while await Take.objects.filter(status=Take.Status.RECEIVING).aexists():
                await asyncio.sleep(0.05)

    assert await facts(show) == ["take.started", "take.lost", "take.started", "take.finished"]
    lengths = [row.duration async for row in Segment.objects.filter(take=second.take)]
    assert sum(lengths) > 4
    assert {take.source async for take in Take.objects.all()} == {Take.Source.RTMP}


async def test_hevc_is_shown_too(show, film):
    async with address(show) as where, obs(film, where, seconds=6, video=HEVC):
        found = await picture_of(show)

    assert found._slot is not None


async def test_a_key_that_is_wrong_ends_the_encoder_at_once(show, film):
    async with address(show) as where, obs(film, where[:-4] + "AAAA", seconds=9) as encoder:
        async with asyncio.timeout(4):
            _, words = await encoder.communicate()

    assert encoder.returncode != 0
    assert b"not valid" in words
    assert not await Take.objects.aexists()
