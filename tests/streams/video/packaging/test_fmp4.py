import struct
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video.errors import BadBox
from streams.video.packaging.boxes import MAX_BOX, Box, Boxes
from streams.video.packaging.fmp4 import Init, Track, parse_fragment, parse_init

VIDEO, AUDIO = 1, 2
INIT = Init(
    {
        VIDEO: Track("video", 1000, "avc1.4d401f", 720, 1280, default_duration=40),
        AUDIO: Track("audio", 48000, "mp4a.40.2", default_duration=1024),
    }
)
KEY, DELTA = 0x02000000, 0x01010000


def box(kind, *parts):
    data = b"".join(parts)
    return Box(kind, struct.pack(">I4s", len(data) + 8, kind.encode()) + data)


def full(kind, flags, *numbers, version=0):
    return box(kind, struct.pack(f">I{len(numbers)}I", version << 24 | flags, *numbers)).data


def moof(*trafs):
    return box("moof", full("mfhd", 0, 1), *(box("traf", *parts).data for parts in trafs))


def head_of(data):
    return next(found for found in Boxes().feed(data) if found.type == "moov")


def test_bytes_become_the_same_boxes_however_they_arrive(remuxed):
    whole = Boxes().feed(remuxed)
    reader, slowly = Boxes(), []
    for at in range(0, len(remuxed), 1777):
        slowly += reader.feed(remuxed[at : at + 1777])

    assert slowly == whole
    assert reader.pending == 0
    assert [found.type for found in whole[:4]] == ["ftyp", "moov", "moof", "mdat"]
    assert b"".join(found.data for found in whole) == remuxed


def test_a_box_may_tell_its_size_in_64_bits():
    (found,) = Boxes().feed(struct.pack(">I4sQ", 1, b"mdat", 20) + b"data")

    assert (found.type, found.payload) == ("mdat", b"data")


@pytest.mark.parametrize(
    "head",
    [
        struct.pack(">I4s", 0, b"mdat"),
        struct.pack(">I4s", 7, b"mdat"),
        struct.pack(">I4sQ", 1, b"mdat", 15),
        struct.pack(">I4s", MAX_BOX + 1, b"mdat"),
        struct.pack(">I4sQ", 1, b"mdat", 2**63),
    ],
    ids=["until the end", "too small", "too small in 64 bits", "too large", "far too large"],
)
def test_a_size_that_cannot_be_is_refused_before_the_box_arrives(head):
    with pytest.raises(BadBox):
        Boxes().feed(head)


def test_the_largest_box_is_taken():
    (found,) = Boxes().feed(struct.pack(">I4s", MAX_BOX, b"mdat") + bytes(MAX_BOX - 8))

    assert len(found.data) == MAX_BOX


@given(st.lists(st.binary(max_size=50)))
def test_random_bytes_never_wait_beyond_the_limit(pieces):
    reader = Boxes(limit=64)
    with suppress(BadBox):
        for piece in pieces:
            reader.feed(piece)
            assert reader.pending < 64


def test_the_tracks_of_the_film(remuxed):
    picture, sound = parse_init(head_of(remuxed)).tracks.values()

    assert (picture.kind, picture.timescale, picture.codec) == ("video", 15360, "avc1.4d401f")
    assert (picture.width, picture.height) == (720, 1280)
    assert (sound.kind, sound.timescale, sound.codec) == ("audio", 48000, "mp4a.40.2")


def test_a_film_that_is_not_fragmented_is_refused(film):
    with pytest.raises(BadBox, match="not fragmented"):
        parse_init(head_of(film.read_bytes()))


def test_the_fragments_of_the_film_follow_each_other(remuxed):
    boxes = Boxes().feed(remuxed)
    init = parse_init(boxes[1])

    fragments = [parse_fragment(found, init) for found in boxes if found.type == "moof"]

    for before, after in zip(fragments, fragments[1:], strict=False):
        assert before.end == after.start
    assert fragments[0].starts_with_key
    assert sum(fragment.starts_with_key for fragment in fragments) == 48
    assert max(fragment.duration for fragment in fragments) <= Fraction(335, 1000)
    assert all(fragment.has_video and fragment.has_audio for fragment in fragments)


