import io

import pytest
from PIL import Image

from streams.video import ffmpeg
from streams.video.packaging import samples
from streams.video.packaging.boxes import Boxes
from streams.video.packaging.fmp4 import parse_init
from streams.video.packaging.packager import Packager, Segment

COMMANDS = {
    "live copy": ffmpeg.live("copy"),
    "live encode": ffmpeg.live("encode"),
    "remux": ffmpeg.remux("film.mp4"),
    "ladder": ffmpeg.ladder({480: 1}),
    "sheet": ffmpeg.sheet(6, 5, width=90, height=160, apart=2.0),
    "stretch": ffmpeg.stretch(begins=2.0),
    "download": ffmpeg.download(1),
    "look": ffmpeg.look(3),
    "film": ffmpeg.film(3, video="copy", audio="copy", seconds=60),
    "poster": ffmpeg.poster(),
    "publish": ffmpeg.publish("film.mp4", font="clock.ttf"),
}
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:48\n#EXTINF:48,\nfile:%s\n#EXT-X-ENDLIST\n"


def packaged(data):
    """The init and the segments of fragmented MP4."""
    packager = Packager()
    init, *said = [*packager.feed(data), *packager.close()]
    return init, [each for each in said if isinstance(each, Segment)]


def decode(run, data):
    """Play it; `run` fails if ffmpeg has anything to complain about."""
    check = ["-v", "error", "-xerror", "-f", "mp4", "-i", "pipe:0", "-f", "null", "-"]
    run([ffmpeg.executable(), *check], data)


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_formats_and_protocols_are_named_before_the_input(command):
    source = command.index("-i")

    assert command.count("-i") == 1
    for guard, allowed in (
        ("-protocol_whitelist", {"pipe", "file"}),
        ("-format_whitelist", {"mov,matroska,webm,mpegts,flv"}),
    ):
        assert command.index(guard) < source
        assert command[command.index(guard) + 1] in allowed


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_command_is_a_list_of_words_that_throws_no_input_away(command):
    assert all(isinstance(word, str) for word in command)
    assert command[0] == ffmpeg.executable()
    assert "nobuffer" not in command


def test_the_program_can_be_another_one(monkeypatch):
    monkeypatch.setenv("FFMPEG_BINARY", "/opt/ffmpeg")

    assert ffmpeg.executable() == "/opt/ffmpeg"
    assert ffmpeg.live("copy")[0] == "/opt/ffmpeg"


def test_a_playlist_in_disguise_opens_no_other_file(film, tmp_path, runs_badly):
    disguised = tmp_path / "film.mp4"
    disguised.write_bytes(PLAYLIST % bytes(film))

    assert runs_badly(ffmpeg.remux(disguised)) == b""
    assert runs_badly(ffmpeg.live("copy"), disguised.read_bytes()) == b""


def test_h264_from_a_host_is_passed_on(run, published):
    result = run(ffmpeg.live("copy"), published)

    init, segments = packaged(result)
    assert (init.width, init.height) == (720, 1280)
    assert [round(segment.duration, 1) for segment in segments] == [2, 2]
    decode(run, result)


def test_vp8_from_a_host_becomes_h264(run, published_vp8):
    result = run(ffmpeg.live("encode"), published_vp8)

    init, segments = packaged(result)
    assert init.codecs == "avc1.4d4028,mp4a.40.2"
    assert (init.width, init.height) == (720, 1280)
    assert [round(segment.duration, 1) for segment in segments] == [2]
    decode(run, result)


def test_a_small_stream_that_claims_a_huge_picture_takes_no_memory(runs_badly, run):
    flat = ["-v", "error", "-f", "lavfi", "-i", "color=s=5000x4000:r=2:d=1", "-c:v", "libvpx"]
    fast = ["-deadline", "realtime", "-cpu-used", "8", "-f", "webm", "pipe:1"]
    huge = run([ffmpeg.executable(), *flat, *fast])

    assert len(huge) < 200_000
    assert runs_badly(ffmpeg.live("encode"), huge) == b""


@pytest.mark.parametrize(
    ("size", "height", "fits"),
    [
        ("321x243", 720, (320, 242)),
        ("1280x720", 480, (854, 480)),
        ("720x1280", 240, (240, 426)),
        ("640x360", 720, (640, 360)),
    ],
)
def test_pictures_shrink_to_even_sizes_and_never_grow(run, size, height, fits):
    source = ["-v", "error", "-f", "lavfi", "-i", f"testsrc=s={size}:r=10:d=1"]
    codec = ["-c:v", "libvpx", "-deadline", "realtime", "-f", "webm", "pipe:1"]
    webm = run([ffmpeg.executable(), *source, *codec])

    init, _ = packaged(run(ffmpeg.live("encode", height=height), webm))

    assert (init.width, init.height) == fits


