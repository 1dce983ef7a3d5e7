"""What a show costs: our processes while it is on air, and what is made after it."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from streams.video import ffmpeg
from tests.benchmarks.picture import figures, hosts
from tests.benchmarks.picture.figures import Figure
from tests.benchmarks.picture.house import House
from tests.benchmarks.room import processes

FILM = (
    processes.ROOT / "livecommerce" / "demo" / "film-claymoor.mp4"
)  # 720 × 1280, 30 frames a second
SETTLE = 3  # seconds
LONGEST = 30  # seconds of film that are made smaller
LADDER = 0.7  # the aim, CPU seconds for each second


def on_air(house: House, folder: Path, seconds: float) -> Iterator[Figure]:
    """Cores that the whole house uses, without viewers, above what it uses with nobody on air."""
    vp8 = folder / "film.webm"
    _make(["-t", "8", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"], vp8)
    idle = _cores(house, seconds)
    yield Figure(figures.PROCESSOR, "nobody is on air", round(idle, 3), "cores")
    for way, host, film in (
        ("H.264 from a browser, copied", hosts.studio, FILM),
        ("H.264 over RTMP, copied", hosts.broadcaster, FILM),
        ("VP8 from a browser, encoded", hosts.studio, vp8),
    ):
        stage = house.stage()
        with host(house, stage, film) as encoder:
            house.wait_for_picture(stage)
            time.sleep(SETTLE)
            cores = _cores(house, seconds)
            if encoder.poll() is not None:
                raise OSError(f"{way}: the picture was lost")
        yield Figure(figures.PROCESSOR, way, round(cores - idle, 3), "cores")


def _cores(house: House, seconds: float) -> float:
    began, spent = time.monotonic(), house.server.cpu()
    time.sleep(seconds)
    return (house.server.cpu() - spent) / (time.monotonic() - began)


def after(folder: Path, seconds: float) -> Iterator[Figure]:
    """CPU seconds for each second of a 1080 × 1920 picture, the film's own."""
    film = folder / "film.mp4"
    length = str(min(LONGEST, max(6, 2 * seconds)))
    scaled = ["-t", length, "-vf", "scale=1080:1920", "-c:v", "libx264", "-preset", "veryfast"]
    _make([*scaled, "-b:v", "4500k", "-g", "30", "-bf", "0"], film)
    (folder / "after").mkdir()
    environment = {"VAR_DIR": str(folder / "after"), "SECRET_KEY": "bench-only"}
    processes.python(environment, "manage.py", "migrate", "-v0")
    said = processes.python(environment, "-m", "tests.benchmarks.picture.made", str(film))
    told = json.loads(said.splitlines()[-1])
    lasts = told.pop("seconds")
    beside = {"picture": f"{lasts:.0f} s"}
    for what, spent in told.items():
        aim = LADDER if what.startswith("ladder") else None
        value = round(spent / lasts, 4)
        yield Figure(figures.MADE, what, value, "CPU seconds a second", aim, beside)


def _make(words: list[str], film: Path) -> None:
    sound = ["-c:a", "copy"] if film.suffix == ".mp4" else ["-c:a", "libopus"]
    command = [ffmpeg.executable(), "-hide_banner", "-loglevel", "error", "-i", str(FILM)]
    subprocess.run([*command, *words, *sound, str(film)], check=True, timeout=300)
