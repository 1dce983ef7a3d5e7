import os
from datetime import timedelta

import pytest
from django.utils import timezone

from streams import log
from streams.models import Extra, Rendition, Upload
from streams.talk import polls
from streams.video.errors import MediaError
from streams.video.replay import claims, film, storyboard, upload, uploading, workshop
from tests.factories import make_show
from tests.streams.video.hls_rules import broken_rules, read
from tests.streams.video.replay import films

pytestmark = pytest.mark.django_db
H264 = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "ultrafast", "-c:a", "aac")


@pytest.fixture
def show():
    return make_show(status="scheduled")


def make(show) -> Upload:
    (row,) = upload.due().filter(show=show)
    upload.make(row)
    return Upload.objects.get(show=show)


def files_of(row) -> list[str]:
    folders = (row.path, f"takes/{uploading.take_key(row.path)}/source")
    return [name for folder in folders for name in films.names_in(folder)]


CONTAINERS = {
    "mp4 with its index at the end": ("film.mp4", H264),
    "mp4 with frames out of order": ("film.mp4", (*H264, "-preset", "medium", "-bf", "3")),
    "quicktime": ("film.mov", H264),
    "matroska": ("film.mkv", H264),
    "transport stream": ("film.ts", H264),
    "flash video": ("film.flv", H264),
    "webm": ("film.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")),
    "ten bits a colour": ("film.mp4", (*H264, "-pix_fmt", "yuv420p10le")),
    "one key frame in all": ("film.mp4", (*H264, "-g", "9999")),
    "no sound": ("film.mp4", (*H264, "-an")),
}


@pytest.mark.parametrize(("name", "options"), CONTAINERS.values(), ids=CONTAINERS)
def test_a_finished_film_becomes_the_replay(show, client, run, tmp_path, name, options):
    data = films.film(tmp_path / name, *options, seconds=5)
    films.upload(show, data)

    row = make(show)

    show.refresh_from_db()
    assert (row.status, row.progress, show.status) == ("ready", 100, "ended")
    assert (show.ended_at - show.live_at).total_seconds() == pytest.approx(5, abs=0.3)
    take = show.takes.get()
    assert (take.source, take.status) == ("upload", "finished")
    text = client.get(f"/hls/{show.slug}/source.m3u8").content.decode()
    assert broken_rules(text) == []
    assert sum(s["duration"] for s in read(text)["segments"]) == pytest.approx(5, abs=0.3)
    rows = list(upload.Segment.objects.filter(take=take).select_related("take", "rendition"))
    check = ["-v", "error", "-xerror", "-f", "mp4", "-i", "pipe:0", "-f", "null", "-"]
    pieces = workshop.renditions.recording.pieces(rows)
    run([storyboard.ffmpeg.executable(), *check], b"".join(pieces))
    assert films.names_in(row.path) == []  # what was sent is not kept twice


@pytest.mark.parametrize(("seconds", "is_copied"), [(5, True), (7, False), (24, False)])
def test_a_film_with_key_frames_far_apart_is_encoded_after_all(show, tmp_path, seconds, is_copied):
    apart = [*H264, "-x264-params", f"keyint={25 * seconds}:scenecut=0"]
    films.upload(show, films.film(tmp_path / "film.mp4", *apart, seconds=25))

    assert make(show).status == "ready"
    rows = show.takes.get().segments.order_by("number")
    assert (max(row.duration for row in rows) > 3) is is_copied
    assert [row.number for row in rows] == list(range(len(rows)))
    assert abs(sum(row.duration for row in rows) - 25) < 0.1


def test_what_follows_an_end_follows_an_upload(show, tmp_path):
    polls.open(show, "Which one?", ["Red", "Blue"])
    films.upload(show, films.film(tmp_path / "film.mp4", *H264, size="854x480"))
    said = list(workshop.work())

    assert [line.partition(" ")[0] for line in said] == [
        *("upload", "poster", "storyboard", "renditions", "download")
    ]
    assert set(Extra.objects.values_list("status")) == {("ready",)}
    assert set(Rendition.objects.values_list("name", "status")) == {
        *(("source", "ready"), ("240p", "ready"))
    }
    facts = [fact["type"] for fact in log.after(show, 0)]
    assert facts[-3:] == ["show.started", "poll.closed", "show.ended"]


def test_a_worker_that_was_killed_begins_anew_and_leaves_nothing_behind(
    show, tmp_path, monkeypatch
):
    films.upload(show, films.film(tmp_path / "film.mp4", *H264, "-g", "25", seconds=6))
    stored = upload._stored

    def die(*args):
        stored(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(upload, "_stored", die)
        with pytest.raises(KeyboardInterrupt):
            make(show)
    show.refresh_from_db()
    assert (show.status, show.takes.count()) == ("scheduled", 0)
    row = Upload.objects.get()
    long_ago = row.claimed_at - claims.PATIENCE - timedelta(seconds=1)
    Upload.objects.update(claimed_at=long_ago)

    assert make(show).status == "ready"
    assert len(files_of(row)) == 1 + show.takes.get().segments.count()


def test_nothing_stays_of_a_film_whose_worker_dies_each_time(show, tmp_path, monkeypatch):
    row = films.upload(show, films.film(tmp_path / "film.mp4", *H264, "-g", "25", seconds=6))
    stored = upload._stored

    def die(*args):
        stored(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(upload, "_stored", die)
    with pytest.raises(KeyboardInterrupt):
        make(show)
    Upload.objects.update(status="failed")
    assert len(files_of(row)) > 1
    later = timezone.now() + uploading.STALL + timedelta(seconds=1)
    monkeypatch.setattr(uploading.timezone, "now", lambda: later)

    assert row.path in uploading.sweep()

    assert files_of(row) == []


def test_a_show_that_began_meanwhile_keeps_its_own_picture(show, tmp_path):
    films.upload(show, films.film(tmp_path / "film.mp4", *H264))
    show.status = "live"
    show.save()

    with pytest.raises(MediaError):
        make(show)

    row = Upload.objects.get()
    assert (row.status, "has begun" in row.failure) == ("failed", True)
    assert (show.takes.count(), files_of(row)) == (0, [])


def test_a_film_is_described_without_decoding_it(tmp_path):
    films.film(tmp_path / "film.mkv", *H264, "-metadata", "title=\n  Duration: 99:00:00.00, x")
    descriptor = os.open(tmp_path / "film.mkv", os.O_RDONLY)

    found = film.look(descriptor, lambda: None)

    os.close(descriptor)
    assert (found.codec, found.pixels, found.width, found.height) == ("h264", "yuv420p", 320, 180)
    assert (round(found.seconds), found.sound, found.video, found.audio) == (
        3,
        "aac",
        "copy",
        "copy",
    )


def test_a_phone_held_upright_is_encoded_so_that_everyone_sees_it_upright(tmp_path):
    said = (
        "  Duration: 00:00:03.00, start: 0.0\n"
        "  Stream #0:0[0x1](und): Video: h264 (High), yuv420p(tv, bt709), 1920x1080, 30 fps\n"
        "      displaymatrix: rotation of -90.00 degrees\n"
        "Stream mapping:\n"
    )

    assert film.read(said).video == "encode"
    assert film.read(said.replace("displaymatrix", "other")).video == "copy"