@pytest.mark.parametrize("silenced_by", ["host", "caller"])
@pytest.mark.parametrize("video", ["copy", "encode"])
def test_a_show_without_sound_is_a_show(run, published, silenced_by, video):
    media, audio = published, silenced_by == "host"
    if silenced_by == "host":
        command = [ffmpeg.executable(), "-v", "error", "-i", "pipe:0", "-an", "-c:v", "copy"]
        media = run([*command, "-f", "matroska", "pipe:1"], published)

    init, segments = packaged(run(ffmpeg.live(video, audio=audio), media))

    assert init.codecs.startswith("avc1.")
    assert "mp4a" not in init.codecs
    assert len(segments) == 2


@pytest.mark.parametrize("container", ["flv", "mpegts"])
def test_what_broadcasting_software_sends_is_taken(run, published, container):
    command = [ffmpeg.executable(), "-v", "error", "-i", "pipe:0", "-c:v", "copy", "-c:a", "aac"]
    sent = run([*command, "-f", container, "pipe:1"], published)

    init, segments = packaged(run(ffmpeg.live("copy"), sent))

    assert init.codecs.endswith(",mp4a.40.2")
    assert len(segments) == 2


@pytest.mark.parametrize("height", [480, 240])
def test_a_rendition_is_cut_where_the_original_is(run, remuxed, height):
    init, originals = packaged(remuxed)
    head = init.data + b"".join(segment.data for segment in originals[:4])

    smaller = run(ffmpeg.ladder({height: 1}), head)

    init, segments = packaged(smaller)
    assert init.width == height
    times = [(round(s.start, 3), round(s.duration, 3)) for s in segments]
    assert times == [(round(s.start, 3), round(s.duration, 3)) for s in originals[:4]]
    assert len(smaller) < len(head)
    decode(run, smaller)


def test_a_rendition_of_a_later_part_keeps_its_times(run, remuxed):
    init, originals = packaged(remuxed)
    later = init.data + originals[10].data + originals[11].data

    smaller = run(ffmpeg.ladder({240: 1}), later)

    assert keys_of(smaller) == pytest.approx(keys_of(later), abs=0.001)
    assert keys_of(later) == pytest.approx([20, 21, 22, 23], abs=0.05)


def keys_of(media):
    """The times of the key frames, as the media itself tells them."""
    boxes = [found for found in Boxes().feed(media) if found.type in ("moov", "moof", "mdat")]
    init, keys = parse_init(boxes[0]), []
    number, video = next(item for item in init.tracks.items() if item[1].kind == "video")
    for moof, mdat in zip(boxes[1::2], boxes[2::2], strict=True):
        found = samples.read(moof, mdat, init).get(number, [])
        keys += [sample.at / video.timescale for sample in found if sample.is_key]
    return keys


def test_a_poster_is_one_picture(run, remuxed):
    with Image.open(io.BytesIO(run(ffmpeg.poster(width=360), remuxed))) as picture:
        assert (picture.format, picture.size) == ("WEBP", (360, 640))
        assert getattr(picture, "n_frames", 1) == 1


def test_the_published_film_tells_the_time(run, film, font):
    """Above the middle, where the film itself is plain: dark and bright points close by."""
    sent = run(ffmpeg.publish(film, font=font, seconds=1, real_time=False))
    plain = Image.open(io.BytesIO(run(ffmpeg.poster(), run(ffmpeg.remux(film))))).convert("L")
    timed = Image.open(io.BytesIO(run(ffmpeg.poster(), sent))).convert("L")
    clock, above = (270, 180, 450, 235), (270, 80, 450, 160)

    assert contrast(plain.crop(clock)) < 60
    assert contrast(timed.crop(clock)) > 120
    assert contrast(timed.crop(above)) < 60


def contrast(picture):
    low, high = picture.getextrema()
    return high - low


def test_a_published_film_begins_again_when_it_ends(run, film, font, tmp_path):
    short = tmp_path / "short.mp4"
    cut = ["-v", "error", "-i", str(film), "-t", "1", "-c", "copy", str(short)]
    run([ffmpeg.executable(), *cut])
    quick = {"font": font, "real_time": False}

    once = run(ffmpeg.publish(short, loop=False, **quick))
    again = run(ffmpeg.publish(short, seconds=3, **quick))

    assert len(packaged(run(ffmpeg.live("copy"), once))[1]) == 1
    assert len(packaged(run(ffmpeg.live("copy"), again))[1]) == 2
