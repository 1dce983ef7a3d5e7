"""Close codes, through a real Daphne: in memory every code passes."""

import socket
import subprocess
import sys
import time

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from livecommerce import asgi
from livecommerce.servers import daphne as closing

LIMIT = 1024 * 1024  # bytes: more of one message Daphne does not take


@pytest.fixture(scope="module")
def address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    daphne = subprocess.Popen(
        [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(port)]
        + ["tests.livecommerce.closing_app:application"],
        stderr=subprocess.DEVNULL,
    )
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    yield f"ws://127.0.0.1:{port}/"
    daphne.terminate()
    daphne.wait(10)


def closed_with(address, message) -> int:
    with connect(address, compression=None) as line:
        line.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(5)
    return closed.value.rcvd and closed.value.rcvd.code


@pytest.mark.parametrize("code", [1000, *closing.STANDARD, 4403, 4404, 4415])
def test_a_socket_is_closed_with_the_code_that_was_said(address, code):
    assert closed_with(address, str(code)) == code


def test_a_message_that_is_too_large_is_answered_with_1009(address):
    assert closed_with(address, bytes(LIMIT + 1)) == 1009


def test_text_that_is_none_is_answered_with_1007(address):
    with connect(address, compression=None) as line:
        line.send(b"\xff\xfe", text=True)
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(5)

    assert closed.value.rcvd.code == 1007


def test_the_shipped_application_closes_so():
    assert asgi.application
    assert closing.WebSocketFactory.protocol is closing.RoomSocket
