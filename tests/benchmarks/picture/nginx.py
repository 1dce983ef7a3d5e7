"""Debian's nginx with the shipped configuration in front of a real origin: does it do as it says?

python -m tests.benchmarks.picture.nginx: asks through nginx, by TLS, prints one JSON line with
each answer's status, X-Cache and Cache-Control, and one sentence. Exit code 1 if one is not as it
should be.
"""

import json
import re
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import lanes
from tests.benchmarks.picture import front, viewers
from tests.benchmarks.room import processes, servers

BELIEVING = ssl._create_unverified_context()
KEPT = "public, max-age=31536000, immutable"
PART = re.compile(r'#EXT-X-PART:[^\n]*URI="([^"]+)"')
SEGMENT = re.compile(r"^/media/takes/[^\n]+\.m4s$", re.MULTILINE)


def main() -> int:
    if not servers.nginx():
        print("nginx is not installed: nothing was looked at.")
        return 1
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with viewers.origin(folder, kilobits=2500) as server:
            own = folder / "nginx"
            own.mkdir(mode=0o755)
            ports = lanes.free_port(), lanes.free_port()
            front.write(
                own,
                port=ports[0],
                secure=ports[1],
                behind=dict.fromkeys(front.UPSTREAMS, server.port),
            )
            command = front.command(servers.nginx(), own)
            tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
            with processes.running(command, {}, ports[1], own):
                viewers.warm(server.port)
                found = answers(ports[1])
    wrong = [what for what, answer in found.items() if not answer.pop("is_right")]
    wrong += [] if tested.returncode == 0 else ["nginx -t"]
    print(json.dumps({"nginx_t": tested.stderr.strip().splitlines()[-1], **found}))
    print(f"  Not as it should be: {', '.join(wrong)}." if wrong else "  All as it should be.")
    return bool(wrong)


def answers(port: int) -> dict[str, dict]:
    """What viewers are answered, one after another."""
    live = "/hls/bench/live.m3u8"
    text = ask(port, live)["body"]
    segment, part = SEGMENT.findall(text)[-1], PART.findall(text)[-1]
    found = {
        "playlist": (ask(port, live), 200, None, "no-cache"),
        "playlist again": (ask(port, live), 200, None, "no-cache"),
        "part": (ask(port, part), 200, None, "public, max-age=3600, immutable"),
        "segment": (ask(port, segment), 200, "MISS", KEPT),
        "segment again": (ask(port, segment), 200, "HIT", KEPT),
        "guessed segment": (ask(port, re.sub(r"\d{6}\.m4s", "999999.m4s", segment)), 404, None),
        "guessed again": (ask(port, re.sub(r"\d{6}\.m4s", "999999.m4s", segment)), 404, None),
        "guessed part": (ask(port, re.sub(r"\d+\.m4s", "77.m4s", part)), 404, None),
        "traversal": (ask(port, "/media/takes/..%2f..%2fdb.sqlite3"), (400, 404), ...),
    }
    blocked = blocking(port, live)
    return {what: told(*answer) for what, answer in found.items()} | {"blocking": blocked}


def told(answer: dict, status, cache=..., control=...) -> dict:
    wanted = status if isinstance(status, tuple) else (status,)
    is_right = answer["status"] in wanted
    is_right &= cache is ... or answer["x-cache"] == cache
    is_right &= control is ... or answer["cache-control"] == control
    return {key: value for key, value in answer.items() if key != "body"} | {"is_right": is_right}


def blocking(port: int, live: str) -> dict:
    """A reload that waits is not answered before its part is there, nor from a cache."""
    text = ask(port, live)["body"]
    first = int(re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", text)[1])
    wanted = first + len(SEGMENT.findall(text)) + 1  # the segment after the open one
    start = time.monotonic()
    answer = ask(port, f"{live}?_HLS_msn={wanted}&_HLS_part=0")
    waited = time.monotonic() - start
    found = told(answer, 200, None, "public, max-age=0, s-maxage=12")
    found["is_right"] &= len(SEGMENT.findall(answer["body"])) > len(SEGMENT.findall(text)) - 2
    found["is_right"] &= waited > 0.05
    return found | {"waited": round(waited, 2)}


def ask(port: int, path: str) -> dict:
    """Through the door as a browser does, whose name the site has."""
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}{path}", headers={"Host": front.HOST}
    )
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=BELIEVING)
    )
    try:
        answer = opener.open(request, timeout=15)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return {
            "status": answer.status,
            "x-cache": answer.headers["X-Cache"],
            "cache-control": answer.headers["Cache-Control"],
            "body": answer.read().decode(errors="replace"),
        }


if __name__ == "__main__":
    sys.exit(main())
