"""Storyboard and download."""

import io
import re

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from streams.models import Extra
from streams.video import ffmpeg
from streams.video.replay import download, extras, recording, storyboard

pytestmark = pytest.mark.django_db
CUE = re.compile(r"(\d\d):(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d):(\d\d\.\d{3})\n(\S+)#xywh=(\S+)")


def made(show, kind) -> Extra:
    return Extra.objects.select_related("show").get(show=show, kind=kind)


def cues(show):
    with default_storage.open(made(show, "storyboard").path) as file:
        found = CUE.findall(file.read().decode())
    return [
        (
            int(h) * 3600 + int(m) * 60 + float(s),
            int(h2) * 3600 + int(m2) * 60 + float(s2),
            name,
            tuple(map(int, place.split(","))),
        )
        for h, m, s, h2, m2, s2, name, place in found
    ]


def lasts(show) -> float:
    return sum(row.duration for row in recording.source(show))


def test_a_storyboard_covers_the_replay_without_a_gap(broken, monkeypatch, client):
    monkeypatch.setattr(storyboard, "APART", 2.0)

    storyboard.make(made(broken, "storyboard"))

    assert made(broken, "storyboard").status == "ready"
    found = cues(broken)
    assert found[0][0] == 0
    assert found[-1][1] == pytest.approx(lasts(broken), abs=0.01)
    assert [end for _, end, *_ in found[:-1]] == [begin for begin, *_ in found[1:]]
    assert {name for _, _, name, _ in found} == {"sheet-000.webp", "sheet-001.webp"}  # per take
    folder = made(broken, "storyboard").path.rpartition("/")[0]
    answer = client.get(f"/media/{folder}/storyboard.vtt")
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    for _, _, name, (x, y, width, height) in found:
        with default_storage.open(f"{folder}/{name}") as file:
            sheet = Image.open(io.BytesIO(file.read())).convert("RGB")
        assert (width, height) == (90, 160)
        assert x + width <= sheet.width
        assert y + height <= sheet.height
        tile = sheet.crop((x, y, x + width, y + height))
        assert len(tile.getcolors(90 * 160)) > 100  # a picture, no empty field


def test_a_download_is_one_film_of_all_takes_that_plays_while_it_loads(broken, run):
    download.make(made(broken, "download"))

    extra = made(broken, "download")
    assert extra.status == "ready"
    with default_storage.open(extra.path) as file:
        film = file.read()
    assert len(film) == extra.size
    assert film.index(b"moov") < film.index(b"mdat")
    check = ["-v", "error", "-xerror", "-f", "mp4", "-i", "pipe:0", "-f", "null", "-"]
    run([ffmpeg.executable(), *check], film)
    words = [ffmpeg.executable(), "-v", "error", "-i", "pipe:0", "-map", "0:v:0", "-c", "copy"]
    times = run([*words, "-f", "framecrc", "pipe:1"], film).decode().splitlines()
    frames = [line for line in times if not line.startswith("#")]
    seconds = int(frames[-1].split(",")[2]) / 90000
    assert seconds == pytest.approx(lasts(broken), abs=0.2)


def test_what_is_made_anew_leaves_nothing_of_the_old(show):
    download.make(made(show, "download"))
    old = made(show, "download").path

    extras.outdate(show)
    download.make(made(show, "download"))

    new = made(show, "download").path
    assert new != old  # the old address may be kept by browsers for ever
    assert default_storage.exists(new)
    assert not default_storage.exists(old)


def test_what_a_maker_who_was_killed_left_is_taken_away(show, monkeypatch):
    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storyboard.webvtt, "stamp", killed)
        with pytest.raises(KeyboardInterrupt):
            storyboard.make(made(show, "storyboard"))
    left = made(show, "storyboard").path.rpartition("/")[0]
    Extra.objects.update(status="due")

    storyboard.make(made(show, "storyboard"))

    assert made(show, "storyboard").path.rpartition("/")[0] != left
    assert not default_storage.exists(f"{left}/sheet-000.webp")
