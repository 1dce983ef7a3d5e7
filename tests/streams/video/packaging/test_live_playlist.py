from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.video.packaging import playlist
from streams.video.packaging.playlist import Entry, PartEntry
from tests.streams.video.hls_rules import broken_between, broken_rules, read

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def parts(number, count, seconds=0.33333, take="a"):
    return tuple(
        PartEntry(f"/hls/kiln/{take}/{number}.{index}.m4s", seconds, independent=not index)
        for index in range(count)
    )


def segments(count, *, take="a", first=0, seconds=2.0):
    return [
        Entry(
            f"/media/takes/{take}/source/{number:06d}.m4s",
            seconds,
            NOON + timedelta(seconds=seconds * number),
            take,
            f"/media/takes/{take}/source/init.mp4",
            (*parts(number, 5, take=take), PartEntry(f"{take}{number}.5.m4s", seconds - 1.66665)),
        )
        for number in range(first, first + count)
    ]


def live(entries, open_parts=(), **changes):
    usual = {
        "take": "a",
        "init_uri": "/media/takes/a/source/init.mp4",
        "hint_uri": "next.m4s",
        "target": 2,
        "part_target": 0.334,
        "first_sequence": 0,
        "first_discontinuity": 0,
        "ended": False,
        "skip": False,
        "at": NOON + timedelta(seconds=2 * len(entries)),
    }
    return playlist.live(entries, open_parts, **{**usual, **changes})


def test_a_low_latency_playlist_is_this_text():
    entry = Entry("0.m4s", 0.66666, NOON, "a", "a.mp4", parts(0, 2))

    text = live([entry], parts(1, 1), init_uri="a.mp4", first_sequence=7)

    assert text == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:9\n"
        "#EXT-X-TARGETDURATION:2\n"
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12.0,HOLD-BACK=6.0"
        ",PART-HOLD-BACK=1.002\n"
        "#EXT-X-PART-INF:PART-TARGET=0.334\n"
        "#EXT-X-MEDIA-SEQUENCE:7\n"
        "#EXT-X-DISCONTINUITY-SEQUENCE:0\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MAP:URI="a.mp4"\n'
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:00.000Z\n"
        '#EXT-X-PART:DURATION=0.33333,URI="/hls/kiln/a/0.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PART:DURATION=0.33333,URI="/hls/kiln/a/0.1.m4s"\n'
        "#EXTINF:0.66666,\n"
        "0.m4s\n"
        "#EXT-X-PROGRAM-DATE-TIME:2026-03-01T12:00:02.000Z\n"
        '#EXT-X-PART:DURATION=0.33333,URI="/hls/kiln/a/1.0.m4s",INDEPENDENT=YES\n'
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="next.m4s"\n'
    )
    assert broken_rules(text) == []


def test_a_take_that_has_just_begun_brings_its_init():
    text = live([], parts(0, 1))

    assert '#EXT-X-MAP:URI="/media/takes/a/source/init.mp4"\n' in text
    assert broken_rules(text) == []


def test_nothing_at_all_is_lawful():
    assert broken_rules(live([], hint_uri=None)) == []


def test_parts_are_named_for_three_target_durations():
    text = live(segments(8), parts(8, 3))

    named = [segment["number"] for segment in read(text)["segments"] if segment["parts"]]
    assert named == [6, 7]  # 5 more seconds with the open one; another segment would make it 7
    assert broken_rules(text) == []


def test_a_new_take_is_told_before_its_first_part():
    text = live(segments(3), parts(0, 2, take="b"), take="b", init_uri="b.mp4")

    tail = text[text.index("000002.m4s") :]
    assert tail.index("#EXT-X-DISCONTINUITY\n") < tail.index('#EXT-X-MAP:URI="b.mp4"\n')
    assert tail.index("EXT-X-MAP") < tail.index("PROGRAM-DATE-TIME") < tail.index("EXT-X-PART:")
    assert broken_rules(text) == []


def test_a_gap_is_named_as_one():
    gap = Entry("gap.m4s", 2.0, NOON + timedelta(seconds=4), "a", "a.mp4", is_gap=True)

    text = live([*segments(2), gap], parts(3, 1))

    assert "#EXT-X-GAP\n#EXTINF:2.00000,\ngap.m4s\n" in text
    assert [segment["is_gap"] for segment in read(text)["segments"]] == [False, False, True]
    assert broken_rules(text) == []


def test_the_end_is_final_and_hints_at_nothing():
    text = live(segments(3), ended=True, skip=True)

    assert text.endswith("000002.m4s\n#EXT-X-ENDLIST\n")
    assert broken_rules(text) == []


def test_a_delta_update_leaves_out_what_is_older_than_the_skip_boundary():
    entries = segments(20)

    full, delta = live(entries, parts(20, 2)), live(entries, parts(20, 2), skip=True)

    # Thirteen whole segments end more than 12 s before the end of the last one.
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=13\n" in delta
    assert read(delta)["segments"] == read(full)["segments"][13:]
    assert len(delta) < len(full) / 1.5
    assert broken_rules(delta) == broken_between(full, delta) == []


