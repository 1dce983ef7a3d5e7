import pytest
import requests


@pytest.fixture
def faults(till):
    """faults(on, kind, times=1): what goes wrong next at the till."""
    path = f"{till.address}/_till/faults"

    def add(on, kind, times=1):
        wanted = {"on": on, "kind": kind, "times": times}
        requests.post(path, json=wanted, timeout=10).raise_for_status()

    yield add
    requests.delete(path, timeout=10)
