"""Who used the processor between two moments: the server, what stands beside it, and we."""

import resource
import time

import psutil

from tests.benchmarks.room.processes import Beside, Running


class Meter:
    """Begins when it is made; `read` answers seconds of the processor since then."""

    def __init__(self, server: Running, beside: Beside):
        self._server, self._beside = server, beside
        self._first = self._now()

    def read(self, crowd: float = 0) -> dict[str, float]:
        """{"seconds", "server", "beside", "crowd", "feeder", "others"}; the crowd tells its own."""
        last = self._now()
        spent = {name: last[name] - self._first[name] for name in last}
        ours = spent["server"] + spent["beside"] + spent["feeder"] + crowd
        spent["others"] = max(0.0, spent.pop("machine") - ours)
        return spent | {"crowd": crowd}

    def _now(self) -> dict[str, float]:
        me, machine = resource.getrusage(resource.RUSAGE_SELF), psutil.cpu_times()
        return {
            "seconds": time.monotonic(),
            "server": self._server.cpu(),
            "beside": self._beside.cpu(),
            "feeder": me.ru_utime + me.ru_stime,
            "machine": sum(machine) - machine.idle - getattr(machine, "iowait", 0),
        }
