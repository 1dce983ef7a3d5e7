"""What else the machine did while a benchmark ran."""

import time

import psutil


class Others:
    """Begins when it is made; `cores` answers what everybody but this process's family used."""

    def __init__(self):
        self._began, self._first = time.monotonic(), self._spent()

    def cores(self) -> float:
        return max(0.0, (self._spent() - self._first) / (time.monotonic() - self._began))

    @staticmethod
    def _spent() -> float:
        machine, me = psutil.cpu_times(), psutil.Process()
        busy = sum(machine) - machine.idle - getattr(machine, "iowait", 0)
        for one in [me, *me.children(recursive=True)]:
            try:
                busy -= sum(one.cpu_times()[:4])  # with those of its children that have ended
            except psutil.Error:
                continue
        return busy
