"""The packager with what ffmpeg really writes, and ffmpeg as the judge of what comes out."""

from fractions import Fraction

import pytest

from streams.video import ffmpeg
from streams.video.packaging.packager import Packager
from tests.streams.video.packaging.test_packager import check, package, parts, segments

TONE = ["-f", "lavfi", "-i", "sine=f=440:r=48000:d=8"]
CAMERAS = {
    # Between 20 and 30 frames a second, never the same time apart.
    "irregular": "setpts=(N/24+0.012*sin(N*1.7))/TB",
    "slow in the dark": "setpts=(if(lt(N\\,60)\\,N/30\\,2+(N-60)/9))/TB",
    "pauses": "setpts=N/25/TB,select=not(between(t\\,2.5\\,5))",
    "few": "setpts=N/4/TB",
}


def joined(said, numbers=slice(None)):
    return said[0].data + b"".join(segment.data for segment in segments(said)[numbers])


def decode(run, data):
    """Play it; `run` fails if ffmpeg has anything to complain about."""
    check = ["-v", "error", "-xerror", "-f", "mp4", "-i", "pipe:0"]
    times = ["-fps_mode", "passthrough", "-enc_time_base:v", "demux"]  # as they are
    run([ffmpeg.executable(), *check, *times, "-f", "null", "-"], data)


def packets(run, data, container="mp4"):
    """What is in it, by stream: when each packet is decoded and shown, its size and checksum."""
    look = ["-v", "error", "-f", container, "-i", "pipe:0", "-c", "copy", "-copyts"]
    found, ticks = {}, {}
    for line in run([ffmpeg.executable(), *look, "-f", "framecrc", "-"], data).decode().split("\n"):
        if line.startswith("#tb"):
            stream, base = line.removeprefix("#tb ").split(": ")
            ticks[int(stream)] = Fraction(base)
        elif line and not line.startswith("#"):
            stream, dts, pts, _, size, checksum = line.split(",")[:6]
            second = ticks[int(stream)]
            packet = (int(dts) * second, int(pts) * second, int(size), checksum)
            found.setdefault(int(stream), []).append(packet)
    return found


def camera(run, way, *, sound=True, bframes=0):
    """Eight seconds as a host might send them."""
    sources = ["-f", "lavfi", "-i", "testsrc2=s=160x120:r=30:d=8", *(TONE if sound else [])]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", str(bframes), "-threads", "1"]
    keys = ["-force_key_frames", "expr:gte(t,n_forced)", "-sc_threshold", "0"]
    said = ["-v", "error", *sources, "-vf", way, "-fps_mode", "passthrough", "-t", "8"]
    out = ["-c:a", "libopus", "-f", "matroska", "pipe:1"]
    return run([ffmpeg.executable(), *said, *codec, *keys, *out])


def test_no_sample_of_the_film_is_lost_or_doubled_or_moved(run, remuxed):
    said = package(remuxed)

    check(said)
    assert packets(run, joined(said)) == packets(run, remuxed)
    assert len(segments(said)) == 24
    assert sum(segment.duration for segment in segments(said)) == pytest.approx(48, abs=0.05)


def test_the_film_decodes_without_complaint_whole_and_in_single_segments(run, remuxed):
    said = package(remuxed)

    decode(run, joined(said))
    for number in range(24):
        decode(run, joined(said, slice(number, number + 1)))


def test_parts_put_together_are_what_a_viewer_at_the_edge_plays(run, fragmented):
    said = package(fragmented)

    decode(run, said[0].data + b"".join(part.data for part in parts(said)))
    assert packets(run, said[0].data + b"".join(p.data for p in parts(said))) == packets(
        run, fragmented
    )


def test_what_a_host_sends_is_packaged_without_loss(run, published):
    said = package(run(ffmpeg.live("copy"), published))

    check(said)
    assert [round(segment.duration, 1) for segment in segments(said)] == [2, 2]
    sent, kept = packets(run, published, "matroska"), packets(run, joined(said))
    assert [packet[2:] for packet in kept[0]] == [packet[2:] for packet in sent[0]]
    decode(run, joined(said))


def test_what_is_encoded_here_is_packaged_without_loss(run, published_vp8):
    fragments = run(ffmpeg.live("encode"), published_vp8)

    said = package(fragments)

    check(said)
    assert packets(run, joined(said)) == packets(run, fragments)
    decode(run, joined(said))


@pytest.mark.parametrize("sound", [True, False], ids=["sound", "mute"])
@pytest.mark.parametrize("way", CAMERAS, ids=CAMERAS)
def test_irregular_cameras_are_packaged_without_loss(run, way, sound):
    sent = camera(run, CAMERAS[way], sound=sound)
    fragments = run(ffmpeg.live("copy"), sent)

    said = package(fragments)

    if sound or way != "pauses":  # a picture that stands still for 2.5 s is one long part
        check(said)
    given, kept = packets(run, sent, "matroska"), packets(run, joined(said))
    assert [packet[2:] for packet in kept[0]] == [packet[2:] for packet in given[0]]
    assert kept == packets(run, fragments)
    decode(run, joined(said))
    for number in range(len(segments(said))):
        decode(run, joined(said, slice(number, number + 1)))


def test_pictures_that_are_shown_in_another_order_keep_theirs(run):
    sent = camera(run, "null", bframes=2)

    said = package(run(ffmpeg.live("copy"), sent))

    check(said)
    given, kept = packets(run, sent, "matroska")[0], packets(run, joined(said))[0]
    assert [packet[2:] for packet in kept] == [packet[2:] for packet in given]
    assert any(shown != decoded for decoded, shown, *_ in kept)
    begin, first = kept[0][1], given[0][1]
    for (_, shown, *_), (_, meant, *_) in zip(kept, given, strict=True):
        assert abs((shown - begin) - (meant - first)) <= Fraction(2, 1000)  # Matroska rounds
    decode(run, joined(said))


@pytest.mark.parametrize("seconds", [0.05, 0.5, 3])
def test_other_ways_to_fragment_the_film_give_the_same_samples(run, remuxed, film, seconds):
    command = ffmpeg.remux(film)
    command[command.index("-frag_duration") + 1] = str(int(seconds * 1_000_000))

    said = package(run(command))

    check(said)
    assert packets(run, joined(said)) == packets(run, joined(package(remuxed)))


def test_fragments_with_wrong_times_lose_nothing_either(run, remuxed, film):
    """ffmpeg's frag_every_frame tells every third block of sound the time of the next."""
    command = ffmpeg.remux(film)
    place = command.index("-movflags") + 1
    command[place] = command[place].replace("frag_keyframe", "frag_every_frame")

    said = package(run(command))

    check(said)
    kept, usual = packets(run, joined(said)), packets(run, remuxed)
    for number in (0, 1):
        assert [packet[2:] for packet in kept[number]] == [packet[2:] for packet in usual[number]]


def test_fragments_whose_places_count_from_the_start_of_the_file_are_read(run, remuxed, film):
    command = ffmpeg.remux(film)
    place = command.index("-movflags") + 1
    command[place] = command[place].replace("+default_base_moof", "")

    said = package(run(command))

    check(said)
    assert packets(run, joined(said)) == packets(run, remuxed)


def test_half_a_film_gives_what_was_whole(run, remuxed):
    one = Packager()
    said = list(one.feed(remuxed[: len(remuxed) // 2]))
    said += one.close()

    check(said)
    whole, half = packets(run, remuxed), packets(run, joined(said))
    for number in (0, 1):
        assert half[number] == whole[number][: len(half[number])]
