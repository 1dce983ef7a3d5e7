from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.video.packaging.clock import SLEW, Clock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PART = 1 / 3  # of a second: what is heard at once


def after(seconds):
    return NOON + timedelta(seconds=seconds)


def show(clock, *, seconds, late, ppm=0.0):
    """Hear and ask as a show does; yield the media time, when it truly was, what the clock says.

    The camera counts `ppm` millionths too slowly; `late` tells how late a moment's bytes are.
    """
    media, arrived = 0.0, 0.0
    while media < seconds:
        media += PART
        seen = media * (1 + ppm / 1_000_000)
        arrived = max(arrived, seen + late(seen))  # in order
        clock.hear(media, after(arrived))
        yield media, after(seen), clock.at(media)


def apart(one, other):
    return abs((one - other).total_seconds())


def test_nothing_heard_means_that_both_clocks_agree():
    assert Clock(NOON).at(90.5) == after(90.5)


def test_the_same_moment_is_told_the_same_twice():
    clock = Clock(NOON)
    clock.hear(10.0, after(10.1))

    assert clock.at(10.0) == clock.at(10.0)


@settings(max_examples=10, deadline=None)
@given(
    ppm=st.floats(-200, 200),
    jitter=st.lists(st.floats(0, 0.3), min_size=7, max_size=7),
    stall_at=st.integers(100, 3000),
)
def test_drift_is_followed_within_50_ms_for_an_hour(ppm, jitter, stall_at):
    """Some of every few parts arrive at once; the others late, and once all of them 20 s late."""
    waits = [0.0, *jitter]

    def late(seen):
        stalled = max(0.0, stall_at + 20 - seen) if seen > stall_at else 0.0
        return max(stalled, waits[round(seen / PART) % len(waits)])

    last = NOON
    for _, truth, told in show(Clock(NOON), seconds=3600, late=late, ppm=ppm):
        assert apart(truth, told) < 0.05
        assert told > last
        last = told


def test_a_stall_and_the_burst_after_it_are_ignored():
    def late(seen):
        return 40 - (seen - 100) if 100 < seen < 140 else 0.0

    told = [(media, at) for media, _, at in show(Clock(NOON), seconds=200, late=late)]

    assert max(apart(after(media), at) for media, at in told) < 0.001


def test_a_first_guess_that_was_late_is_corrected_slowly():
    clock = Clock(after(1.0))  # the first bytes took a second longer than the rest

    told = list(show(clock, seconds=600, late=lambda seen: 0.0))

    assert apart(told[0][1], told[0][2]) > 0.99
    assert apart(told[299 * 3][1], told[299 * 3][2]) > 0.35
    assert apart(told[-1][1], told[-1][2]) < 0.001


@given(
    st.lists(st.tuples(st.floats(0, 1000), st.floats(-5000, 5000), st.floats(0, 1000)), max_size=60)
)
def test_time_never_runs_backwards_whatever_is_heard(heard):
    """Not even if somebody sets the server's clock, or asks for what is long over."""
    clock, asked = Clock(NOON), [0.0]
    before = clock.at(0.0)

    for media, when, wait in heard:
        clock.hear(media, after(when))
        asked.append(asked[-1] + wait)
        now = clock.at(asked[-1])
        slewed = (now - before).total_seconds() - wait
        assert now >= before
        assert abs(slewed) <= SLEW * wait + 0.00001
        before = now


def test_what_is_remembered_is_bounded():
    clock = Clock(NOON)
    for part in range(30_000):
        clock.hear(part / 3, after(part / 3))

    assert len(clock._heard) <= 62
