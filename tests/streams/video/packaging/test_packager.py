import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.video.errors import BadBox, EmptyMedia, MediaError, NoKeyFrames
from streams.video.packaging.boxes import Boxes
from streams.video.packaging.packager import (
    MAX_BYTES,
    MAX_SECONDS,
    Init,
    Packager,
    Part,
    Segment,
)
from tests.streams.video.packaging.made import (
    AUDIO,
    DELTA,
    KEY,
    VIDEO,
    box,
    fragment,
    full,
    head,
    moof,
    samples,
)

PART = 0.334


def package(data, piece=1777, **options):
    """Everything the packager says of these bytes, fed in pieces."""
    one = Packager(**options)
    said = []
    for at in range(0, len(data), piece):
        said += one.feed(data[at : at + piece])
    return [*said, *one.close()]


def frames(*times, last=None, keys=(0,), sound=(), size=10):
    """A fragment for each frame and each block of sound, in order; times in milliseconds."""
    times = [*times, last or 2 * times[-1] - times[-2]]
    made = [
        (at, fragment(at, key=at in keys, ticks=after - at, size=size))
        for at, after in zip(times, times[1:], strict=False)
    ]
    made += [(at, fragment(None, sound_at=at, ticks=20, size=3)) for at in sound]
    return b"".join(data for _, data in sorted(made, key=lambda each: each[0]))


def steady(fps, seconds, begin=0):
    return [begin + round(n * 1000 / fps) for n in range(round(fps * seconds))]


def parts(said):
    return [each for each in said if isinstance(each, Part)]


def segments(said):
    return [each for each in said if isinstance(each, Segment)]


def times(said):
    return [(round(each.start, 6), round(each.duration, 6)) for each in segments(said)]


def check(said, *, begins_with_key=True):
    """What holds for every take: the segments are their parts, and time has no holes."""
    assert isinstance(said[0], Init)
    waiting, end = [], None
    for each in said[1:]:
        if end is not None:
            begins = each.start if isinstance(each, Part) else waiting[0].start
            assert begins == pytest.approx(end if isinstance(each, Part) else each.start)
        if isinstance(each, Part):
            assert each.index == len(waiting)
            waiting.append(each)
            end = each.start + each.duration
            continue
        assert {part.segment for part in waiting} == {each.number}
        assert (each.parts, each.start) == (len(waiting), waiting[0].start)
        assert each.data == b"".join(part.data for part in waiting)
        assert each.duration == pytest.approx(sum(part.duration for part in waiting))
        assert waiting[0].independent or not begins_with_key
        assert max(part.duration for part in waiting) <= PART + 1e-9
        assert all(part.duration >= 0.85 * PART - 1e-9 for part in waiting[:-1])
        waiting = []
    assert not waiting
    assert [each.number for each in segments(said)] == list(range(len(segments(said))))
    sequence = [int.from_bytes(found.data[20:24]) for found in moofs(said)]
    assert sequence == list(range(1, len(parts(said)) + 1))


def moofs(said):
    boxes = Boxes().feed(b"".join(each.data for each in segments(said)))
    return [found for found in boxes if found.type == "moof"]


def media(said):
    """All bytes of all samples, in the order in which they are sent."""
    boxes = Boxes().feed(b"".join(each.data for each in segments(said)))
    return [found.payload for found in boxes if found.type == "mdat"]


def test_thirty_frames_a_second_are_ten_frames_a_part():
    film = frames(*steady(30, 4), last=4000, keys=range(0, 4000, 1000), sound=range(0, 4000, 20))

    said = package(head("vide", "soun") + film)

    check(said)
    assert times(said) == [(0, 2), (2, 2)]
    assert [round(part.duration, 3) for part in parts(said)] == [0.333, 0.334, 0.333] * 4
    assert [part.independent for part in parts(said)] == [True, False, False] * 4
    assert len(b"".join(media(said))) == 120 * 10 + 200 * 3


