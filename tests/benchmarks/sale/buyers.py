"""Buyers over HTTP: a process of its own that sends prepared requests on kept connections.

python -m tests.benchmarks.sale.buyers FILE PORT BUYERS SECONDS

FILE holds {"requests": [whole requests], "placed": what the answer to an order holds, "refused":
the same for a refusal}. Each request is sent once, by whichever buyer is free. SECONDS 0: all of
them at one moment, each on a connection of its own. Prints one JSON line.
"""

import asyncio
import json
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import uvloop

from tests.benchmarks.sale.tally import Tally

PATIENCE = 60  # seconds for the last answer
HEAD = b"\r\n\r\n"


class Crowd:
    """What is left to be sent, until when, and what was answered."""

    def __init__(self, prepared: dict):
        self.requests = iter([text.encode() for text in prepared["requests"]])
        self.placed, self.refused = prepared["placed"].encode(), prepared["refused"].encode()
        self.until = 0.0
        self.tally = Tally()
        self.strange = Counter()

    def next(self) -> bytes | None:
        return next(self.requests, None) if time.perf_counter() < self.until else None

    def heard(self, answer: bytes, seconds: float) -> None:
        if self.placed in answer:
            self.tally.placed.append(seconds)
        elif self.refused in answer:
            self.tally.refused.append(seconds)
        else:
            self.tally.errors.append(seconds)
            self.strange[answer[:300].decode(errors="replace")] += 1


class Buyer(asyncio.Protocol):
    def __init__(self, crowd: Crowd):
        self.crowd = crowd
        self.got = b""
        self.began = None
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def send(self, request: bytes | None) -> None:
        if request is None:
            self._end()
            return
        self.began = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data):
        self.got += data
        if is_whole(self.got):
            answer, self.got = self.got, b""
            self.crowd.heard(answer, time.perf_counter() - self.began)
            self.began = None
            self.send(self.crowd.next())

    def connection_lost(self, error):
        if self.began is not None:
            self.crowd.heard(f"cut off: {error}".encode(), time.perf_counter() - self.began)
        self._end()

    def _end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


def is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(HEAD)
    if not found:
        return False
    fields = head.lower()
    if b"\r\ntransfer-encoding: chunked" in fields:
        return body.endswith(b"0" + HEAD)
    length = fields.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(length or 0)


async def buy(prepared: dict, port: int, buyers: int, seconds: float) -> dict:
    """Connect, warm up if there is time to, then measure."""
    loop, crowd = asyncio.get_running_loop(), Crowd(prepared)
    everyone = [
        (await loop.create_connection(lambda: Buyer(crowd), "127.0.0.1", port))[1]
        for _ in range(buyers)
    ]
    if seconds:
        crowd.until = time.perf_counter() + 1
        await _go(everyone, crowd)
        crowd.tally, crowd.until = Tally(), time.perf_counter() + seconds
    else:
        crowd.until = time.perf_counter() + PATIENCE
    before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    await _go(everyone, crowd)
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = crowd.tally.told(took) | {"client_cores": used / took}
    return told | {"strange": dict(crowd.strange.most_common(3))}


async def _go(everyone: list[Buyer], crowd: Crowd) -> None:
    for buyer in everyone:
        buyer.over = asyncio.get_running_loop().create_future()
        buyer.send(crowd.next())
    await asyncio.wait([buyer.over for buyer in everyone], timeout=PATIENCE)


if __name__ == "__main__":
    file, port, buyers, seconds = sys.argv[1:]
    read = json.loads(Path(file).read_text())
    print(json.dumps(uvloop.run(buy(read, int(port), int(buyers), float(seconds)))))