@pytest.mark.parametrize(
    ("header", "samples", "duration", "key"),
    [
        (full("tfhd", 0, VIDEO), full("trun", 0, 3), 120, True),
        (full("tfhd", 0x08, VIDEO, 50), full("trun", 0, 3), 150, True),
        (full("tfhd", 0x20, VIDEO, DELTA), full("trun", 0, 3), 120, False),
        (full("tfhd", 0x3A, VIDEO, 1, 50, 9, DELTA), full("trun", 0x4, 3, KEY), 150, True),
        (full("tfhd", 0x20, VIDEO, KEY), full("trun", 0x5, 2, 99, DELTA), 80, False),
        (full("tfhd", 0, VIDEO), full("trun", 0x100, 2, 30, 31), 61, True),
        (full("tfhd", 0, VIDEO), full("trun", 0x700, 2, 30, 9, DELTA, 31, 9, KEY), 61, False),
        (full("tfhd", 0, VIDEO), full("trun", 0xF01, 1, 99, 30, 9, KEY, 7), 30, True),
    ],
    ids=["trex", "tfhd", "tfhd flags", "first flags", "offset", "own", "own flags", "everything"],
)
def test_what_a_sample_does_not_say_its_defaults_say(header, samples, duration, key):
    fragment = parse_fragment(moof([header, full("tfdt", 0, 5000), samples]), INIT)

    assert (fragment.start, fragment.duration) == (5, Fraction(duration, 1000))
    assert fragment.starts_with_key is key


def test_the_defaults_of_the_init_may_say_that_no_sample_is_a_key():
    init = Init({VIDEO: Track("video", 1000, "avc1.4d401f", default_flags=DELTA)})
    parts = [full("tfhd", 0, VIDEO), full("tfdt", 0, 0), full("trun", 0x100, 1, 30)]

    assert not parse_fragment(moof(parts), init).starts_with_key


def test_time_may_be_told_in_64_bits():
    clock = full("tfdt", 0, 1, 0, version=1)

    fragment = parse_fragment(moof([full("tfhd", 0, VIDEO), clock, full("trun", 0, 1)]), INIT)

    assert fragment.start == Fraction(2**32, 1000)


def test_a_fragment_may_be_sound_only():
    parts = [full("tfhd", 0, AUDIO), full("tfdt", 0, 48000), full("trun", 0, 3)]

    fragment = parse_fragment(moof(parts), INIT)

    assert (fragment.has_video, fragment.has_audio, fragment.starts_with_key) == (
        False,
        True,
        False,
    )
    assert (fragment.start, fragment.duration) == (1, Fraction(3 * 1024, 48000))


def test_the_picture_tells_the_time_where_there_is_one():
    sound = [full("tfhd", 0, AUDIO), full("tfdt", 0, 0), full("trun", 0, 3)]
    picture = [full("tfhd", 0, VIDEO), full("tfdt", 0, 100), full("trun", 0, 1)]

    fragment = parse_fragment(moof(sound, picture), INIT)

    assert (fragment.start, fragment.duration) == (Fraction(1, 10), Fraction(1, 25))


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [full("tfhd", 0, VIDEO), full("trun", 0, 1)],
        [full("tfhd", 0, VIDEO), full("tfdt", 0, 0)],
        [full("tfhd", 0, VIDEO), full("tfdt", 0, 0), full("trun", 0, 0)],
        [full("tfhd", 0, 77), full("tfdt", 0, 0), full("trun", 0, 1)],
        [full("tfhd", 0x01, VIDEO, 0, 0), full("tfdt", 0, 0), full("trun", 0, 1)],
        [full("tfhd", 0x08, VIDEO), full("tfdt", 0, 0), full("trun", 0, 1)],
        [full("tfhd", 0, VIDEO), full("tfdt", 0, 0), full("trun", 0x100, 2**32 - 1, 5)],
        [full("tfhd", 0, VIDEO), full("tfdt", 0, 0), full("trun", 0, 1)[:-2]],
    ],
    ids=[
        *("empty", "no time", "no run", "no samples", "unknown track", "absolute offset"),
        *("short header", "too many samples", "cut off"),
    ],
)
def test_a_fragment_that_says_nothing_of_use_is_refused(parts):
    with pytest.raises(BadBox):
        parse_fragment(moof(parts), INIT)


def test_no_header_is_read_for_minutes():
    with pytest.raises(BadBox, match="too large"):
        parse_fragment(moof([bytes(2 * 1024 * 1024)]), INIT)


@given(st.data())
def test_damaged_headers_are_refused_or_read(remuxed, data):
    boxes = Boxes().feed(remuxed[:20000])
    init = parse_init(boxes[1])
    for original, parse in ((boxes[1], parse_init), (boxes[2], lambda b: parse_fragment(b, init))):
        damaged = bytearray(original.data)
        spots = st.lists(st.integers(8, len(damaged) - 1), max_size=5)
        for spot in data.draw(spots):
            damaged[spot] = data.draw(st.integers(0, 255))
        with suppress(BadBox):
            parse(Box(original.type, bytes(damaged)))
