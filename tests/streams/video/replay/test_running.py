import os
import subprocess
import sys
import threading
import time

import pytest

from streams.video.replay import running

PYTHON = [sys.executable, "-S", "-c"]


def test_what_is_fed_and_what_comes_out():
    said = running.run(["cat"], [b"one ", b"two"], cpu=5)

    assert b"".join(said) == b"one two"


def test_who_fails_is_quoted():
    with pytest.raises(running.CannotMake, match="out of luck"):
        running.finish(["sh", "-c", "echo out of luck >&2; exit 3"], cpu=5)


def test_endless_complaints_are_not_kept():
    words = []
    shout = [*PYTHON, "import sys\nfor _ in range(100000): sys.stderr.write('no ' * 20)"]

    running.finish(shout, cpu=20, words=words)

    assert len(words[0]) <= running.WORDS


def test_who_is_silent_for_too_long_is_ended():
    began = time.monotonic()

    with pytest.raises(running.CannotMake, match="silent"):
        running.finish(["sleep", "60"], cpu=5, quiet=0.6)

    assert time.monotonic() - began < 5
    assert not running._running


def test_who_takes_more_memory_than_allowed_is_ended():
    greedy = [*PYTHON, "print(len(bytearray(700 * 1024 ** 2)))"]
    running.finish(greedy, cpu=20)  # the control: by default there is room for it

    with pytest.raises(running.CannotMake):
        running.finish(greedy, cpu=20, memory=512 * 1024**2)


def test_who_takes_more_time_of_the_processor_than_allowed_is_ended():
    with pytest.raises(running.CannotMake):
        running.finish([*PYTHON, "while True: pass"], cpu=1)


def test_a_beat_that_refuses_ends_it():
    def refuse():
        raise ValueError("taken away")

    with pytest.raises(ValueError, match="taken away"):
        running.finish(["sleep", "60"], cpu=5, beat=refuse)

    assert not running._running


def test_a_storage_that_fails_while_it_is_fed_is_the_error_that_is_told():
    def pieces():
        yield b"one"
        raise OSError("no disk")

    with pytest.raises(OSError, match="no disk"):
        running.finish(["cat"], pieces(), cpu=5)


def test_a_process_that_ends_cuts_off_what_runs_and_begins_nothing_more(monkeypatch):
    monkeypatch.setattr(running, "_is_stopping", threading.Event())

    def stop_once_it_runs():
        while not running._running:
            time.sleep(0.01)
        running.stop()

    threading.Thread(target=stop_once_it_runs).start()
    with pytest.raises(running.Interrupted):
        running.finish(["sleep", "60"], cpu=5)

    assert not running._running
    with pytest.raises(running.Interrupted):
        running.finish(["true"], cpu=5)


def test_one_that_was_begun_while_the_process_ended_is_cut_off_too(monkeypatch):
    monkeypatch.setattr(running, "_is_stopping", threading.Event())
    begin = subprocess.Popen

    def begin_at_the_end(*args, **how):
        child = begin(*args, **how)
        running.stop()
        return child

    monkeypatch.setattr(running.subprocess, "Popen", begin_at_the_end)
    began = time.monotonic()

    with pytest.raises(running.Interrupted):
        running.finish(["sleep", "10"], cpu=5)

    assert time.monotonic() - began < 5
    assert not running._running


def test_one_may_be_fed_by_another():
    inner = running.run(["cat"], [b"through two"], cpu=5)

    assert b"".join(running.run(["cat"], inner, cpu=5)) == b"through two"


def test_a_worker_that_is_killed_leaves_nothing_running(tmp_path):
    """Its ffmpeg hears that nobody feeds it any more."""
    marker = tmp_path / "pid"
    script = (
        "import os, sys, threading\n"
        "from streams.video.replay import running\n"
        "def pieces():\n"
        "    yield bytes(100_000)\n"
        "    threading.Event().wait()\n"
        f"for _ in running.run(['sh', '-c', 'echo $$ > {marker}; exec cat'], pieces(), cpu=60):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    worker = subprocess.run(
        [sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": "."}, timeout=20
    )
    assert worker.returncode == -9

    child = int(marker.read_text())
    deadline = time.monotonic() + 10
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().split()[2] != "Z"
    except FileNotFoundError:
        return False