@pytest.mark.parametrize("fps", [5, 7, 8, 10, 11, 12, 13, 15, 18, 20, 24, 25, 29.97, 50, 60, 120])
@pytest.mark.parametrize("sound", [(), range(0, 6000, 20)], ids=["mute", "sound"])
def test_any_steady_frame_rate_gives_lawful_parts(fps, sound):
    moments = steady(fps, 6)

    said = package(
        head("vide", "soun") + frames(*moments, keys=moments[:: round(fps)], sound=sound)
    )

    check(said)
    assert len(segments(said)) == 3


@pytest.mark.parametrize("fps", [1, 2])
def test_few_frames_with_sound_give_lawful_parts(fps):
    moments = steady(fps, 6)

    said = package(head("vide", "soun") + frames(*moments, keys=moments, sound=range(0, 6000, 20)))

    check(said)
    assert times(said) == [(0, 2), (2, 2), (4, 2)]


def test_a_frame_that_lasts_longer_than_a_part_and_has_no_sound_is_a_part():
    said = package(head("vide") + frames(0, 1000, 2000, last=3000, keys=(0, 2000)))

    assert times(said) == [(0, 2), (2, 1)]
    assert sum(part.duration for part in parts(said)) == 3
    assert all(media(said))


def test_a_part_leaves_with_the_frame_that_would_make_it_too_long():
    one = Packager()
    list(one.feed(head("vide") + frames(*steady(25, 0.32), last=320)))

    (part,) = one.feed(fragment(320, key=False, ticks=40))

    assert (part.start, part.duration, part.independent) == (0, 0.32, True)


def test_a_segment_leaves_as_soon_as_the_next_one_begins():
    one = Packager()
    list(one.feed(head("vide") + frames(*steady(25, 2), last=2000)))

    part, segment = one.feed(fragment(2000, ticks=40))

    assert part.start + part.duration == 2
    assert (segment.number, segment.start, segment.duration, segment.parts) == (0, 0, 2, 7)


def test_a_cut_waits_for_a_key_frame():
    said = package(head("vide") + frames(*steady(25, 5), keys=(0, 1000, 3000)))

    check(said)
    assert times(said) == [(0, 3), (3, 2)]


def test_key_frames_that_come_a_little_early_still_cut():
    said = package(head("vide") + frames(*steady(20, 5.4), keys=range(0, 5400, 900)))

    assert times(said) == [(0, 1.8), (1.8, 1.8), (3.6, 1.8)]


@pytest.mark.parametrize("target", [1.0, 4.0])
def test_the_target_says_how_long_segments_are(target):
    said = package(head("vide") + frames(*steady(25, 8), keys=range(0, 8000, 1000)), target=target)

    check(said)
    assert {segment.duration for segment in segments(said)} == {target}


def test_sound_alone_is_cut_by_the_clock():
    said = package(
        head("soun") + b"".join(fragment(None, sound_at=at, ticks=20) for at in range(0, 5000, 20))
    )

    check(said)
    assert (said[0].width, said[0].height, said[0].codecs) == (0, 0, "Opus")
    assert times(said) == [(0, 2), (2, 2), (4, 1)]
    assert all(part.independent for part in parts(said))


def test_sound_that_begins_late_or_ends_early_leaves_no_hole():
    for sound in (range(3000, 6000, 20), range(0, 3000, 20), range(3000, 3500, 20)):
        said = package(
            head("vide", "soun") + frames(*steady(25, 6), keys=range(0, 6000, 1000), sound=sound)
        )

        check(said)
        assert times(said) == [(0, 2), (2, 2), (4, 2)]
        assert len(b"".join(media(said))) == 150 * 10 + len(sound) * 3


def test_sound_rides_in_the_part_of_its_time():
    film = frames(*steady(25, 2), sound=range(0, 2000, 20))

    first, second, *_ = parts(package(head("vide", "soun") + film))

    assert (first.duration, second.duration) == (0.32, 0.32)
    assert len(Boxes().feed(first.data)[1].payload) == 8 * 10 + 16 * 3
    assert len(Boxes().feed(second.data)[1].payload) == 8 * 10 + 16 * 3


