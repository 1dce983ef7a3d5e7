"""The real product as processes, started and stopped from outside. Nothing of it is imported."""

import json
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from tests import lanes, nginx

ROOT = Path(__file__).parents[1]
FIXTURE = ROOT / "livecommerce" / "demo" / "fixture.json"
KEPT = ("HOME", "LANG", "TMPDIR", "FFMPEG_BINARY")  # of our own environment
PATIENCE = 30  # seconds to stop by itself; ends what docs/processes.md promises

# Our own servers are asked directly, whatever proxy the environment names, and believed.
_opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}),
    urllib.request.HTTPSHandler(context=ssl._create_unverified_context()),
)


class House:
    """One running product. `url` is its address, `till` that of its stand-in till."""

    def __init__(self, lane: str, var: Path, artefacts: Path, **settings: str):
        self.lane, self.var, self.artefacts = lane, var, artefacts
        artefacts.mkdir(parents=True, exist_ok=True)
        port, till = lanes.free_port(), lanes.free_port()
        self.url = settings.get("SITE_URL", f"http://127.0.0.1:{port}")
        self.till = f"http://127.0.0.1:{till}"
        self.environment = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONFAULTHANDLER": "1",
            "PORT": str(port),
            "LIVE_PORT": str(lanes.free_port()),
            "PICTURE_PORT": str(lanes.free_port()),
            "VAR_DIR": str(var),
            "SITE_URL": self.url,
            "SECRET_KEY": "tests-only",
            "STRIPE_API_BASE": self.till,
            "STRIPE_WEBHOOK_SECRET": "whsec_journeys",
            **settings,
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        """A management command, to its end; nothing is raised."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def prepare(self) -> None:
        """An empty database becomes a shop."""
        self.migrate()
        done = self.manage("load_fixture", str(FIXTURE))
        assert done.returncode == 0, done.stderr

    def migrate(self) -> None:
        done = self.manage("migrate", "-v0")
        assert done.returncode == 0, done.stderr

    def get(self, path: str) -> dict:
        """A JSON answer of the product."""
        return fetch(self.url + path)

    def text(self, path: str) -> str:
        with _opener.open(self.url + path, timeout=10) as answer:
            return answer.read().decode()

    def ledger(self) -> dict:
        """What the till itself wrote down."""
        return fetch(f"{self.till}/_till/ledger")

    def start(self, name: str, command: list[str], **settings: str) -> subprocess.Popen:
        """One process in a group of its own, for stop(); a second start goes on in its log."""
        with self.log(name).open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def log(self, name: str) -> Path:
        return self.artefacts / f"{name}.log"

    @contextmanager
    def process(self, name: str, command: list[str]) -> Iterator[subprocess.Popen]:
        """One process, stopped by SIGTERM at the end; nothing may outlive it."""
        self.log(name).unlink(missing_ok=True)
        started = self.start(name, command)
        try:
            yield started
            assert started.poll() is None, f"{name} ended by itself, see {self.log(name)}"
        finally:
            stop(started, name)

    def wait(self) -> None:
        """Until the product says that it may be sent visitors."""

        def is_ready():
            with suppress(OSError):
                return bool(self.get("/readyz"))

        lanes.wait_for(is_ready, what=f"{self.url}/readyz")


@contextmanager
def laptop(var: Path, artefacts: Path, **settings: str) -> Iterator[House]:
    """Nothing is set: one process and the till. `var` may be a copy of one that was prepared."""
    house = House("laptop", var, artefacts, STATICFILES_HASHED="false", **settings)
    if not any(var.iterdir()):
        house.prepare()
    with house.process("till", till(house)), house.process("serve", serve(house)):
        house.wait()
        yield house


@contextmanager
def grown(var: Path, artefacts: Path) -> Iterator[House]:
    """PostgreSQL, Redis, S3, and each line of the Procfile as a process of its own."""
    with ExitStack() as stack:
        house = House("grown", var, artefacts, **stack.enter_context(lanes.servers()))
        stack.enter_context(_processes(house))
        house.wait()
        yield house


@contextmanager
def fronted(artefacts: Path) -> Iterator[House]:
    """One machine as deploy/README.md sets it up: files on its disk, nginx ends TLS in front."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lc-")))
        folder.chmod(0o755)  # PostgreSQL and nginx run as users of their own when we are root
        site, secure = folder / "nginx", lanes.free_port()
        site.mkdir()
        (site / "static").symlink_to(folder / "var" / "static")
        house = House(
            *("fronted", folder / "var", artefacts),
            **stack.enter_context(lanes.postgresql(folder / "pg")),
            **stack.enter_context(lanes.redis_server(folder)),
            SITE_URL=f"https://127.0.0.1:{secure}",
            SSL_CERT_FILE=str(nginx.certificate(site)),  # for the till, which rings there
        )
        ports = [int(house.environment[name]) for name in ("PORT", "LIVE_PORT", "PICTURE_PORT")]
        behind = dict(zip(nginx.UPSTREAMS, ports, strict=True))
        nginx.write(site, port=lanes.free_port(), secure=secure, behind=behind)
        stack.enter_context(_processes(house))
        stack.enter_context(house.process("nginx", nginx.command(site)))
        house.wait()
        yield house


@contextmanager
def _processes(house: House) -> Iterator[None]:
    """An empty database becomes a shop; each line of the Procfile, and the till."""
    with ExitStack() as stack:
        with ThreadPoolExecutor() as meanwhile:
            gathering = meanwhile.submit(house.manage, "collectstatic", "--noinput", "-v0")
            house.prepare()
        assert gathering.result().returncode == 0, gathering.result().stderr
        stack.enter_context(house.process("till", till(house)))
        for name, command in procfile().items():
            stack.enter_context(house.process(name, ["sh", "-c", f"exec {command}"]))
        yield


@contextmanager
def demo(var: Path, artefacts: Path) -> Iterator[House]:
    """What `make demo` runs, with everything that it brings."""
    house = House("demo", var, artefacts)
    with house.process("demo", [sys.executable, "manage.py", "demo"]):
        house.wait()
        yield house


def till(house: House) -> list[str]:
    return [
        *(sys.executable, "-m", "orders.till"),
        *("--file", str(house.var / "till.sqlite3"), "--port", house.till.rpartition(":")[2]),
        *("--webhook-url", f"{house.url}/webhooks/stripe"),
    ]


def serve(house: House) -> list[str]:
    return [sys.executable, "manage.py", "serve", "--port", house.environment["PORT"]]


def procfile() -> dict[str, str]:
    """{name: command} of deploy/Procfile."""
    lines = (ROOT / "deploy" / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def fetch(address: str) -> dict:
    with _opener.open(address, timeout=10) as answer:
        return json.load(answer)


def stop(process: subprocess.Popen, name: str) -> None:
    """SIGTERM to the one we started; it has to see to its own children."""
    with suppress(ProcessLookupError):
        process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    left = [f"{each.pid} {each.name()}" for each in members(process.pid)]
    if process.poll() is None:
        process.send_signal(signal.SIGABRT)  # its log tells where it hangs
        with suppress(subprocess.TimeoutExpired):
            process.wait(2)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not left, f"{name} left behind: {', '.join(left)}"


def members(group: int) -> list[psutil.Process]:
    """Who of a process group still runs."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
