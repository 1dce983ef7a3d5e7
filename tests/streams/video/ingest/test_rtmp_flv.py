import subprocess

import pytest

from streams.video import ffmpeg
from streams.video.ingest.rtmp import flv
from tests.streams.video.ingest import rtmp_client as client


def test_bodies_say_what_they_are():
    assert flv.video(client.AVC_HEADER) == flv.Look(is_header=True)
    assert flv.video(client.AVC_KEY) == flv.Look(is_key=True)
    assert flv.video(client.AVC_FRAME) == flv.Look()
    assert flv.audio(client.AAC_HEADER) == flv.Look(is_header=True)
    assert flv.audio(client.AAC_FRAME) == flv.Look()


@pytest.mark.parametrize("codec", [b"hvc1", b"av01", b"vp09"])
def test_what_only_some_viewers_can_play_wants_to_be_encoded(codec):
    assert flv.video(b"\x90" + codec) == flv.Look(is_header=True, wants="encode")
    assert flv.video(b"\x91" + codec + b"x") == flv.Look(is_key=True, wants="encode")
    assert flv.video(b"\xa1" + codec + b"x") == flv.Look(wants="encode")


UNSUPPORTED = {
    "sorenson": b"\x12xx",
    "an enhanced codec nobody knows": b"\x91abcdx",
    "an enhanced codec cut off": b"\x91hv",
    "several tracks at once": b"\x96hvc1x",
    "h264 cut off": b"\x17",
}


@pytest.mark.parametrize("body", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_other_video_is_refused_with_what_to_do(body):
    with pytest.raises(flv.Unsupported, match=r"H\.264|damaged"):
        flv.video(body)


@pytest.mark.parametrize("body", [b"\x2f", b"\x9f", b"\x6axx", b"\x00"])
def test_sound_is_taken_or_refused_with_what_to_do(body):
    if body[0] >> 4 == flv.MP3:
        assert flv.audio(body) == flv.Look()
    else:
        with pytest.raises(flv.Unsupported, match="AAC"):
            flv.audio(body)


def test_tags_make_a_file_that_ffmpeg_reads(film):
    """A film's own tags, taken apart and put together again, are the same film."""
    made = subprocess.run(
        [ffmpeg.executable(), "-v", "error", "-i", str(film), "-t", "2", "-c", "copy"]
        + ["-f", "flv", "-flvflags", "no_duration_filesize", "pipe:1"],
        capture_output=True,
        check=True,
    ).stdout
    tags, at = [], 13
    while at < len(made):
        size = int.from_bytes(made[at + 1 : at + 4])
        stamp = int.from_bytes(made[at + 4 : at + 7]) | made[at + 7] << 24
        tags.append((made[at], stamp, made[at + 11 : at + 11 + size]))
        at += 15 + size

    ours = flv.header(has_audio=True) + b"".join(flv.tag(*each) for each in tags)

    assert ours == made
