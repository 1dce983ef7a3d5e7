"""kill -9 of the worker in the middle of a capture: the money is taken once, and written down."""

import json
import signal
import urllib.request

import pytest

from tests import house as houses
from tests import lanes

WORKER = ["sh", "-c", f"exec {houses.procfile()['worker']}"]
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def till(town):
    """The town's till, as a process."""
    with town.house.process("till", houses.till(town.house)):
        lanes.wait_for(lambda: answers(town.house), what="till")
        yield town.house


def answers(house) -> bool:
    try:
        return "captured" in house.ledger()
    except OSError:
        return False


def slow_down(house, kind: str) -> None:
    """The next capture takes its time, before or after its work."""
    wanted = json.dumps({"on": "capture", "kind": kind, "seconds": 4}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{house.till}/_till/faults", wanted, headers)
    _opener.open(request, timeout=10).close()


@pytest.mark.parametrize("kind", ["slow", "slow_after"], ids=["before", "after"])
def test_a_worker_killed_inside_a_capture_takes_the_money_once(town, till, kind):
    before = till.ledger()["captured"]
    slow_down(till, kind)
    worker = till.start("worker", WORKER)
    try:
        order = town.backstage("buy")
        lanes.wait_for(
            lambda: town.backstage("money", order=order) == ["authorized", "capturing"],
            what="a worker that captures",
        )
        if kind == "slow_after":
            lanes.wait_for(lambda: till.ledger()["captured"] > before, what="the capture")
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    finally:
        houses.stop(worker, "worker")
    assert town.backstage("money", order=order) == ["authorized", "capturing"]

    def is_paid():
        town.backstage("let_time_pass")
        done = till.manage("capture_due")
        assert done.returncode == 0, done.stderr
        return town.backstage("money", order=order) == ["paid", "captured"]

    lanes.wait_for(is_paid, what="the next worker")

    rows = [row for row in till.ledger()["payment_intents"] if row["captured"]]
    assert all(row["captures"] == 1 for row in rows)
    assert till.ledger()["captured"] == before + 1000
    books = till.manage("books", "--provider")
    assert books.returncode == 0, books.stdout
