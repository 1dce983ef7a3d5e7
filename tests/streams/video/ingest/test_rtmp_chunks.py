import contextlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.video.ingest.rtmp import chunks
from tests.streams.video.ingest.rtmp_client import media

LIMIT = 64 * 1024
PIECES = st.lists(
    st.tuples(st.sampled_from([8, 9, 18, 20]), st.binary(max_size=900), st.integers(2, 10)),
    max_size=8,
)


def read(*data: bytes, limit: int = LIMIT) -> list[chunks.Message]:
    return list(chunks.Reader(limit).feed(b"".join(data)))


def head(shape: int, lane: int, *, stamp=0, length=0, kind=9, stream=b"\x01\0\0\0") -> bytes:
    whole = stamp.to_bytes(3) + length.to_bytes(3) + bytes((kind,)) + stream
    return bytes((shape << 6 | lane,)) + whole[: chunks.HEADERS[shape]]


@given(PIECES, st.integers(1, 700), st.integers(1, 300))
def test_messages_come_out_as_they_went_in_however_they_are_cut(pieces, chunk, cut):
    wire = chunks.control(chunks.SET_CHUNK_SIZE, chunk)
    wire += b"".join(
        chunks.write(kind, body, lane=lane, stream=1, chunk=chunk) for kind, body, lane in pieces
    )
    reader = chunks.Reader(LIMIT)

    found = [
        message for at in range(0, len(wire), cut) for message in reader.feed(wire[at : at + cut])
    ]

    assert [(each.kind, each.body) for each in found] == [(kind, body) for kind, body, _ in pieces]
    assert {each.stream for each in found} <= {1}


def test_messages_that_are_mixed_are_told_apart():
    picture, sound = b"p" * 200, b"s" * 150
    wire = b"".join(
        (
            head(0, 6, length=200, kind=9) + picture[:128],
            head(0, 4, length=150, kind=8) + sound[:128],
            head(3, 6) + picture[128:],
            head(3, 4) + sound[128:],
        )
    )

    assert [(each.kind, each.body) for each in read(wire)] == [(9, picture), (8, sound)]


def test_times_are_added_up_as_the_formats_say():
    wire = b"".join(
        (
            head(0, 6, stamp=1000, length=1) + b"a",
            head(1, 6, stamp=40, length=2) + b"bb",
            head(2, 6, stamp=30) + b"cc",
            head(3, 6) + b"dd",  # as long after the last as that was
        )
    )

    found = read(wire)

    assert [each.timestamp for each in found] == [1000, 1040, 1070, 1100]
    assert [each.body for each in found] == [b"a", b"bb", b"cc", b"dd"]


@pytest.mark.parametrize("at", [0xFFFFFE, 0xFFFFFF, 0x1000000, 0xFFFFFFFF])
def test_a_stream_of_many_hours_keeps_its_time(at):
    (found,) = read(media(9, b"x" * 300, at, lane=6))

    assert (found.timestamp, found.body) == (at, b"x" * 300)


def test_time_begins_again_after_seven_weeks():
    late = 0xFFFFFFF0
    wire = media(9, b"x", late, lane=6) + head(1, 6, stamp=0x20, length=1) + b"y"

    assert [each.timestamp for each in read(wire)] == [late, 0x10]


def test_numbers_of_chunk_streams_may_take_two_or_three_bytes():
    first = b"\x00\x05" + head(0, 0, length=1)[1:] + b"a"  # 69
    again = b"\x01\x05\x00" + head(0, 0, length=2)[1:] + b"bb"  # the same, written longer
    other = b"\x01\x05\x01" + head(0, 0, length=3)[1:] + b"ccc"  # 325

    assert [each.body for each in read(first, again, other)] == [b"a", b"bb", b"ccc"]


def test_a_message_given_up_is_forgotten_and_the_next_begins_anew():
    reader = chunks.Reader(1000)
    abort = chunks.control(chunks.ABORT, 6)

    for _ in range(50):  # what is given up takes no room
        assert list(reader.feed(head(0, 6, length=900) + b"x" * 128 + abort)) == []
    (found,) = reader.feed(head(0, 6, length=3) + b"new")

    assert found.body == b"new"


BROKEN = {
    "a message larger than the limit": head(0, 6, length=LIMIT + 1),
    "no header before": head(3, 6) + b"x",
    "only half a header before": head(2, 6) + b"x",
    "a chunk size of none": chunks.control(1, 0),
    "a chunk size without measure": chunks.control(1, chunks.MAX_CHUNK + 1),
    "a chunk size of two bytes": chunks.write(1, b"\0\1", lane=2),
    "a message within a message": head(0, 6, length=200) + b"x" * 128 + head(0, 6, length=9),
    "too many chunk streams": b"".join(
        head(0, lane, length=1) + b"x" for lane in range(3, 4 + chunks.MAX_STREAMS)
    ),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_what_breaks_the_rules_is_refused(data):
    with pytest.raises(chunks.BadChunk):
        read(data + bytes(64))


def test_a_message_as_large_as_the_limit_passes():
    (found,) = read(chunks.write(9, b"x" * LIMIT))

    assert len(found.body) == LIMIT


def test_messages_that_never_end_may_keep_only_so_much():
    reader = chunks.Reader(1000)
    begun = [head(0, lane, length=1000) + b"x" * 128 for lane in range(3, 13)]
    more = [head(3, lane) + b"x" * 128 for lane in range(3, 13)]

    with pytest.raises(chunks.BadChunk, match="under way"):
        list(reader.feed(b"".join(begun + more)))


@given(st.binary(max_size=600))
def test_random_bytes_are_messages_or_refused(data):
    with contextlib.suppress(chunks.BadChunk):
        read(data)


@settings(max_examples=200)
@given(st.integers(0, 2**32), PIECES)
def test_bits_that_flip_on_the_way_are_messages_or_refused(seed, pieces):
    wire = bytearray(b"".join(chunks.write(*piece[:2], lane=piece[2]) for piece in pieces))
    random = Random(seed)
    for _ in range(random.randint(1, 8) if wire else 0):
        wire[random.randrange(len(wire))] ^= 1 << random.randrange(8)

    with contextlib.suppress(chunks.BadChunk):
        kept = sum(len(each.body) for each in read(bytes(wire)))
        assert kept <= len(wire)
