"""The harness's handle on the process of the viewers."""

import multiprocessing
import time

from tests.benchmarks.room import viewers

PATIENCE = 300  # seconds for any answer


class Crowd:
    """Each method of viewers.Viewers as a call; ends with its process."""

    def __enter__(self):
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=viewers.main, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        return self

    def __exit__(self, *_):
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    @property
    def pid(self) -> int:
        return self._process.pid

    def join(self, host: str, path: str, cookies: list[str], **how) -> dict:
        return self._call("join", host, path, cookies, **how)

    def count(self) -> dict:
        return self._call("count")

    def so_far(self) -> dict:
        return self._call("so_far")

    def leave(self) -> None:
        self._call("leave")

    def settle(self, seconds: float) -> bool:
        """Wait until nothing comes down any more; False if it still does."""
        end, last = time.monotonic() + seconds, -1
        while time.monotonic() < end:
            if (facts := self.so_far()["facts"]) == last:
                return True
            last = facts
            time.sleep(0.7)
        return False

    def _call(self, name: str, *words, **options):
        self._pipe.send((name, words, options))
        if not self._pipe.poll(PATIENCE):
            raise TimeoutError(f"the crowd did not {name}")
        return self._pipe.recv()
