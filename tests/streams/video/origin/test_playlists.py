import re
from datetime import timedelta

import pytest
from django.utils import timezone

from streams import lifecycle
from streams.models import Rendition, Show
from streams.video import takes
from tests.factories import make_show
from tests.streams.video.hls_rules import broken_between, broken_rules, read
from tests.streams.video.recording import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def show():
    return make_show()


def playlist(client, show, name="source"):
    answer = client.get(f"/hls/{show.slug}/{name}.m3u8")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    text = answer.content.decode()
    assert broken_rules(text) == []
    return text


def end(show, ago=timedelta(0)):
    lifecycle.end(Show.objects.get(pk=show.pk), at=timezone.now() - ago)


@pytest.mark.parametrize("name", ["master", "live", "source"])
def test_before_the_first_picture_there_is_no_playlist(client, show, name):
    Rendition.objects.create(show=show, name="source", status=Rendition.Status.READY)

    assert client.get(f"/hls/{show.slug}/{name}.m3u8").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "no-such-show/master",
        "no-such-show/live",
        "no-such-show/source",
        "{}/none",
        "{}/480p",
        "{}/source",  # not over yet
        "{}/gap",
    ],
)
def test_what_does_not_exist_has_no_playlist(client, show, fragmented, path):
    record(show, fragmented)

    assert client.get(f"/hls/{path.format(show.slug)}.m3u8").status_code == 404


def test_a_live_show_has_a_master_with_the_one_playlist_that_goes_on(client, show, fragmented):
    record(show, fragmented, is_open=True)

    text = playlist(client, show, "master")

    assert re.findall(r"^[^#].*", text, re.MULTILINE) == [f"/hls/{show.slug}/live.m3u8"]
    assert 'CODECS="avc1.42c01f,mp4a.40.2"' in text
    assert "RESOLUTION=720x1280" in text


def test_the_master_is_there_as_soon_as_the_init_is_known(client, show):
    Rendition.objects.create(
        show=show, name="source", status="ready", codecs="avc1.4d401f", width=720, height=1280
    )

    assert f"/hls/{show.slug}/live.m3u8\n" in playlist(client, show, "master")


def test_a_live_playlist_from_rows_names_the_last_segments_and_goes_on(client, show, fragmented):
    first = record(show, fragmented, ago=20)
    before = playlist(client, show, "live")
    take = record(show, fragmented, is_open=True)

    after = playlist(client, show, "live")

    assert "EXT-X-ENDLIST" not in after
    assert broken_between(before, after) == []
    found = read(after)["segments"]
    paths = [row.path for each in (first, take) for row in each.segments.order_by("number")]
    assert [part["uri"] for part in found] == [f"/media/{path}" for path in paths]
    assert [part["number"] for part in found] == list(range(len(paths)))
    assert {part["discontinuity"] for part in found} == {0, 1}


def test_two_takes_are_joined_by_a_discontinuity(client, show, fragmented):
    first = record(show, fragmented, lost=True, ago=20)
    second = record(show, fragmented)
    end(show)

    found = read(playlist(client, show))

    kinds = {(part["discontinuity"], part["init"]) for part in found["segments"]}
    assert kinds == {
        (number, f'URI="/media/takes/{take.key}/source/init.mp4"')
        for number, take in enumerate((first, second))
    }


def test_every_segment_and_its_head_can_be_fetched(client, show, fragmented):
    take = record(show, fragmented)
    end(show)

    for part in read(playlist(client, show))["segments"]:
        assert client.get(part["uri"]).status_code == 200
    head = client.get(f"/media/{takes.init_path(take, take.segments.first().rendition)}")
    assert b"".join(head.streaming_content)[4:8] == b"ftyp"


def test_from_its_end_on_the_whole_show_can_be_seen(client, show, fragmented, settings):
    settings.REWIND_MINUTES = 0
    record(show, fragmented, ago=20)
    record(show, fragmented)

    end(show)

    text = playlist(client, show)
    found = read(text)
    assert found["header"]["EXT-X-PLAYLIST-TYPE"] == "VOD"
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert len(found["segments"]) == sum(take.segments.count() for take in show.takes.all())
    assert broken_between(text, playlist(client, show)) == []


def test_a_show_that_just_ended_waits_for_its_last_segment(client, show, fragmented):
    take = record(show, fragmented, is_open=True)
    end(show)
    assert client.get(f"/hls/{show.slug}/source.m3u8").status_code == 404
    assert f"/hls/{show.slug}/live.m3u8" in playlist(client, show, "master")
    assert "EXT-X-ENDLIST" not in playlist(client, show, "live")

    takes.close(take, lost=False)

    assert "EXT-X-ENDLIST" in playlist(client, show)
    assert "EXT-X-ENDLIST" in playlist(client, show, "live")
    assert f"/hls/{show.slug}/source.m3u8" in playlist(client, show, "master")


def test_a_last_segment_that_never_comes_is_not_waited_for(client, show, fragmented):
    record(show, fragmented, is_open=True)

    end(show, ago=timedelta(seconds=5))

    assert "EXT-X-ENDLIST" in playlist(client, show)


def test_what_was_trimmed_away_is_not_in_the_replay(client, show, fragmented):
    first, second = record(show, fragmented, ago=20), record(show, fragmented)
    end(show)
    rows = [*first.segments.order_by("number"), *second.segments.order_by("number")]
    whole = playlist(client, show)

    Show.objects.filter(pk=show.pk).update(
        trim_from=rows[0].at + timedelta(seconds=rows[0].duration), trim_to=rows[-1].at
    )

    found = read(playlist(client, show))["segments"]
    assert [part["uri"] for part in found] == [f"/media/{row.path}" for row in rows[1:-1]]
    Show.objects.filter(pk=show.pk).update(trim_from=None, trim_to=None)
    assert playlist(client, show) == whole


def test_a_rendition_that_is_being_made_is_not_named(client, show, fragmented):
    record(show, fragmented)
    end(show)

    assert Rendition.objects.filter(show=show, status="due").exists()
    assert "480p" not in playlist(client, show, "master")
    assert client.get(f"/hls/{show.slug}/480p.m3u8").status_code == 404


def test_playlists_are_read_only(client, show, fragmented):
    record(show, fragmented)

    for name in ("master", "live"):
        assert client.post(f"/hls/{show.slug}/{name}.m3u8").status_code == 405
