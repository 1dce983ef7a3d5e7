"""Buyers inside the process: threads that place one after the other until the time is over."""

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.benchmarks.sale.tally import Tally

WARM = 1  # second


def crowd(
    buyers: int, jobs: Iterable, act: Callable[[object], bool], seconds: float, rest: Callable
) -> dict:
    """Each of so many threads acts on the next job; `act` says whether an order came of it.

    `rest` is what a thread does after each, not timed as a part of it. The first second warms up.
    """
    waiting = iter(list(jobs))
    _crowd(buyers, waiting, act, WARM, rest)
    return _crowd(buyers, waiting, act, seconds, rest)


def _crowd(buyers: int, waiting: Iterator, act: Callable, seconds: float, rest: Callable) -> dict:
    tally, strange = Tally(), Counter()
    until = time.perf_counter() + seconds

    def buy(_):
        for job in waiting:  # a list's iterator gives each job to one thread
            began = time.perf_counter()
            try:
                times = tally.placed if act(job) else tally.refused
            except Exception as error:
                times = tally.errors
                strange[repr(error)[:300]] += 1
            now = time.perf_counter()
            times.append(now - began)
            rest()
            if now > until:
                return

    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    with ThreadPoolExecutor(buyers) as threads:
        list(threads.map(buy, range(buyers)))
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = tally.told(took) | {"server_cores": used / took}
    return told | {"strange": dict(strange.most_common(3))}
