from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video.errors import BadBox, MediaError
from streams.video.packaging.boxes import Box, Boxes
from streams.video.packaging.fmp4 import Init, Track, parse_init
from streams.video.packaging.samples import MAX_SAMPLES, read
from tests.streams.video.packaging.made import AUDIO, DELTA, INIT, KEY, VIDEO, full, pair

CLOCK = full("tfdt", 0, 5000)
HERE = 0x020000  # places count from the moof


def told(trafs, media=b"", init=INIT, **places):
    runs = read(*pair(trafs, media, **places), init)
    return {n: [(s.at, s.duration, s.is_key, s.shift) for s in run] for n, run in runs.items()}


def data(trafs, media, **places):
    runs = read(*pair(trafs, media, **places), INIT)
    return {number: [sample.data for sample in run] for number, run in runs.items()}


def at(trafs, place):
    """The same trafs, once it is known where the media begins: after moof and mdat header."""
    return trafs(len(pair(trafs(0))[0].data) + 8 + place)


@pytest.mark.parametrize(
    ("header", "run", "durations", "keys"),
    [
        (full("tfhd", 0, VIDEO), full("trun", 0, 3), [40] * 3, "KKK"),
        (full("tfhd", 0x08, VIDEO, 50), full("trun", 0, 2), [50] * 2, "KK"),
        (full("tfhd", 0x20, VIDEO, DELTA), full("trun", 0, 2), [40] * 2, "DD"),
        (full("tfhd", 0x2A, VIDEO, 1, 50, DELTA), full("trun", 4, 2, KEY), [50] * 2, "KD"),
        (full("tfhd", 0x20, VIDEO, KEY), full("trun", 0x5, 2, 99, DELTA), [40] * 2, "DK"),
        (full("tfhd", 0, VIDEO), full("trun", 0x100, 2, 30, 31), [30, 31], "KK"),
        (full("tfhd", 0, VIDEO), full("trun", 0x500, 2, 30, DELTA, 31, KEY), [30, 31], "DK"),
    ],
    ids=["trex", "tfhd", "tfhd flags", "first flags", "offset", "own", "own flags"],
)
def test_what_a_sample_does_not_say_its_defaults_say(header, run, durations, keys):
    found = told([[header, CLOCK, run]])[VIDEO]

    assert [duration for _, duration, _, _ in found] == durations
    assert "".join("K" if is_key else "D" for _, _, is_key, _ in found) == keys
    assert [when for when, _, _, _ in found] == [
        5000 + sum(durations[:n]) for n in range(len(found))
    ]


def test_pictures_may_be_shown_later_or_earlier_than_they_are_decoded():
    earlier = full("trun", 0x800, 3, 80, 0, -40, version=1)
    later = full("trun", 0x800, 2, 80, 0)

    assert [s[3] for s in told([[full("tfhd", 0, VIDEO), CLOCK, earlier]])[VIDEO]] == [80, 0, -40]
    assert [s[3] for s in told([[full("tfhd", 0, VIDEO), CLOCK, later]])[VIDEO]] == [80, 0]


def test_time_may_be_told_in_64_bits():
    clock = full("tfdt", 0, 1, 0, version=1)

    assert told([[full("tfhd", 0, VIDEO), clock, full("trun", 0, 1)]])[VIDEO][0][0] == 2**32


def test_places_count_from_the_moof():
    def trafs(place):
        sizes = full("trun", 0x201, 2, place, 3, 2)
        return [[full("tfhd", HERE, VIDEO), CLOCK, sizes]]

    assert data(at(trafs, 0), b"abcde") == {VIDEO: [b"abc", b"de"]}
    assert data(at(trafs, 1), b"abcdef") == {VIDEO: [b"bcd", b"ef"]}


def test_a_run_without_a_place_goes_on_where_the_last_one_ended():
    def trafs(place):
        first, second = full("trun", 0x201, 1, place, 2), full("trun", 0x200, 2, 1, 3)
        return [[full("tfhd", HERE, VIDEO), CLOCK, first, second]]

    assert data(at(trafs, 0), b"abcdef") == {VIDEO: [b"ab", b"c", b"def"]}
    assert [s[0] for s in told(at(trafs, 0), b"abcdef")[VIDEO]] == [5000, 5040, 5080]


def test_a_track_goes_on_where_the_last_ones_data_ended():
    """As before `default-base-is-moof`: §8.8.7.1."""

    def trafs(place):
        picture = [full("tfhd", 0, VIDEO), CLOCK, full("trun", 0x201, 1, place, 4)]
        return [picture, [full("tfhd", 0, AUDIO), CLOCK, full("trun", 0x200, 2, 1, 1)]]

    assert data(at(trafs, 0), b"abcdef") == {VIDEO: [b"abcd"], AUDIO: [b"e", b"f"]}


def test_a_track_that_counts_from_the_moof_does_so_again():
    def trafs(place):
        picture = [full("tfhd", HERE, VIDEO), CLOCK, full("trun", 0x201, 1, place, 4)]
        return [picture, [full("tfhd", HERE, AUDIO), CLOCK, full("trun", 0x201, 1, place + 4, 2)]]

    assert data(at(trafs, 0), b"abcdef") == {VIDEO: [b"abcd"], AUDIO: [b"ef"]}


