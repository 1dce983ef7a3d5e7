import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video.ingest.rtmp import amf

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PLAIN = st.none() | st.booleans() | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.dictionaries(TEXT.filter(len), inner, max_size=4),
    max_leaves=8,
).filter(lambda value: depth(value) < amf.DEPTH)


def depth(value) -> int:
    return 1 + max(map(depth, value.values()), default=0) if isinstance(value, dict) else 0


def nested(levels: int) -> bytes:
    return b"\x03\x00\x01a" * levels + b"\x05" + b"\x00\x00\x09" * levels


@given(st.lists(VALUES, max_size=6))
def test_what_is_written_is_read_again(values):
    assert amf.read(amf.write(*values)) == values


def test_values_that_only_others_write_are_read():
    array = b"\x08\x00\x00\x00\x01" + b"\x00\x05width" + amf.write(1280) + b"\x00\x00\x09"
    listed = b"\x0a\x00\x00\x00\x02" + amf.write("a", True)
    date = b"\x0b" + struct.pack(">d", 5.0) + b"\x00\x00"
    long_text = b"\x0c\x00\x00\x00\x03abc"

    found = amf.read(array + listed + date + long_text + b"\x06")

    assert found == [{"width": 1280.0}, ["a", True], 5.0, "abc", None]


def test_text_that_is_no_text_is_read_as_something():
    assert amf.read(b"\x02\x00\x02\xff\xfe") == ["\ufffd\ufffd"]


DAMAGED = {
    "cut off in a number": b"\x00\x01",
    "cut off in a text": b"\x02\x00\x09abc",
    "a text of four gigabytes": b"\x0c\xff\xff\xff\xffabc",
    "an object without an end": b"\x03\x00\x01a\x05",
    "an object whose end is none": b"\x03\x00\x00\x05",
    "a list of four billion": b"\x0a\xff\xff\xff\xff",
    "lists that hold the same lists": (b"\x0a\x00\x00\x00\xff" + b"\x05" * 255) * 9,
    "nested too deep": nested(amf.DEPTH + 1),
    "nested by the thousand": nested(5000),
    "too many values": b"\x05" * (amf.VALUES + 1),
    "a kind nobody knows": b"\x63",
    "a reference to what was before": b"\x07\x00\x00",
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_what_is_damaged_or_without_measure_is_refused(data):
    with pytest.raises(amf.BadAmf):
        amf.read(data)


def test_what_is_just_within_measure_is_read():
    assert amf.read(nested(amf.DEPTH)) != []
    assert len(amf.read(b"\x05" * amf.VALUES)) == amf.VALUES


@given(st.binary(max_size=400))
def test_random_bytes_are_values_or_refused(data):
    with contextlib.suppress(amf.BadAmf):
        amf.read(data)
