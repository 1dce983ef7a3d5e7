from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.video.errors import NotVideo
from streams.video.ingest.sniff import LIMIT, MAGIC, video_codec

HEADER = bytes.fromhex("1A45DFA3 80 18538067 01FFFFFFFFFFFFFF")


def tracks(*codecs, kind=1):
    entries = b"".join(
        element("AE", element("83", bytes([kind])) + element("86", codec)) for codec in codecs
    )
    return element("1654AE6B", entries)


def element(name, data):
    return bytes.fromhex(name) + (0x4000 | len(data)).to_bytes(2) + data


def test_h264_is_told_from_vp8(published, published_vp8):
    assert video_codec(published) == "h264"
    assert video_codec(published_vp8) == "other"


@pytest.mark.parametrize(
    ("codec", "answer"),
    [(b"V_MPEG4/ISO/AVC", "h264"), (b"V_VP8", "other"), (b"V_VP9", "other"), (b"V_AV1", "other")],
)
def test_codecs_go_by_their_names(codec, answer):
    assert video_codec(HEADER + element("EC", b"void") + tracks(codec)) == answer


def test_no_beginning_of_a_stream_is_taken_for_something_else(published):
    enough = next(n for n in range(LIMIT) if video_codec(published[:n]))

    answers = [video_codec(published[:n]) for n in range(enough + 100)]

    assert answers == [None] * enough + ["h264"] * 100


@pytest.mark.parametrize(
    "head",
    [
        b"GIF89a",
        b"\x1a\x45\xdf\xa4",
        b"\0\0\0\x18ftypmp42",
        HEADER + tracks(b"A_OPUS", kind=2),
        HEADER + bytes.fromhex("1F43B675") + b"\x80",
        HEADER + b"\0",
        MAGIC + b"\x80" + element("EC", b"\0" * 1000) * 100,
    ],
    ids=["gif", "nearly", "mp4", "sound only", "no tracks", "damaged", "endless header"],
)
def test_anything_else_is_refused(head):
    with pytest.raises(NotVideo):
        video_codec(head)


@given(st.binary(max_size=200), st.sampled_from([b"", MAGIC, HEADER, HEADER + b"\x16\x54\xae\x6b"]))
def test_random_bytes_are_refused_or_not_known_yet(noise, beginning):
    with suppress(NotVideo):
        assert video_codec(beginning + noise) in (None, "h264", "other")
