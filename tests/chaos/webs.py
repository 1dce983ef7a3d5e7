"""Web processes of a house, each to be killed and started alone; and somebody behind the scenes."""

import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from tests import house as houses
from tests import lanes
from tests.house import House

DAPHNE, UVICORN = "web", "live"  # lines of deploy/Procfile
TOKEN = "c" * 32  # both halves of Django's answer to foreign pages
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Web:
    """One web process. Its address stays while it comes and goes."""

    def __init__(self, house: House, name: str, line: str = DAPHNE):
        self.house, self.name = house, name
        self.port = lanes.free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.command = ["sh", "-c", f"exec {houses.procfile()[line]}"]
        self.process: subprocess.Popen | None = None
        house.log(name).unlink(missing_ok=True)

    def start(self) -> None:
        self.process = self.house.start(
            self.name, self.command, PORT=str(self.port), LIVE_PORT=str(self.port)
        )

    def wait(self) -> None:
        """Until it listens."""

        def listens():
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True

        lanes.wait_for(listens, what=self.name)

    def stop(self) -> None:
        if self.process:
            houses.stop(self.process, self.name)

    def kill(self) -> None:
        """kill -9, with what it had started: no farewell, no signing off."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.stop()

    def post(self, path: str, cookie: str, body: dict) -> dict | None:
        """Whoever carries the cookie asks for something over the API of this process."""
        headers = {
            "Cookie": f"{cookie}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/json",
        }
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"http://{self.host}{path}", data, headers)
        with _opener.open(request, timeout=10) as answer:
            return json.loads(answer.read() or "null")

    def memory(self) -> int:
        """Bytes that are resident."""
        return psutil.Process(self.process.pid).memory_info().rss

    def log(self) -> str:
        return self.house.log(self.name).read_text(errors="replace")


def session(key: str) -> str:
    """The cookie of somebody who signed in."""
    return f"sessionid={key}"


class Backstage:
    """backstage("say", slug=…, texts=[…]): a verb of tests/chaos/backstage.py, done."""

    def __init__(self, house: House):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.backstage"],
            cwd=houses.ROOT,
            env=house.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=house.log("backstage").open("ab"),
            text=True,
        )
        self._turn = threading.Lock()

    def __call__(self, verb: str, **arguments):
        with self._turn:
            self._process.stdin.write(json.dumps([verb, arguments]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        assert answer, f"{verb} failed, see backstage.log"
        return json.loads(answer)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


class Redis:
    """A Redis that can be away for a while."""

    def __init__(self, folder: Path):
        self._folder, self._port, self._running = folder, lanes.free_port(), ExitStack()

    def start(self) -> dict[str, str]:
        return self._running.enter_context(lanes.redis_server(self._folder, self._port))

    def stop(self) -> None:
        self._running.close()


def uvicorn(house: House, name: str = "uvicorn") -> Web:
    return Web(house, name, UVICORN)


@contextmanager
def running(*webs: Web) -> Iterator[None]:
    """All of them started at once, and stopped at the end."""
    with ExitStack() as stack:
        for web in webs:
            stack.callback(web.stop)
            web.start()
        for web in webs:
            web.wait()
        yield
