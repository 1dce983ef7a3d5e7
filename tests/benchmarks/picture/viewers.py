"""How many low-latency viewers one origin process carries, alone and behind nginx.

python -m tests.benchmarks.picture.viewers [--viewers N] [--seconds S] [--kilobits K] [--only WORD]

Each viewer asks for the playlist by blocking reload and fetches every new part. The delay of a
part is from the moment the origin has it until a viewer has all of it.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import uvloop

from tests import lanes, nginx
from tests.benchmarks.picture import player
from tests.benchmarks.room import processes

ROOT = Path(__file__).resolve().parents[3]
MOST = 1000
ON_AIR = "tests.benchmarks.picture.onair"
SLUG = "bench"
PICTURE = [
    *("--backlog", "4096", "--lifespan", "off", "--log-level", "warning", "--no-access-log"),
    *("--no-proxy-headers", "--no-server-header"),
]
PASSED = """
    location /hls/ {
        proxy_pass http://livecommerce_picture;
        proxy_buffers 32 8k;
    }"""
KEPT = """
    location %s {
        proxy_pass http://livecommerce_picture;
        proxy_cache livecommerce;
        proxy_cache_valid 200 1h;
        %s
    }"""
PARTS = "~ ^/hls/[^/]+/[^/]+/"
LOCK = "proxy_cache_lock on;"
BRIEFLY = f"{LOCK} proxy_cache_lock_timeout 20ms;"
WAYS = {
    "as shipped": None,
    "parts kept, no lock": PASSED + KEPT % (PARTS, ""),
    "parts kept, locked": PASSED + KEPT % (PARTS, LOCK),
    "parts kept, locked for 20 ms": PASSED + KEPT % (PARTS, BRIEFLY),
    "parts and playlists kept, locked": KEPT % ("/hls/", LOCK),
}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.picture.viewers")
    parser.add_argument("--viewers", type=int, default=200, help=f"at most {MOST}")
    parser.add_argument("--seconds", type=float, default=10, help="of each phase")
    parser.add_argument("--kilobits", type=int, default=2500, help="of the picture, a second")
    parser.add_argument("--only", default="", help="ways whose name has this word")
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-picture-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with origin(folder, kilobits=options.kilobits) as server:
            warm(server.port)
            if options.only in "alone":
                tell(measure("alone", server, [server], options))
            for way, hls in WAYS.items() if nginx.program() else ():
                if options.only in way:
                    with behind(way, hls, server.port, folder) as door:
                        tell(measure(way, door, [server, door], options))


@contextmanager
def origin(folder: Path, *, kilobits: int) -> Iterator[processes.Running]:
    """A process as `picture` is one, with a show on air."""
    (folder / "var" / "static").mkdir(parents=True)
    port = lanes.free_port()
    environment = {
        "VAR_DIR": str(folder / "var"),
        "SECRET_KEY": "bench-only",
        "STATICFILES_HASHED": "false",
        "ALLOWED_HOSTS": f"127.0.0.1,{nginx.HOST}",
        "BENCH_SHOW": SLUG,
        "BENCH_KILOBITS": str(kilobits),
        "DJANGO_SETTINGS_MODULE": "livecommerce.settings",
    }
    for words in (["manage.py", "migrate", "-v0"], ["-m", ON_AIR, SLUG]):
        subprocess.run([sys.executable, *words], cwd=ROOT, env=os.environ | environment, check=True)
    command = [sys.executable, "-m", "uvicorn", f"{ON_AIR}:application", *PICTURE]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with processes.running(command, environment, port, folder) as server:
        yield server


def behind(way: str, hls: str | None, port: int, folder: Path):
    """nginx in front of the origin, in a folder of its own."""
    own = folder / way.replace(" ", "-")
    own.mkdir(mode=0o755)
    at, secure = lanes.free_port(), lanes.free_port()
    everywhere = dict.fromkeys(nginx.UPSTREAMS, port)
    nginx.write(own, port=at, secure=secure, behind=everywhere, hls=hls)
    return processes.running(nginx.command(own), {}, at, own)


def measure(way: str, door, counted: list[processes.Running], options) -> dict:
    viewers = min(options.viewers, MOST)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(warm, (door.port,))
        before, start = [each.cpu() for each in counted], time.monotonic()
        found = pool.apply(crowd, (door.port, viewers, options.seconds))
        took = time.monotonic() - start
        after = [each.cpu() for each in counted]
    delays = sorted(found["delays"])
    names = ["origin_cores", "nginx_cores"]
    cores = [round((b - a) / took, 3) for a, b in zip(before, after, strict=True)]
    return {
        "way": way,
        "viewers": viewers,
        "kilobits": options.kilobits,
        "seconds": round(took, 1),
        "parts": len(delays),
        "delay_ms_median": _ms(median(delays)) if delays else None,
        "delay_ms_p95": _ms(delays[int(len(delays) * 0.95)]) if delays else None,
        "delay_ms_p99": _ms(delays[int(len(delays) * 0.99)]) if delays else None,
        "skipped": found["skipped"],
        "errors": found["errors"],
        "megabits": round(found["bytes"] * 8 / took / 1e6),
        **dict(zip(names, cores, strict=False)),
        "crowd_cores": round(found["cpu"] / took, 2),
    }


def warm(port: int) -> None:
    """The first request puts the show on air."""
    asyncio.run(_until_on_air(port))


async def _until_on_air(port: int) -> None:
    loop = asyncio.get_running_loop()
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        _, line = await loop.create_connection(player.Line, "127.0.0.1", port)
        status, text, _ = await line.get(nginx.HOST, f"/hls/{SLUG}/live.m3u8")
        line.transport.close()
        if status == 200 and player.LAST.search(text):
            return
        await asyncio.sleep(0.2)
    raise TimeoutError("The show does not come on air.")


def crowd(port: int, viewers: int, seconds: float) -> dict:
    return uvloop.run(_crowd(port, viewers, seconds))


async def _crowd(port: int, viewers: int, seconds: float) -> dict:
    found, cpu = player.Found(), time.process_time()
    until = time.monotonic() + seconds
    players = [player.watch(port, nginx.HOST, SLUG, found, until) for _ in range(viewers)]
    for ended in await asyncio.gather(*players, return_exceptions=True):
        found.errors += isinstance(ended, Exception)
    return vars(found) | {"cpu": time.process_time() - cpu}


def tell(figure: dict) -> None:
    print(json.dumps(figure), flush=True)
    print(
        f"  {figure['viewers']} viewers, {figure['way']}: a part is there after"
        f" {figure['delay_ms_median']} ms (p95 {figure['delay_ms_p95']} ms), origin"
        f" {figure['origin_cores']:.0%} of a core"
        + (f", nginx {figure['nginx_cores']:.0%}" if "nginx_cores" in figure else "")
        + f", {figure['megabits']} Mbit/s, {figure['errors']} errors.",
        flush=True,
    )


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


if __name__ == "__main__":
    main(arguments())
