"""What is measured: each server's command, its room's address and what it takes for a message."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tests import nginx

PYTHON = sys.executable
DAPHNE = [
    *("--ping-interval", "8", "--ping-timeout", "12"),
    *("--application-close-timeout", "3", "--no-server-name"),
]  # as deploy/Procfile starts it
UVICORN = [
    *("--ws", "livecommerce.servers.uvicorn:RoomSocket", "--ws-per-message-deflate", "false"),
    *("--ws-max-size", "65536", "--ws-ping-interval", "8", "--ws-ping-timeout", "12"),
    *("--lifespan", "off", "--backlog", "4096", "--log-level", "warning", "--no-access-log"),
    *("--no-proxy-headers", "--no-server-header"),
]
GRANIAN = [
    *("--interface", "asginl", "--ws", "--workers", "1", "--backlog", "4096"),
    *("--log-level", "warning", "--no-access-log"),
]
NGINX = """
load_module {module};
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections {files}; }}
http {{
  access_log off;
  nchan_shared_memory_size 512M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location /room/ {{
      nchan_pubsub websocket;
      nchan_channel_id room;
      nchan_subscriber_first_message newest;
      nchan_message_buffer_length 5000;
    }}
  }}
}}
"""


def as_is(text: str) -> str:
    return text


def tutorials(text: str) -> str:
    return json.dumps({"message": text})


def ours(text: str) -> str:
    return json.dumps({"type": "chat.say", "text": text, "nonce": "n"})


@dataclass(frozen=True)
class Kind:
    """`what` it is, under which `server`, over which `layer`."""

    what: str  # ours, tutorial, nchan, websockets, bare
    server: str
    layer: str  # in memory, Redis or none
    command: Callable[[int, Path], list[str]] = field(repr=False)
    wrap: Callable[[str], str] = field(default=as_is, repr=False)

    def __str__(self) -> str:
        if self.what == self.server:
            return self.what
        return f"{self.what}, {self.server}, {self.layer}"

    @property
    def is_ours(self) -> bool:
        return self.what == "ours"

    @property
    def lane(self) -> str:
        return "grown" if self.layer == "Redis" else "laptop"


def kinds() -> list[Kind]:
    """Everything this machine can run, the naive way first."""
    naive = "tests.benchmarks.room.tutorial:application"
    product = "tests.benchmarks.room.door:application"
    found = [
        Kind("tutorial", "daphne", layer, _server("daphne", naive), tutorials)
        for layer in ("in memory", "Redis")
    ]
    found += [
        Kind("ours", server, layer, _server(server, product), ours)
        for layer in ("in memory", "Redis")
        for server in ("daphne", "uvicorn", "granian")
        if find_spec(server)
    ]
    if nginx.program() and nginx.module("nchan"):
        found.append(Kind("nchan", "nchan", "none", _nchan))
    for name, limit in {"websockets": "broadcast", "bare": "bare"}.items():
        found.append(Kind(name, name, "none", _limit(limit)))
    return found


def _server(name: str, application: str) -> Callable[[int, Path], list[str]]:
    def command(port: int, folder: Path) -> list[str]:
        if name == "daphne":
            address = ["-e", f"tcp:port={port}:interface=127.0.0.1:backlog=4096", *DAPHNE]
        else:
            address = ["--host", "127.0.0.1", "--port", str(port)]
            address += UVICORN if name == "uvicorn" else GRANIAN
        return [PYTHON, "-m", name, *address, application]

    return command


def _nchan(port: int, folder: Path) -> list[str]:
    place = folder / f"nginx-{port}.conf"
    place.write_text(
        NGINX.format(module=nginx.module("nchan"), folder=folder, port=port, files=20000)
    )
    return [nginx.program(), "-c", str(place), "-p", str(folder), "-e", "stderr"]


def _limit(name: str) -> Callable[[int, Path], list[str]]:
    return lambda port, folder: [PYTHON, "-m", "tests.benchmarks.room.limits", name, str(port)]
