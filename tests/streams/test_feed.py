import json

import pytest

from livecommerce.wire import Full
from streams import log, rooms
from streams.fanout.feed import Feed
from streams.fanout.tape import Tape
from streams.fanout.viewer import Viewer
from streams.talk import chat
from tests.factories import make_show, make_staff

pytestmark = pytest.mark.django_db
GUEST = chat.Speaker("guest-x")
HELLO = log.Entry("chat.posted", {"name": "Ann", "text": "hi", "role": "guest"})


@pytest.fixture
def show():
    return make_show()


class Line:
    """A socket, and what it was told; while it is full it takes nothing."""

    def __init__(self):
        self.frames, self.is_full, self.viewer = [], False, Viewer(self.send, "ann")

    async def send(self, message):
        if self.is_full:
            raise Full
        self.frames.append(json.loads(message["text"]))

    def told(self):
        frames, self.frames = self.frames, []
        return frames


def feed_of(show) -> Feed:
    opening = rooms.opening(show)
    feed = Feed(Tape(opening.last, opening.facts))
    feed.keep(rooms.snapshot(show))
    return feed


def test_catching_up_is_exactly_what_was_missed(show):
    log.append_all(show, [HELLO] * 5)
    feed, line = feed_of(show), Line()

    feed.begin(line.viewer, 3)
    assert line.told() == [{"type": "room.facts", "facts": log.after(show, 3)}]

    feed.begin(line.viewer, 5)
    assert line.told() == [{"type": "room.facts", "facts": []}]


def test_who_is_too_far_behind_starts_anew(show):
    log.append_all(show, [HELLO] * (log.CATCH_UP_LIMIT + 1))
    feed, line = feed_of(show), Line()

    feed.begin(line.viewer, 1)
    assert [len(frame["facts"]) for frame in line.told()] == [log.CATCH_UP_LIMIT]

    feed.begin(line.viewer, 0)
    assert [frame["type"] for frame in line.told()] == ["room.snapshot"]


@pytest.mark.parametrize("ahead", [1, 10**12])
def test_who_comes_from_the_future_starts_anew(show, ahead):
    log.append_all(show, [HELLO] * 2)
    feed, line = feed_of(show), Line()

    feed.begin(line.viewer, 2 + ahead)

    assert [frame["type"] for frame in line.told()] == ["room.snapshot"]


def test_a_snapshot_is_followed_by_what_happened_after_it_and_by_whole_levels(show):
    log.append_all(show, [HELLO] * 2)
    feed, line = feed_of(show), Line()
    log.append_all(show, [HELLO] * 2)
    feed.take(log.after(show, 2, for_staff=True))
    feed.levels.update(rooms.levels(show))

    feed.begin(line.viewer, None)

    snapshot, facts, levels = line.told()
    assert (snapshot["type"], snapshot["seq"]) == ("room.snapshot", 2)
    assert [fact["seq"] for fact in facts["facts"]] == [3, 4]
    assert levels["is_whole"] is True


def test_a_snapshot_that_is_ahead_of_the_tape_is_told_and_its_facts_are_not_told_again(show):
    log.append_all(show, [HELLO] * 2)
    opening = rooms.opening(show)
    feed, line = Feed(Tape(opening.last, opening.facts)), Line()
    log.append_all(show, [HELLO])
    feed.keep(rooms.snapshot(show))

    assert feed.begin(line.viewer, None)
    assert feed.bring(line.viewer)
    feed.take(log.after(show, 2, for_staff=True))
    assert feed.bring(line.viewer)

    assert [frame["type"] for frame in line.told()] == ["room.snapshot"]
    assert line.viewer.seq == 3


def test_once_something_is_hidden_the_old_snapshot_is_told_to_nobody(show):
    rude = chat.say(show, GUEST, "rude").seq
    feed, line = feed_of(show), Line()
    chat.hide(show, rude, make_staff("moderator", shop=show.shop))
    feed.take(log.after(show, rude, for_staff=True))

    assert not feed.begin(line.viewer, None)
    assert line.told() == []

    feed.keep(rooms.snapshot(show))
    assert feed.bring(line.viewer)
    assert "rude" not in str(line.told())


@pytest.mark.parametrize("missed", [3, log.CATCH_UP_LIMIT + 5])
def test_who_was_too_slow_is_brought_up_to_date_without_a_hole(show, missed):
    log.append_all(show, [HELLO] * 2)
    feed, line = feed_of(show), Line()
    feed.begin(line.viewer, 2)
    line.told()

    line.is_full = True
    for _ in range(missed):
        log.append_all(show, [HELLO])
    feed.take(log.after(show, 2, for_staff=True))
    feed.bring(line.viewer)
    feed.keep(rooms.snapshot(show))
    line.is_full = False
    feed.bring(line.viewer)

    [frame] = line.told()
    if missed <= log.CATCH_UP_LIMIT:
        assert frame["facts"] == log.after(show, 2)
    else:
        assert (frame["type"], frame["seq"]) == ("room.snapshot", missed + 2)
    assert line.viewer.seq == missed + 2
