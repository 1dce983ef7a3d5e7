"""The demo as a process to be measured from outside."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


class Product:
    """`manage.py demo` on free ports, with data of its own; ends with everything it started."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bench-")
        self.port, till = free_port(), free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.env = os.environ | {
            "VAR_DIR": self.folder.name,
            "SITE_URL": self.site,
            "STRIPE_API_BASE": f"http://127.0.0.1:{till}",
            "STATICFILES_HASHED": "true",
        }
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()

    def start(self) -> float:
        """Start the demo; answer when (time.monotonic)."""
        began = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return began

    def stop(self) -> float:
        """End it as Ctrl-C does; answer how many seconds that took."""
        if self.process is None:
            return 0
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        return time.monotonic() - began

    def wait_for(self, path: str, *, contains: str = "", seconds: float = 90) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if contains in self.get(path):
                    return
            except (OSError, urllib.error.URLError):
                pass
            time.sleep(0.05)
        raise TimeoutError(f"{path} did not come in {seconds} s")

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.site + path, timeout=10) as answer:
            return answer.read().decode()

    def post(self, path: str, session: str) -> None:
        """As a page of somebody who is signed in."""
        token = "b" * 32
        headers = {
            "Cookie": f"sessionid={session}; csrftoken={token}",
            "X-CSRFToken": token,
            "Origin": self.site,
            "Content-Type": "application/json",
        }
        request = urllib.request.Request(self.site + path, data=b"{}", headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()

    def manage(self, *words: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def family(self) -> list[int]:
        """The process and all its descendants."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                except OSError:
                    continue
                children.setdefault(parent, []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found

    def memory(self) -> float:
        """Megabytes that are its own: shared pages counted by their share."""
        total = 0
        for pid in self.family():
            try:
                rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except OSError:
                continue
            total += int(rollup.partition("Pss:")[2].split()[0])
        return total / 1024

    def cpu_seconds(self) -> float:
        total = 0
        for pid in self.family():
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
        return total / TICKS


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
