"""kill -9 of the worker in the middle of a capture: the money is taken once, and written down."""

import json
import signal
import threading
import urllib.request
from contextlib import suppress
from http.client import HTTPException

import pytest
import redis

from tests import house as houses
from tests import lanes
from tests.chaos.webs import Web, running

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


def slow_down(house, kind: str, *, on: str = "capture") -> None:
    """The next such call takes its time, before or after its work."""
    wanted = json.dumps({"on": on, "kind": kind, "seconds": 4}).encode()
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


def test_a_web_process_killed_while_it_opens_a_payment_opens_it_once(town, till):
    """And the broker forgets everything: what is due is found in the rows."""
    web = Web(town.house, "teller")
    with running(web):
        held = town.backstage("hold")
        slow_down(till, "slow_after", on="create")
        opening = threading.Thread(target=open_payment, args=(web, held))
        opening.start()
        lanes.wait_for(lambda: intents_of(till, held), what="the intent")
        web.kill()
        opening.join()
        redis.Redis.from_url(town.house.environment["REDIS_URL"]).flushall()
        assert town.backstage("money", order=held["order"]) == ["pending", "started"]

        web.start()
        web.wait()
        told = open_payment(web, held)

    (intent,) = intents_of(till, held)
    assert told["payment"]["client_secret"].startswith(intent["id"])
    town.backstage("charge", order=held["order"])

    def is_paid():
        town.backstage("let_time_pass")
        for sweep in ("settle_unclear", "capture_due"):
            assert till.manage(sweep).returncode == 0
        return town.backstage("money", order=held["order"]) == ["paid", "captured"]

    lanes.wait_for(is_paid, what="the sweepers")
    assert [row["captures"] for row in intents_of(till, held)] == [1]
    books = till.manage("books", "--provider")
    assert books.returncode == 0, books.stdout


def open_payment(web: Web, held: dict) -> dict | None:
    with suppress(OSError, HTTPException):  # its process is killed meanwhile
        return web.post(f"/api/v1/orders/{held['token']}/payment/", held["cookie"], {})


def intents_of(house, held: dict) -> list[dict]:
    rows = house.ledger()["payment_intents"]
    return [row for row in rows if row["metadata"].get("order") == held["token"]]
