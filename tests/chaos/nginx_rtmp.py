"""Debian's nginx with its RTMP module, run with the configuration that we ship."""

import asyncio
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests import lanes, nginx
from tests.house import ROOT


def is_here() -> bool:
    return bool(nginx.program() and nginx.module("rtmp"))


def shipped(folder: Path, port: int, callbacks: int) -> str:
    """deploy/nginx-rtmp.conf, at other places."""
    text = (ROOT / "deploy" / "nginx-rtmp.conf").read_text()
    places = {
        "listen 1935;": f"listen 127.0.0.1:{port};",
        "/usr/lib/nginx/modules/ngx_rtmp_module.so": str(nginx.module("rtmp")),
        "/run/nginx-rtmp.pid": f"{folder}/nginx.pid",
        "/var/log/nginx/rtmp.log": f"{folder}/error.log",
        "http://127.0.0.1:8200": f"http://127.0.0.1:{callbacks}",
    }
    for before, after in places.items():
        assert before in text
        text = text.replace(before, after)
    return text


@asynccontextmanager
async def running(folder: Path, callbacks: int):
    """Its RTMP port; callbacks go to that port."""
    folder.chmod(0o777)  # its workers are somebody else when we are root
    port = lanes.free_port()
    place = folder / "nginx.conf"
    place.write_text(shipped(folder, port, callbacks))
    process = await asyncio.create_subprocess_exec(
        *(nginx.program(), "-c", str(place), "-p", str(folder), "-e", str(folder / "error.log")),
        *("-g", "daemon off;"),
    )
    try:
        async with asyncio.timeout(10):
            while True:
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.05)
        yield port
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
