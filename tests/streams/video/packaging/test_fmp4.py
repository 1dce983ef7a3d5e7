import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video.errors import BadBox
from streams.video.packaging.boxes import MAX_BOX, Box, Boxes
from streams.video.packaging.fmp4 import parse_init


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

    assert (found.type, found.payload, found.at) == ("mdat", b"data", 0)


def test_a_box_knows_its_place_in_the_stream():
    reader = Boxes()

    found = reader.feed(b"\0\0\0\x09free1\0\0\0") + reader.feed(b"\x08free\0\0\0\x08free")

    assert [(each.at, len(each.data)) for each in found] == [(0, 9), (9, 8), (17, 8)]


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


@given(st.data())
def test_a_damaged_head_is_refused_or_read(remuxed, data):
    head = head_of(remuxed[:20000])
    damaged = bytearray(head.data)
    for spot in data.draw(st.lists(st.integers(8, len(damaged) - 1), max_size=5)):
        damaged[spot] = data.draw(st.integers(0, 255))
    with suppress(BadBox):
        parse_init(Box("moov", bytes(damaged)))
