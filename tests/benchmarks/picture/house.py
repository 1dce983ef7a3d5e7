"""The whole product in one process, `manage.py serve`, with shows that wait for a picture."""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests import lanes
from tests.benchmarks.room import processes

SHOWS = 12
PATIENCE = 30  # seconds until a picture is there
TOKEN = "b" * 32


@dataclass(frozen=True)
class Stage:
    """A show of the house: its address, who may run it, what an encoder shows, what is sold."""

    slug: str
    session: str
    key: str
    items: list[int]


class House:
    def __init__(self, server: processes.Running, rtmp: int, stages: list[Stage]):
        self.server, self.rtmp = server, rtmp
        self.site = f"http://127.0.0.1:{server.port}"
        self._stages = iter(stages)

    def stage(self) -> Stage:
        """A show that nobody has used yet."""
        return next(self._stages)

    def address(self, stage: Stage) -> str:
        return f"{self.site}/live/{stage.slug}/"

    def post(self, stage: Stage, what: str, **data) -> None:
        """As a page of the show's host."""
        headers = {
            "Cookie": f"sessionid={stage.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Origin": self.site,
            "Content-Type": "application/json",
        }
        address = f"{self.site}/api/v1/shows/{stage.slug}/{what}/"
        request = urllib.request.Request(address, json.dumps(data).encode(), headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()

    def wait_for_picture(self, stage: Stage) -> None:
        wait_for(f"{self.site}/hls/{stage.slug}/live.m3u8", contains="#EXTINF")


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    (folder / "var").mkdir()
    port, rtmp = lanes.free_port(), lanes.free_port()
    environment = {
        "VAR_DIR": str(folder / "var"),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "bench-only",
        "STATICFILES_HASHED": "true",
        "RTMP_PORT": str(rtmp),
    }
    processes.python(environment, "manage.py", "migrate", "-v0")
    processes.python(environment, "manage.py", "collectstatic", "--noinput", "-v0")
    made = processes.python(environment, "-m", "tests.benchmarks.picture.shows", str(SHOWS))
    stages = [Stage(**row) for row in json.loads(made.splitlines()[-1])]
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with processes.running(command, environment, port, folder) as server:
        yield House(server, rtmp, stages)


def wait_for(address: str, *, contains: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(address, timeout=10) as answer:
            if contains in answer.read().decode():
                return
        time.sleep(0.1)
    raise TimeoutError(f"{address} has no picture after {PATIENCE} s")
