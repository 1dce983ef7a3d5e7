"""A server as a process: started with a log of its own, weighed from outside, ended by its id."""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 40  # seconds until a server listens
CPU_CLOCK = 2  # clock_getcpuclockid(3): the clock of all threads of a process


class Running:
    """A server and every process it started."""

    def __init__(self, process: subprocess.Popen, log: Path, port: int):
        self.process, self.log, self.port = process, log, port

    def family(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        return []

    def cpu(self) -> float:
        return cpu_of(self.family())

    def memory(self) -> float:
        """Bytes that are its own: shared pages counted by their share."""
        total = 0
        for one in self.family():
            with suppress(psutil.Error):
                total += one.memory_full_info().pss
        return total

    def sockets(self) -> int:
        """How many are open from the server's side: those it closed count no more."""
        port, established = f":{self.port:04X}", "01"
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
        fields = (row.split(maxsplit=4) for row in rows)
        return sum(one[1].endswith(port) and one[3] == established for one in fields)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-600:].strip()


def cpu_of(some: list[psutil.Process]) -> float:
    """Seconds, from the kernel's clock of each process: /proc counts in hundredths only."""
    total = 0.0
    for one in some:
        with suppress(OSError):
            total += time.clock_gettime((~one.pid << 3) | CPU_CLOCK)
    return total


class Beside:
    """Redis and PostgreSQL of a lane, counted beside the server; their processes come and go."""

    def __init__(self, lane: dict[str, str]):
        mine = psutil.Process().children(recursive=True)
        self._roots = [child for child in mine if "redis" in child.name()]
        for one in psutil.process_iter() if "DATABASE_URL" in lane else ():
            with suppress(psutil.Error):
                if one.name().startswith("postgres") and _serves(one, lane["DATABASE_URL"]):
                    self._roots.append(one)

    def cpu(self) -> float:
        found = list(self._roots)
        for root in self._roots:
            with suppress(psutil.Error):
                found += root.children(recursive=True)
        return cpu_of(found)


def _serves(one: psutil.Process, address: str) -> bool:
    words = one.cmdline()
    folder = words[words.index("-D") + 1] if "-D" in words[:-1] else ""
    return bool(folder) and folder.replace("/", "%2F") in address


@contextmanager
def running(command: list[str], environment: dict[str, str], port: int, folder: Path):
    """Start, wait until it listens, give a Running, end it and all its children."""
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".log", delete=False) as log:
        process = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_as_many_files_as_allowed,
        )
    server = Running(process, Path(log.name), port)
    try:
        _wait_until_it_listens(server)
        yield server
    finally:
        _end(server)


def _as_many_files_as_allowed() -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _wait_until_it_listens(server: Running) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if server.process.poll() is not None:
            raise OSError(f"the server ended at once: {server.last_words()}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"the server does not listen: {server.last_words()}")


def _end(server: Running) -> None:
    family = server.family()
    with suppress(ProcessLookupError):
        server.process.send_signal(signal.SIGTERM)
    _, alive = psutil.wait_procs(family, timeout=3)
    for one in alive:
        with suppress(psutil.Error):
            one.kill()
    server.process.wait()


def python(environment: dict[str, str], *words: str) -> str:
    """What a command of ours prints; raises OSError with its last words."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        raise OSError(done.stderr[-600:])
    return done.stdout