def test_sound_before_the_first_picture_is_kept_if_it_is_near():
    film = frames(*steady(25, 2, begin=1000), keys=(1000,), sound=range(0, 3000, 20))

    said = package(head("vide", "soun") + film)

    check(said)
    assert times(said) == [(1, 2)]  # seconds of the take: it began with the sound
    assert len(b"".join(media(said))) == 50 * 10 + (100 + 17) * 3


def test_sound_that_goes_on_after_the_last_picture_is_kept():
    film = frames(*steady(25, 2), sound=range(0, 3000, 20))

    said = package(head("vide", "soun") + film)

    check(said)
    assert times(said) == [(0, 3)]
    assert len(b"".join(media(said))) == 50 * 10 + 150 * 3


def test_a_picture_that_pauses_does_not_hold_up_the_sound():
    one = Packager()
    film = head("vide", "soun") + frames(*steady(25, 1), sound=range(0, 1000, 20))
    said = list(one.feed(film))

    paused = list(
        one.feed(b"".join(fragment(None, sound_at=at, ticks=20) for at in range(1000, 4000, 20)))
    )
    after = frames(*steady(25, 2, begin=4000), keys=(4000,), sound=range(4000, 6000, 20))
    said += [*paused, *one.feed(after), *one.close()]

    check(said)
    assert len(paused) >= 6  # of three seconds it waits for one
    assert times(said) == [(0, 4), (4, 2)]
    assert len(b"".join(media(said))) == 75 * 10 + 150 * 3 + 150 * 10


def test_pictures_that_are_always_late_are_still_cut():
    """Two seconds behind their sound, as after a bad cable."""
    sound = [(at - 2000, fragment(None, sound_at=at, ticks=20)) for at in range(0, 12_000, 20)]
    pictures = [(at, fragment(at, key=not at % 1000, ticks=40)) for at in range(0, 10_000, 40)]
    film = b"".join(data for _, data in sorted(sound + pictures, key=lambda each: each[0]))

    said = package(head("vide", "soun") + film)

    check(said)
    assert len(segments(said)) >= 4
    assert len(b"".join(media(said))) == (250 + 600) * 10


def test_long_fragments_of_one_track_each_are_the_same_as_short_ones():
    film = b""
    for at in range(0, 8000, 2000):
        film += samples((AUDIO, KEY, at, [20] * 100, 5))
        film += samples((VIDEO, KEY, at, [40], 5), (VIDEO, DELTA, at + 40, [40] * 49, 5))

    said = package(head("vide", "soun") + film)

    check(said)
    assert times(said) == [(0, 2), (2, 2), (4, 2), (6, 2)]
    assert len(b"".join(media(said))) == (200 + 400) * 5


def test_however_a_film_is_fragmented_it_becomes_the_same_parts():
    moments = steady(25, 6)
    one = frames(*moments, keys=range(0, 6000, 1000), sound=range(0, 6000, 20), size=3)
    many = b""
    for at in range(0, 6000, 1000):
        key = (VIDEO, KEY, at, [40], 3)
        many += samples(key, (VIDEO, DELTA, at + 40, [40] * 24, 3), (AUDIO, KEY, at, [20] * 50, 3))

    def shape(film):
        said = package(head("vide", "soun") + film)
        check(said)
        return [(round(p.start, 6), round(p.duration, 6), len(p.data)) for p in parts(said)]

    assert shape(one) == shape(many)


def test_no_part_is_a_tick_shorter_than_it_may_be():
    moments, sound = [0, 320, 603, *range(900, 6000, 300)], range(0, 6000, 20)  # 283.9 is due

    check(package(head("vide", "soun") + frames(*moments, keys=(0, 2100, 4200), sound=sound)))


