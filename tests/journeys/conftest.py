"""Journeys: a real browser, the real product from outside, nothing mocked."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import browser as browsers
from tests import house as houses
from tests.journeys.visitors import Visitors

ARTEFACTS = Path(os.environ.get("ARTEFACTS", houses.ROOT / "var" / "artefacts"))
# A page behind another one is a page somebody looks at.
ALL_SEEN = (
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
)


@pytest.fixture(scope="package")
def shelves(tmp_path_factory) -> Path:
    """What a laptop keeps once it is a shop; made once, for laptops to begin with a copy."""
    var = tmp_path_factory.mktemp("shelves")
    houses.House("laptop", var, ARTEFACTS / "laptop").prepare()
    return var


# One house for all stories of a lane: to build it takes longer than most of them.
@pytest.fixture(scope="package", params=["laptop", "grown"])
def house(request, tmp_path_factory) -> Iterator[houses.House]:
    """The product in each lane."""
    var = tmp_path_factory.mktemp(request.param)
    if request.param == "laptop":
        shutil.copytree(request.getfixturevalue("shelves"), var, dirs_exist_ok=True)
    with getattr(houses, request.param)(var, ARTEFACTS / request.param) as running:
        yield running


@pytest.fixture(scope="package")
def demo(tmp_path_factory) -> Iterator[houses.House]:
    """The product as `make demo` shows it."""
    with houses.demo(tmp_path_factory.mktemp("demo"), ARTEFACTS / "demo") as running:
        yield running


@pytest.fixture(scope="package")
def film(tmp_path_factory) -> Path:
    """Ten seconds of a small picture with sound: cheap to send and to watch."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    picture = ("-f", "lavfi", "-i", "testsrc2=size=216x384:rate=10:duration=10")
    sound = ("-f", "lavfi", "-i", "sine=frequency=220:duration=10")
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *picture, *sound]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", str(path)], check=True)
    return path


# No longer than a module: while Playwright's loop runs, Django refuses to touch a database.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser with a camera that is not there."""
    flags = [*browsers.FLAGS, *browsers.CAMERA, *ALL_SEEN]
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browsers.chromium(), args=flags)
        yield launched
        launched.close()


@pytest.fixture
def visitors(request, chromium) -> Iterator[Visitors]:
    """visitors.phone(url), visitors.desk(url): people, each with a browser profile of their own."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    present = Visitors(chromium, ARTEFACTS / name)
    yield present
    present.leave()
