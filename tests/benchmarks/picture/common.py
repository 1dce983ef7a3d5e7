"""The common way: ffmpeg's own HLS muxer, nginx in front of its files, hls.js as it comes."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import lanes, nginx
from tests.benchmarks.picture import hosts, house
from tests.benchmarks.room import processes

HLS_JS = processes.ROOT / "node_modules" / "hls.js" / "dist" / "hls.min.js"
FULL = "live4.ts"  # as many segments as the muxer lists; before that players stumble
PAGE = """<!doctype html>
<html lang="en">
<title>The common way</title>
<video muted autoplay playsinline></video>
<script src="/hls.min.js"></script>
<script>
  const hls = new Hls()
  hls.loadSource("/live.m3u8")
  hls.attachMedia(document.querySelector("video"))
</script>
"""
SITE = """
types {{
    text/html html;
    text/javascript js;
    application/vnd.apple.mpegurl m3u8;
    video/mp2t ts;
}}
server {{
    listen 127.0.0.1:{port};
    root {folder};
    location = /live.m3u8 {{ add_header Cache-Control no-cache; }}
}}
"""


@contextmanager
def on_air(folder: Path) -> Iterator[str]:
    """The address of a page that plays it."""
    if not nginx.program():
        raise OSError("nginx is not installed")
    folder.mkdir(mode=0o755)
    port = lanes.free_port()
    shutil.copy(HLS_JS, folder)
    (folder / "index.html").write_text(PAGE)
    (folder / "site.conf").write_text(SITE.format(folder=folder, port=port))
    (folder / "nginx.conf").write_text(nginx.MAIN.format(folder=folder))
    command = nginx.command(folder)
    with hosts.muxer(folder / "live.m3u8"), processes.running(command, {}, port, folder):
        site = f"http://127.0.0.1:{port}"
        house.wait_for(f"{site}/live.m3u8", contains=FULL)
        yield f"{site}/"