def test_a_delta_update_of_a_short_playlist_is_the_playlist():
    assert live(segments(6), skip=True) == live(segments(6))


def test_a_delta_update_tells_the_init_again():
    entries = segments(10)

    delta = live(entries, skip=True)

    tail = delta[delta.index("#EXT-X-SKIP") :].splitlines()
    assert tail[:2] == [
        "#EXT-X-SKIP:SKIPPED-SEGMENTS=3",
        '#EXT-X-MAP:URI="/media/takes/a/source/init.mp4"',
    ]
    assert broken_rules(delta) == broken_between(live(entries), delta) == []


def test_there_is_no_delta_update_while_a_take_begins_behind_the_skip_boundary():
    before, after = segments(10), segments(7, take="b", first=10)

    begun = {"open_parts": parts(10, 2, take="b"), "take": "b"}
    assert live(before, **begun, skip=True) == live(before, **begun)
    for count in range(1, 8):
        entries = [*before, *after[:count]]
        assert live(entries, take="b", skip=True) == live(entries, take="b"), count

    entries = [*before, *segments(8, take="b", first=10)]
    assert "#EXT-X-SKIP:SKIPPED-SEGMENTS=11\n" in live(entries, take="b", skip=True)


def test_a_segment_longer_than_the_target_raises_all_that_depends_on_it():
    text = live(segments(4, seconds=2.9))

    assert "#EXT-X-TARGETDURATION:3\n" in text
    assert "CAN-SKIP-UNTIL=18.0,HOLD-BACK=9.0" in text


def test_parts_without_a_beginning_or_after_the_end_are_refused():
    for changes in ({"at": None}, {"ended": True}):
        with pytest.raises(ValueError, match="beginning"):
            live(segments(1), parts(1, 1), **changes)


@pytest.mark.parametrize("uri", ['a",INDEPENDENT=YES,X="', "a\n#EXT-X-ENDLIST", "\x00", ""])
def test_a_part_cannot_write_tags(uri):
    for write in (lambda: live([], [PartEntry(uri, 0.3)]), lambda: live([], hint_uri=f"#{uri}")):
        with pytest.raises(ValueError, match=r"quote|address"):
            write()


@st.composite
def shows(draw):
    """What a window says one after the other: parts come, segments close, takes change."""
    entries, said, number, at = [], [], 0, NOON
    window = draw(st.integers(10, 14))
    for take in range(draw(st.integers(1, 3))):
        for _ in range(draw(st.integers(1, 9))):
            lasts = draw(st.floats(0.01, 0.334))
            seconds = [0.33333] * draw(st.integers(5, 6)) + [round(lasts, 5)]
            growing = []
            for index, duration in enumerate(seconds):
                growing.append(PartEntry(f"{take}/{number}.{index}", duration, index == 0))
                said.append((list(entries), list(growing), take, at))
            entries.append(
                Entry(f"{number}.m4s", sum(seconds), at, take, f"{take}.mp4", tuple(growing))
            )
            said.append((list(entries), [], take, at))
            number, at = number + 1, at + timedelta(seconds=sum(seconds))
    return window, said


@settings(max_examples=20, deadline=None)
@given(shows())
def test_whatever_a_window_says_is_lawful(show):
    window, said = show

    def text(entries, growing, take, at, *, skip):
        number = len(entries)
        first = max(0, number - window)
        changes = sum(entries[n].take != entries[n - 1].take for n in range(1, first + 1))
        hint = f"{take}/{number}.{len(growing)}"
        return playlist.live(
            entries[first:],
            growing,
            take=take,
            init_uri=f"{take}.mp4",
            hint_uri=hint,
            target=2,
            part_target=0.334,
            first_sequence=first,
            first_discontinuity=changes,
            ended=False,
            skip=skip,
            at=at,
        )

    before = None
    for state in said:
        full, delta = text(*state, skip=False), text(*state, skip=True)
        assert broken_rules(full) == broken_rules(delta) == broken_between(full, delta) == []
        for after in (full, delta) if before else ():
            assert broken_between(before, after) == []
        before = full


LAWFUL = live(segments(20), parts(20, 3), hint_uri="/hls/kiln/a/20.3.m4s")
DELTA = live(segments(20), parts(20, 3), hint_uri="/hls/kiln/a/20.3.m4s", skip=True)
OPEN = '#EXT-X-PART:DURATION=0.33333,URI="/hls/kiln/a/20.1.m4s"\n'