@st.composite
def cameras(draw):
    """Frames as a bad camera sends them, key frames now and then, sound that comes and goes."""
    at, moments = 0, []
    while at < 9000:
        moments.append(at)
        at += draw(st.sampled_from([17, 33, 34, 40, 66, 150, 300, 900]))
    apart = draw(st.integers(300, 2500))
    keys, due = [], 0
    for moment in moments:
        if moment >= due:
            keys.append(moment)
            due = moment + apart
    begin = draw(st.integers(0, 2000))
    sound = range(begin, draw(st.sampled_from([10_000, draw(st.integers(begin, 10_000))])), 20)
    return frames(*moments, keys=keys, sound=sound), len(moments) * 10 + len(sound) * 3, sound


@settings(deadline=None)
@given(cameras())
def test_nothing_is_lost_or_doubled_however_irregular_the_camera_is(camera):
    film, size, sound = camera

    said = package(head("vide", "soun") + film)

    if sound.start < 300 and sound.stop == 10_000:
        check(said, begins_with_key=False)  # sound may go on alone right after a key frame
    assert len(b"".join(media(said))) == size
    assert b"".join(part.data for part in parts(said)) == b"".join(s.data for s in segments(said))
    assert all(part.data and part.duration > 0 for part in parts(said))
    for segment in segments(said):
        lasts = sum(part.duration for part in parts(said) if part.segment == segment.number)
        assert lasts == pytest.approx(segment.duration)


def test_pieces_of_any_size_give_the_same(remuxed):
    some = remuxed[:600_000]

    assert package(some, piece=len(some)) == package(some, piece=997)


def test_times_count_from_the_first_sample():
    film = frames(*steady(25, 4, begin=90_000), keys=range(90_000, 94_000, 1000))

    assert times(package(head("vide") + film)) == [(0, 2), (2, 2)]


def test_pictures_before_the_first_key_frame_are_left_out():
    said = package(head("vide") + frames(*steady(25, 2), keys=(1000,)))

    check(said)
    assert times(said) == [(1, 1)]


def test_a_frame_lasts_until_the_next_one_whatever_its_fragment_says():
    film = b"".join(fragment(at, key=not at, ticks=7) for at in range(0, 1000, 40))

    said = package(head("vide") + film)

    check(said)
    assert times(said) == [(0, 0.967)]


