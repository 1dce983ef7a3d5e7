"""A film that is sent into a show: what its sender is told when that does not go well."""

import asyncio
import json
from pathlib import Path

import pytest
from websockets.asyncio.server import serve

from streams.video import publisher

READY = {"type": "studio.ready"}
TAKEN = {"type": "error", "code": "already_publishing", "detail": "Somebody else is sending."}
OURS_NO_MORE = {"type": "error", "code": "not_allowed", "detail": "This is not your show."}
ENDED = {"type": "error", "code": "show_not_live", "detail": "Start the show first."}


def send(film: Path, answer: dict, *, seconds=30) -> list[str]:
    """What the sender is told by a studio that gives this answer to everybody."""
    told = []

    async def studio(line):
        await line.recv()
        await line.send(json.dumps(answer))
        await line.wait_closed()

    async def run():
        async with serve(studio, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await publisher.publish(
                f"http://127.0.0.1:{port}", "a-show", film, "key", seconds=seconds, tell=told.append
            )

    asyncio.run(run())
    return told


@pytest.fixture
def no_film(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_text("This is no film.")
    return path


def test_a_file_that_is_no_film_is_not_tried_for_ever(no_film):
    with pytest.raises(publisher.Over, match=r"film\.mp4 is no film"):
        send(no_film, READY)


def test_who_may_not_send_is_told_why(no_film):
    with pytest.raises(publisher.Over, match="not your show"):
        send(no_film, OURS_NO_MORE)


def test_what_stands_in_the_way_of_every_try_is_told_once(no_film, monkeypatch):
    monkeypatch.setattr(publisher, "RETRY", 0.05)

    assert send(no_film, TAKEN, seconds=1) == ["Somebody else is sending."]


def test_the_end_of_a_show_is_no_trouble(no_film):
    assert send(no_film, ENDED) == []