@pytest.mark.parametrize(
    ("text", "good", "bad", "rule"),
    [
        (LAWFUL, "DURATION=0.33333", "DURATION=0.33401", "longer than the part target"),
        (LAWFUL, OPEN, OPEN.replace("0.33333", "0.28389"), "shorter than 85 %"),
        (LAWFUL, "2.00000,\n/media/takes/a/source/000019", "1.99,\nx", "the parts together"),
        (LAWFUL, "PART-HOLD-BACK=1.002", "PART-HOLD-BACK=0.667", "PART-HOLD-BACK"),
        (LAWFUL, ",PART-HOLD-BACK=1.002", "", "PART-HOLD-BACK"),
        (LAWFUL, "HOLD-BACK=6.0", "HOLD-BACK=5.9", "§4.4.3.8: HOLD-BACK"),
        (LAWFUL, "CAN-SKIP-UNTIL=12.0", "CAN-SKIP-UNTIL=11.9", "CAN-SKIP-UNTIL"),
        (LAWFUL, "CAN-BLOCK-RELOAD=YES", "CAN-BLOCK-RELOAD=NO", "CAN-BLOCK-RELOAD"),
        (LAWFUL, "#EXT-X-PART-INF:PART-TARGET=0.334\n", "", "parts need"),
        (LAWFUL, 'URI="/hls/kiln/a/20.0.m4s"', 'URI="x",GAP=YES', None),
        (LAWFUL, OPEN, OPEN + OPEN, "named twice"),
        (LAWFUL, OPEN, "#EXT-X-DISCONTINUITY\n" + OPEN, "before the first part"),
        (LAWFUL, OPEN, OPEN.replace(',URI="/hls/kiln/a/20.1.m4s"', ""), "an address"),
        (LAWFUL, "TYPE=PART,", "", "a type"),
        (LAWFUL, '"/hls/kiln/a/20.3.m4s"', '"/hls/kiln/a/20.2.m4s"', "yet to come"),
        (LAWFUL, '20.3.m4s"\n', '20.3.m4s"\n#EXT-X-ENDLIST\n', "hints at nothing"),
        (LAWFUL, "000004.m4s", "000003.m4s", "named twice"),
        (LAWFUL, "#EXT-X-PART-INF", "#EXT-X-PART-IN", "unknown tag"),
        (LAWFUL, 'a/20.2.m4s"\n', 'a/20.2.m4s"\n#EXTINF:1.00000,\n', None),
        (DELTA, "VERSION:9", "VERSION:8", "version 9"),
        (DELTA, "CAN-SKIP-UNTIL=12.0,", "", "CAN-SKIP-UNTIL"),
        (DELTA, "CAN-SKIP-UNTIL=12.0", "CAN-SKIP-UNTIL=24.0", "skip boundary"),
        (DELTA, "SKIPPED-SEGMENTS=13", "SKIPPED-SEGMENTS=0", "how many"),
    ],
)
def test_the_rules_see_what_is_wrong_with_parts(text, good, bad, rule):
    assert broken_rules(text) == []
    assert good in text
    changed = text.replace(good, bad, 1)
    if rule is None:
        assert changed != text
    else:
        assert rule in " ".join(broken_rules(changed))


def test_the_rules_see_parts_that_are_too_old():
    text = live(segments(4))
    longer = text.replace("2.00000,\n/media/takes/a/source/000003", "2.40000,\n/x")

    assert broken_rules(text) == []
    assert "older than three target durations" in " ".join(broken_rules(longer))


def shown(count, growing=0, **changes):
    hint = f"/hls/kiln/a/{count}.{growing}.m4s"
    return live(segments(count), parts(count, growing), **{"hint_uri": hint, **changes})


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (shown(6, 2), shown(6, 1), "taken back"),
        (shown(6, 2), shown(6), "taken back"),
        (shown(6, 2), shown(6, 3, target=3), "TARGETDURATION stays"),
        (shown(6, 2), shown(6, 3, part_target=0.35), "PART-INF stays"),
        (shown(6, 2), shown(6, 3).replace("6.0.m4s", "6.9.m4s"), "stay what they were"),
        (shown(6, 2), shown(6, 3).replace("6.2.m4s", "6.9.m4s"), "hinted at"),
        (shown(6, 2), shown(6, 3, at=NOON), "keeps its at"),
        (shown(6, 2), shown(6, 3).replace("000003", "000009"), "segment 3 stays"),
        (shown(6, 2), shown(6, 3).replace("a/5.2", "a/5.9"), "the parts of segment 5"),
        (shown(6, 2), shown(7).replace("a/6.1", "a/6.9"), "the parts of segment 6"),
        (shown(6, 5), shown(6, 5).replace("SEQUENCE:0", "SEQUENCE:1", 1), "segment 3 stays"),
        (shown(9, first_sequence=5), shown(9, first_sequence=4), "MEDIA-SEQUENCE never falls"),
        (
            shown(9, first_discontinuity=5),
            shown(9, first_discontinuity=4),
            "DISCONTINUITY-SEQUENCE never falls",
        ),
        (shown(6, ended=True), shown(7, ended=True), "ended playlist stays"),
        (shown(20), shown(20, skip=True).replace("MENTS=13", "MENTS=12"), "stays what it was"),
    ],
)
def test_the_rules_see_what_a_reload_must_not_show(before, after, rule):
    assert broken_between(before, before) == []
    assert rule in " ".join(broken_between(before, after))


def test_a_playlist_that_forgets_too_much_is_seen():
    every = segments(6)
    before = live(every, hint_uri=None)
    after = live(every[4:], hint_uri=None, first_sequence=4)

    assert "three target durations are kept" in " ".join(broken_between(before, after))