def test_a_take_that_is_cut_off_keeps_what_was_whole(remuxed):
    whole = package(remuxed)
    cut = package(remuxed[: len(remuxed) // 2])

    assert 10 < len(segments(cut)) < 15
    kept = parts(cut)[:-1]
    assert kept == parts(whole)[: len(kept)]
    check(cut)


def test_a_take_without_key_frames_ends_after_twenty_seconds():
    one = Packager()
    said = list(one.feed(head("vide") + fragment(0, ticks=200)))

    def go_on():
        for at in range(200, 60_000, 200):
            said.extend(one.feed(fragment(at, key=False, ticks=200)))

    with pytest.raises(NoKeyFrames, match="20 seconds"):
        go_on()
    assert not segments(said)
    said += one.close()
    check(said)
    assert times(said) == [(0, 20.2)]


def test_a_take_that_never_has_a_key_frame_ends_too():
    film = b"".join(fragment(at, key=False, ticks=1000) for at in range(0, 30_000, 1000))

    with pytest.raises(NoKeyFrames):
        package(head("vide") + film)


def test_sound_whose_picture_never_comes_ends_too():
    film = b"".join(fragment(None, sound_at=at, ticks=20) for at in range(0, 30_000, 20))

    with pytest.raises(NoKeyFrames):
        package(head("vide", "soun") + film)


@pytest.mark.parametrize("late", [fragment(60_000), fragment(None, sound_at=60_000)])
def test_a_gap_of_a_minute_does_not_become_a_segment_of_a_minute(late):
    one = Packager()
    list(one.feed(head("vide", "soun") + fragment(0)))

    with pytest.raises(NoKeyFrames):
        list(one.feed(late))

    assert times(one.close()) == [(0, 0.25)]


def test_memory_is_bounded_when_no_key_frame_comes():
    one = Packager()
    peak = []

    def go_on():
        list(one.feed(head("vide")))
        for at in range(100):
            list(one.feed(fragment(at * 100, key=not at, ticks=100, size=1_000_000)))
            peak.append(one.buffered)

    with pytest.raises(NoKeyFrames, match="bytes"):
        go_on()
    assert 10_000_000 < max(peak) <= MAX_BYTES


def test_samples_without_length_and_size_fill_no_memory():
    one = Packager()
    flood = samples((VIDEO, DELTA, 0, [0] * 9000, 0))
    tracemalloc.start()

    def go_on():
        list(one.feed(head("vide") + fragment(0, ticks=0)))
        for _ in range(1000):
            list(one.feed(flood))

    with pytest.raises(BadBox, match="Too many"):
        go_on()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("media", "error"),
    [
        (b"", EmptyMedia),
        (b"\0\0\0", EmptyMedia),
        (head("vide"), EmptyMedia),
        (head("vide") + fragment(0)[:-1], EmptyMedia),
        (head("vide") + fragment(0, key=False), EmptyMedia),
        (b"<html><body>not found</body></html>", BadBox),
        (box("wide", b"").data, BadBox),
        (head("vide") + head("vide"), BadBox),
        (fragment(0), BadBox),
        (head("vide") + box("mdat", b"x").data, BadBox),
        (head("vide") + moof([full("tfhd", 0, VIDEO)]).data * 2, BadBox),
        (head("vide") + fragment(500) + fragment(250), BadBox),
        (head("vide", timescale=1) + fragment(0) + fragment(2**40), NoKeyFrames),
        (head("vide", timescale=2**32 - 1) + fragment(0) + fragment(2**33), BadBox),
    ],
    ids=[
        *("nothing", "three bytes", "no pictures", "cut off", "no key frame", "html", "no ftyp"),
        *("two heads", "no head", "stray mdat", "moof after moof", "time runs backwards"),
        *("thousands of years", "longer than a sample can say"),
    ],
)
def test_what_is_no_media_is_refused(media, error):
    with pytest.raises(error) as refused:
        package(media)

    assert refused.value.code
    assert str(refused.value).endswith(".")


def test_a_whole_film_that_is_not_fragmented_is_refused(film):
    with pytest.raises(BadBox):
        package(film.read_bytes())


@given(st.lists(st.binary(max_size=300)), st.booleans())
def test_random_bytes_raise_nothing_else_and_fill_no_memory(pieces, begun):
    one = Packager()
    said = list(one.feed(head("vide", "soun"))) if begun else []
    with suppress(MediaError):
        for piece in pieces:
            said += one.feed(piece)
            assert one.buffered <= sum(map(len, pieces))
        said += one.close()

    assert len(said) <= 1


@settings(deadline=None)
@given(st.data())
def test_a_damaged_film_gives_lawful_segments_or_an_error(remuxed, data):
    """Bits flip, bytes go missing and come twice: anywhere, and in the headers above all."""
    some = remuxed[:150_000]
    damaged = bytearray(some)
    heads = [at for at in _headers(some) if data.draw(st.booleans())]
    for at in heads[: data.draw(st.integers(0, 20))]:
        damaged[at + data.draw(st.integers(0, 120))] = data.draw(st.integers(0, 255))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "again"])):
            case "flip":
                damaged[at] ^= 1 << data.draw(st.integers(0, 7))
            case "cut":
                del damaged[at : at + data.draw(st.integers(1, 3000))]
            case "again":
                damaged[at:at] = damaged[at : at + 3000]
        damaged = damaged or bytearray(1)
    one, said, began = Packager(), [], time.process_time()

    with suppress(MediaError):
        for at in range(0, len(damaged), 30_000):
            said += one.feed(bytes(damaged[at : at + 30_000]))
    with suppress(EmptyMedia):
        said += one.close()

    assert time.process_time() - began < 1
    assert all(start >= 0 and 0 <= lasts <= MAX_SECONDS * 2 for start, lasts in times(said))
    assert times(said) == sorted(times(said))
    sent = sum(len(each.data) for each in segments(said))
    assert sent <= len(damaged) + 1000 * len(parts(said))


def _headers(data):
    return [found.at for found in Boxes().feed(data) if found.type == "moof"]
