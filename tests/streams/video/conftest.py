import subprocess
from pathlib import Path

import pytest
from PIL import ImageFont

from streams.video import ffmpeg

FILM = Path(__file__).parents[3] / "livecommerce" / "demo" / "film-claymoor.mp4"


def _run(args, data=b""):
    done = subprocess.run(args, input=data, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout


@pytest.fixture(scope="session")
def run():
    """Run a command on bytes; it must succeed and have nothing to complain about."""
    return _run


@pytest.fixture(scope="session")
def film():
    return FILM


@pytest.fixture(scope="session")
def remuxed():
    """The whole film, 48 s, as fragmented MP4."""
    return _run(ffmpeg.remux(FILM))


@pytest.fixture(scope="session")
def font(tmp_path_factory):
    path = tmp_path_factory.mktemp("it's a font: [1], 50%; really") / "clock.ttf"
    path.write_bytes(ImageFont.load_default(40).font_bytes)
    return path


@pytest.fixture(scope="session")
def published(font):
    """Four seconds as a host sends them: Matroska, H.264 and Opus."""
    return _run(ffmpeg.publish(FILM, font=font, seconds=4, real_time=False))


@pytest.fixture(scope="session")
def published_vp8(published):
    """Two seconds from a browser that knows no H.264."""
    command = [ffmpeg.executable(), "-v", "error", "-i", "pipe:0", "-t", "2"]
    codec = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "copy"]
    return _run([*command, *codec, "-f", "webm", "pipe:1"], published)


@pytest.fixture(scope="session")
def runs_badly():
    """Run a command that must fail; return what it wrote nevertheless."""

    def run(args, data=b""):
        done = subprocess.run(args, input=data, capture_output=True, timeout=60)
        assert done.returncode != 0
        return done.stdout

    return run


@pytest.fixture(scope="session")
def fragmented(published):
    """The same four seconds as the one ffmpeg of the show gives them to the packager."""
    return _run(ffmpeg.live("copy"), published)