def test_places_may_count_from_the_start_of_the_file():
    def trafs(place):
        header = full("tfhd", 0x01, VIDEO, 0, place)
        return [[header, CLOCK, full("trun", 0x201, 1, 2, 3)]]

    moved = at(trafs, len(b"somewhere") + 8)

    assert data(moved, b"abcdef", before=b"somewhere") == {VIDEO: [b"cde"]}


def test_other_boxes_may_stand_between_a_fragment_and_its_media():
    def trafs(place):
        return [[full("tfhd", HERE, VIDEO), CLOCK, full("trun", 0x201, 1, place + 12, 3)]]

    assert data(at(trafs, 0), b"abc", between=b"\0\0\0\x0cfreeabcd") == {VIDEO: [b"abc"]}


def test_tracks_that_were_not_announced_are_left_out():
    other = [full("tfhd", 0, 77), CLOCK, full("trun", 0, 1)]
    picture = [full("tfhd", 0, VIDEO), CLOCK, full("trun", 0, 1)]

    assert told([other, picture]).keys() == {VIDEO}


PICTURE = full("tfhd", HERE, VIDEO)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [PICTURE, full("trun", 0, 1)],
        [PICTURE, CLOCK],
        [PICTURE, CLOCK, full("trun", 0, 0)],
        [full("tfhd", 0, 77), CLOCK, full("trun", 0, 1)],
        [full("tfhd", 0x01, VIDEO, 0), CLOCK, full("trun", 0, 1)],
        [full("tfhd", 0x08, VIDEO), CLOCK, full("trun", 0, 1)],
        [PICTURE, CLOCK, full("trun", 0x100, 2**32 - 1, 5)],
        [PICTURE, CLOCK, full("trun", 0, 2**32 - 1)],
        [PICTURE, CLOCK, *[full("trun", 0, MAX_SAMPLES // 2 + 1)] * 2],
        [PICTURE, CLOCK, full("trun", 0, 1)[:-2]],
        [PICTURE, full("tfdt", 0, 2**31 - 1, 2**32 - 1, version=1), full("trun", 0, 1)],
        [PICTURE, CLOCK, full("trun", 0x800, 1, -1)],
        [PICTURE, CLOCK, full("trun", 0x201, 1, 0, 4)],
        [PICTURE, CLOCK, full("trun", 0x201, 1, -200, 4)],
        [PICTURE, CLOCK, full("trun", 0x201, 1, 2**31 - 1, 4)],
        [PICTURE, CLOCK, full("trun", 0x200, 1, 4)],
        [PICTURE, CLOCK, full("trun", 0x201, 1, 68, 2**32 - 1)],
        [full("tfhd", 0x01, VIDEO, 2**32 - 1, 2**32 - 1), CLOCK, full("trun", 0x201, 1, 1, 1)],
    ],
    ids=[
        *("empty", "no time", "no run", "no samples", "unknown track", "half a place"),
        *("short header", "too many samples", "four billion from nothing", "two halves too many"),
        *("cut off", "after the end of time", "shown after the end of time", "in the moof"),
        *("before everything", "after everything", "no place", "too large", "beyond 64 bits"),
    ],
)
def test_a_fragment_that_says_nothing_of_use_is_refused(parts):
    with pytest.raises(BadBox):
        read(*pair([parts], b"abcdefgh"), INIT)


def test_samples_cannot_share_their_bytes_to_become_many():
    def trafs(place):
        runs = [full("trun", 0x201, 1, place, 1000)] * 500
        return [[PICTURE, CLOCK, *runs]]

    with pytest.raises(BadBox, match="outside"):
        data(at(trafs, 0), bytes(1500))


def test_no_header_is_read_for_minutes():
    with pytest.raises(BadBox, match="too large"):
        read(*pair([[bytes(2 * 1024 * 1024)]]), INIT)


def test_the_defaults_of_the_init_may_say_that_no_sample_is_a_key():
    init = Init({VIDEO: Track("video", 1000, "avc1.4d401f", default_flags=DELTA)})

    assert told([[PICTURE, CLOCK, full("trun", 0x100, 1, 30)]], init=init)[VIDEO][0][2] is False


def test_the_samples_of_the_film_follow_each_other(remuxed):
    boxes = Boxes().feed(remuxed)
    init, ends, count, size = parse_init(boxes[1]), {}, 0, 0
    for moof, mdat in zip(boxes[2::2], boxes[3::2], strict=True):
        for number, run in read(moof, mdat, init).items():
            for sample in run:
                assert sample.at == ends.get(number, 0)
                ends[number] = sample.at + sample.duration
                count, size = count + 1, size + len(sample.data)

    assert count == 1440 + 2251
    assert size == sum(len(mdat.payload) for mdat in boxes[3::2])


@given(st.data())
def test_damaged_fragments_are_refused_or_read(remuxed, data):
    boxes = Boxes().feed(remuxed[:60000])
    init, moof, mdat = parse_init(boxes[1]), *boxes[2:4]
    damaged = bytearray(moof.data)
    for spot in data.draw(st.lists(st.integers(8, len(damaged) - 1), max_size=5)):
        damaged[spot] = data.draw(st.integers(0, 255))

    with suppress(MediaError):
        runs = read(Box("moof", bytes(damaged), at=moof.at), mdat, init)
        assert sum(len(s.data) for run in runs.values() for s in run) <= len(mdat.payload)
