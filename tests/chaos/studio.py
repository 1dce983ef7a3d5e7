"""A host who sends a film, what viewers get of it, and the replay, all over the wire."""

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from livecommerce.demo.seed import FILM
from streams.video import ffmpeg
from tests import house as houses
from tests import lanes
from tests.chaos.webs import Web
from tests.streams.video.hls_rules import broken_rules

SETTINGS = "tests.chaos.faulty_settings"
EACH = ("-enc_time_base", "demux")  # two frames of a camera may come in one tick of its rate
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stage(Web):
    """The one process of a laptop, with one show on air."""

    def __init__(self, laptop, name: str):
        super().__init__(laptop.house, name)
        self.command = [*houses.serve(laptop.house)[:-1], str(self.port)]
        self.backstage = laptop.backstage
        self.fault = laptop.house.var / "storage-fault"
        self.fault.unlink(missing_ok=True)
        found = laptop.backstage("go_on_air")
        self.slug, self.host_name = found["slug"], found["username"]
        self.session = found["session"]

    def start(self) -> None:
        self.process = self.house.start(
            self.name, self.command, DJANGO_SETTINGS_MODULE=SETTINGS, SITE_URL=f"http://{self.host}"
        )

    def kill(self) -> None:
        """kill -9 of the server alone: what it had started has to notice by itself."""
        children = self.children()
        self.process.kill()
        self.process.wait()
        psutil.wait_procs(children, timeout=2)
        self.stop()

    @contextmanager
    def publisher(self) -> Iterator[None]:
        """Somebody sends the film, and comes back when the line drops."""
        command = ["publish_film", self.slug, str(FILM), "--as", self.host_name]
        sender = self.house.start(
            f"{self.name}-publisher",
            [sys.executable, "manage.py", *command],
            SITE_URL=f"http://{self.host}",
        )
        try:
            yield
        finally:
            houses.stop(sender, "publisher")

    def children(self) -> list[psutil.Process]:
        """The ffmpegs of the live picture; those that make posters and the like are niced."""
        with suppress(psutil.Error):
            found = psutil.Process(self.process.pid).children(recursive=True)
            return [each for each in found if each.name().startswith("ffmpeg") and not each.nice()]
        return []

    def get(self, path: str) -> bytes:
        with _opener.open(f"http://{self.host}{path}", timeout=5) as answer:
            return answer.read()

    def live(self) -> str:
        """The live playlist; nothing before the first picture."""
        with suppress(urllib.error.URLError, ConnectionError):
            return self.get(f"/hls/{self.slug}/live.m3u8").decode()
        return ""

    def last(self) -> int:
        """The number of the last segment that viewers know, counted over the show; -1: none."""
        text = self.live()
        first = re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)
        return int(first[1]) + text.count("#EXTINF") - 1 if first else -1

    def wait_for_next_take(self, *, segments: int, seconds: float) -> float:
        """Until viewers have so many of a second take; answers how long it took."""

        def has_come() -> bool:
            _, seam, after = self.live().rpartition("#EXT-X-DISCONTINUITY\n")
            return bool(seam) and after.count("#EXTINF") >= segments

        began = time.monotonic()
        lanes.wait_for(has_come, what="the next take", seconds=seconds)
        return time.monotonic() - began

    def recorded(self) -> dict:
        return self.backstage("recorded", slug=self.slug)

    def wait_for_segment(self, number: int, *, seconds: float = 12) -> float:
        """Until viewers have it; answers how long it took."""
        began = time.monotonic()
        lanes.wait_for(lambda: self.last() >= number, what=f"segment {number}", seconds=seconds)
        return time.monotonic() - began

    def end(self, *, seconds: float = 12) -> None:
        """The host presses End; the replay is whole when no take is open any more."""
        self.backstage("end_show", slug=self.slug)
        lanes.wait_for(
            lambda: "receiving" not in self.recorded()["takes"], what="the replay", seconds=seconds
        )

    def replay(self) -> float:
        """Play all of it; answers how many seconds it has."""
        text = self.get(f"/hls/{self.slug}/source.m3u8").decode()
        assert broken_rules(text) == []
        assert "#EXT-X-ENDLIST" in text
        for stretch in re.split(r"(?=#EXT-X-MAP)", text)[1:]:
            paths = re.findall(r"(/media/takes/[^\s\"]+)", stretch)
            media = b"".join(map(self.get, paths))
            played = subprocess.run(
                [ffmpeg.executable(), "-v", "error", "-i", "pipe:0", *EACH, "-f", "null", "-"],
                input=media,
                capture_output=True,
                timeout=30,
            )
            assert (played.returncode, played.stderr) == (0, b"")
        return sum(map(float, re.findall(r"#EXTINF:([\d.]+)", text)))

    def leftovers(self) -> list[str]:
        """Files of the show's takes that no playlist needs."""
        text = self.get(f"/hls/{self.slug}/source.m3u8").decode()
        takes = [self.house.var / "media" / "takes" / key for key in self.recorded()["keys"]]
        files = [path for take in takes for path in take.rglob("source/*") if path.is_file()]
        return [str(path) for path in files if path.name not in text or path.stat().st_size < 8]
