"""A real Chromium for the tests. Run as a script it makes sure that there is one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-sync",
)
CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
APT_GET = (("apt-get", "update", "-q"), ("apt-get", "install", "-yq", "chromium"))
OWN = ((sys.executable, "-m", "playwright", "install", "chromium"),)


def chromium() -> str:
    """The path of a Chromium, or "": $CHROMIUM, one on PATH, the one Playwright installed."""
    if chosen := os.environ.get("CHROMIUM"):
        return chosen if os.access(chosen, os.X_OK) else ""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else ""


def install() -> None:
    """Get one: from the system where we may, else Playwright's own."""
    is_ours = os.geteuid() == 0 and shutil.which("apt-get")
    for command in APT_GET if is_ours else OWN:
        print("Chromium is missing:", *command, flush=True)
        if subprocess.run(command).returncode:
            return


def main() -> None:
    if not chromium() and "CHROMIUM" not in os.environ:
        install()
    if not chromium():
        sys.exit(
            "The tests drive a real browser, and there is none. Install Chromium, "
            "or name the path of one in CHROMIUM."
        )


if __name__ == "__main__":
    main()
