"""The bell, as a process of its own."""

import os
import signal
import subprocess
import sys

import pytest
from celery.beat import Scheduler

from tests.house import ROOT


class Deaf(Scheduler):
    """Meets a signal where whatever it raises is swallowed, as in the middle of a ring."""

    def tick(self):
        try:
            os.kill(os.getpid(), int(os.environ["MET"]))
        except BaseException as swallowed:
            print(swallowed)
        return 0.01


@pytest.mark.parametrize("met", [signal.SIGTERM, signal.SIGINT])
def test_beat_ends_whatever_it_does_when_it_is_told_to(met, tmp_path):
    beat = [sys.executable, "-m", "celery", "-A", "livecommerce", "beat"]
    done = subprocess.run(
        [*beat, "--scheduler", f"{__name__}:Deaf"],
        cwd=ROOT,
        env=os.environ | {"MET": str(met.value), "VAR_DIR": str(tmp_path), "REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert done.returncode == 0, done.stderr
