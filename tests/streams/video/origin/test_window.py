"""One show in memory: what its playlist names, what its bytes are, who is woken."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.video.origin import window as windows
from streams.video.origin.shelf import KEPT
from streams.video.origin.window import Window
from tests.streams.video.hls_rules import broken_between, broken_rules, read
from tests.streams.video.origin.feeding import BEGAN, Feeder, fed


def text(window, *, skip=False):
    found = window.text(skip=skip).decode()
    assert broken_rules(found) == []
    return found


def named(window):
    return [segment["uri"] for segment in read(text(window))["segments"]]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), st.booleans()),
        st.tuples(st.just("part"), st.floats(0.286, 0.334)),
        st.tuples(st.just("segment"), st.integers(5, 7)),
        st.tuples(st.just("lose"), st.none()),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, rewind=st.sampled_from([0, 40]), first=st.integers(0, 5))
def test_whatever_publishers_do_every_playlist_and_every_reload_keeps_the_rules(
    steps, rewind, first
):
    window = Window("show", first_sequence=first, rewind=rewind)
    feeder = Feeder(window)
    feeder.begin()
    seen = []

    def look():
        if not window.is_empty:
            seen.append(text(window))
            assert broken_between(seen[-1], text(window, skip=True)) == []

    for step, value in steps:
        if not window.is_receiving and step != "begin":
            feeder.begin()
        match step:
            case "begin":
                feeder.begin(is_gap=value)
            case "part" if feeder.index < 7:
                feeder.part(value)
            case "segment" if not feeder.index:
                feeder.segment(value, is_stored=False)
            case "segment":
                feeder.cut()
            case "lose":
                window.lose()
        look()
    window.end()
    look()

    assert [broken for pair in pairwise(seen) if (broken := broken_between(*pair))] == []
    assert not seen or seen[-1].endswith("#EXT-X-ENDLIST\n")


def test_a_real_camera_goes_through_in_order(fragmented):
    window, cutter = Window("show"), windows.packager.Packager()
    seen, closed = [], []
    for cut in [*cutter.feed(fragmented), *cutter.close()]:
        match cut:
            case windows.packager.Init():
                window.begin("take", cut)
            case windows.packager.Part():
                window.add_part(cut, BEGAN + timedelta(seconds=cut.start))
            case windows.packager.Segment():
                window.add_segment(cut, BEGAN + timedelta(seconds=cut.start))
                closed.append(cut)
        seen += [text(window)] if not window.is_empty else []

    assert [broken for pair in pairwise(seen) if (broken := broken_between(*pair))] == []
    assert [each["uri"] for each in read(seen[-1])["segments"]] == [
        f"/media/takes/take/source/{number:06d}.m4s" for number in range(len(closed))
    ]
    for segment in closed:
        path = windows.segment_path("take", segment.number)
        parts = [window.part("take", segment.number, index) for index in range(segment.parts)]
        assert b"".join(parts) == segment.data == window.segment(path)


def test_a_segment_is_its_parts_and_says_its_number_in_the_show():
    feeder = fed(segments=0, first_sequence=41)
    parts = [feeder.part() for _ in range(6)]
    path = feeder.path

    sequence = feeder.cut()

    assert sequence == 41
    assert feeder.window.segment(path) == b"".join(parts)
    assert [feeder.window.part(feeder.take, 0, index) for index in range(7)] == [*parts, None]


def test_a_part_can_be_had_before_its_segment_is_whole_and_is_named_with_a_hint_at_the_next():
    feeder = fed(segments=1)
    data = feeder.part()

    assert feeder.window.part(feeder.take, 1, 0) == data
    found = text(feeder.window)
    assert f'URI="/hls/show/{feeder.take}/1.0.m4s"' in found
    assert f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="/hls/show/{feeder.take}/1.1.m4s"' in found


def test_a_take_that_is_lost_keeps_what_viewers_saw_of_it_as_its_last_segment():
    feeder = fed(segments=1)
    first, second = feeder.part(), feeder.part()
    path = feeder.path

    segment, sequence = feeder.window.lose()

    assert (segment.number, segment.data, segment.parts) == (1, first + second, 2)
    assert (round(segment.start, 3), round(segment.duration, 3)) == (1.8, 0.6)
    assert sequence == 1
    assert feeder.window.segment(path) == first + second
    assert named(feeder.window)[-1] == f"/media/{path}"
    assert "PRELOAD-HINT" not in text(feeder.window)
    assert feeder.window.lose() is None
    assert len(named(feeder.window)) == 2


def test_the_next_take_is_joined_by_a_discontinuity_and_goes_on_counting():
    feeder = fed(segments=2)
    first = feeder.take
    feeder.window.lose()

    second = feeder.begin()
    assert second not in text(feeder.window)  # nothing of it can be seen yet
    feeder.segment()

    found = read(text(feeder.window))["segments"]
    assert [(each["number"], each["discontinuity"]) for each in found] == [(0, 0), (1, 0), (2, 1)]
    assert [first in each["init"] for each in found] == [True, True, False]


def test_a_hole_is_told_to_players_as_a_gap():
    feeder = fed(segments=1)

    feeder.begin(is_gap=True)
    feeder.segment()

    found = text(feeder.window)
    assert found.count("#EXT-X-GAP\n") == 1
    assert [each["number"] for each in read(found)["segments"]] == [0, 1, 2]


def test_the_rewind_window_slides_and_its_numbers_count_what_left_it():
    feeder = fed(segments=10, rewind=30)
    feeder.begin()
    for _ in range(20):
        feeder.segment()

    found = read(text(feeder.window))
    assert found["header"]["EXT-X-MEDIA-SEQUENCE"] == str(30 - len(found["segments"]))
    assert found["header"]["EXT-X-DISCONTINUITY-SEQUENCE"] == "1"
    assert 30 - 2 < sum(each["duration"] for each in found["segments"]) <= 30 + 2


def test_memory_forgets_what_is_stored_and_old_and_nothing_else():
    feeder = fed(segments=0)
    paths = []
    for _ in range(KEPT + 2):
        paths.append(feeder.path)
        feeder.segment(is_stored=False)
    whole = [len(feeder.window.segment(path)) for path in paths]
    assert feeder.window.unstored == sum(whole)

    for path in paths[1:]:
        feeder.window.stored(path)
        feeder.window.stored(path)

    assert [feeder.window.segment(path) is None for path in paths[:3]] == [False, True, False]
    assert feeder.window.unstored == whole[0]
    assert feeder.window.part(feeder.take, 0, 0) is None
    assert len(named(feeder.window)) == KEPT + 2  # all can still be rewound to


def test_a_segment_that_storage_will_never_have_is_stepped_over():
    feeder = fed(segments=1)
    path = feeder.path
    feeder.segment(is_stored=False)

    feeder.window.give_up(path)

    assert text(feeder.window).count("#EXT-X-GAP\n") == 1
    assert feeder.window.unstored == 0


def test_after_the_end_nothing_is_changed_and_late_segments_only_count_for_the_replay():
    feeder = fed(segments=2)
    feeder.window.end()
    before = text(feeder.window)
    assert before.endswith("#EXT-X-ENDLIST\n")

    feeder.part()
    late = [feeder.window.add_segment(windows.packager.Segment(2, 3.6, 1.8, b"", 6), feeder.now)]
    late += [feeder.window.add_segment(windows.packager.Segment(3, 5.4, 1.8, b"", 6), feeder.now)]

    assert late == [2, 3]
    assert text(feeder.window) == before


def test_many_who_ask_get_one_text_until_it_changes():
    feeder = fed()
    once = feeder.window.text(skip=False)

    assert feeder.window.text(skip=False) is once
    assert feeder.window.packed(skip=True) is feeder.window.packed(skip=True)
    feeder.part()
    assert feeder.window.text(skip=False) is not once


@pytest.mark.parametrize(
    ("sequence", "part", "is_there"),
    [
        (0, None, True),
        (2, None, True),
        (2, 5, True),
        (2, 6, True),  # beyond its last part: the first of the next
        (3, None, False),
        (3, 0, True),
        (3, 1, True),
        (3, 2, False),
        (4, 0, False),
    ],
)
def test_what_a_playlist_has_is_counted_as_the_rfc_does(sequence, part, is_there):
    feeder = fed(segments=3)
    feeder.part()
    feeder.part()

    assert feeder.window.has(sequence, part) is is_there


@pytest.mark.parametrize(
    ("sequence", "part", "is_refused"),
    [(4, None, False), (5, None, True), (3, 9, False), (3, 10, True), (4, 0, False), (99, 0, True)],
)
def test_nobody_waits_for_what_is_far_ahead(sequence, part, is_refused):
    assert fed(segments=3).window.is_too_far(sequence, part) is is_refused


def test_who_waits_is_woken_by_the_part_and_not_before():
    async def story():
        feeder = fed(segments=1)
        waiting = asyncio.create_task(feeder.window.wait(1, 1))
        for _ in range(2):
            await asyncio.sleep(0)
            assert not waiting.done()
            feeder.part()
        await asyncio.wait_for(waiting, 1)

    asyncio.run(story())


def test_a_lost_publisher_is_no_error_the_wait_ends_and_the_playlist_is_as_it_was(monkeypatch):
    monkeypatch.setattr(windows, "PATIENCE", 0.01)

    async def story():
        feeder = fed(segments=1)
        before = text(feeder.window)
        feeder.window.lose()
        await asyncio.wait_for(feeder.window.wait(1, 0), 1)
        assert read(text(feeder.window))["segments"] == read(before)["segments"]

    asyncio.run(story())


def test_the_end_wakes_everybody():
    async def story():
        feeder = fed(segments=1)
        hinted = feeder.window.wait_for_part(feeder.take, 1, 0)
        waiting = [asyncio.create_task(each) for each in (feeder.window.wait(1, None), hinted)]
        await asyncio.sleep(0)
        feeder.window.end()
        assert await asyncio.wait_for(asyncio.gather(*waiting), 1) == [None, None]

    asyncio.run(story())


def test_a_hinted_part_is_waited_for_and_given_up_when_its_segment_ends_before_it():
    async def story():
        feeder = fed(segments=1)
        coming = asyncio.create_task(feeder.window.wait_for_part(feeder.take, 1, 0))
        await asyncio.sleep(0)
        data = feeder.part()
        assert await asyncio.wait_for(coming, 1) == data

        never = asyncio.create_task(feeder.window.wait_for_part(feeder.take, 1, 1))
        await asyncio.sleep(0)
        feeder.cut()
        assert await asyncio.wait_for(never, 1) is None

    asyncio.run(story())


def test_a_hinted_part_of_a_take_that_is_lost_is_neither_named_nor_waited_for_any_more():
    async def story():
        feeder = fed(segments=2)
        assert "PRELOAD-HINT" in text(feeder.window)
        waiting = asyncio.create_task(feeder.window.wait_for_part(feeder.take, 2, 0))
        await asyncio.sleep(0)

        assert feeder.window.lose() is None

        assert await asyncio.wait_for(waiting, 1) is None
        assert "PRELOAD-HINT" not in text(feeder.window)

    asyncio.run(story())


def test_a_camera_with_rare_key_frames_widens_the_target_before_it_is_broken():
    feeder = fed(segments=1)

    for _ in range(10):
        feeder.part()

    assert feeder.window.target == 3
    assert "#EXT-X-TARGETDURATION:3\n" in feeder.window.text(skip=False).decode()
