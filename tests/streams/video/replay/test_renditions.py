from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from livecommerce.states import StaleState
from streams import lifecycle
from streams.models import Rendition, Segment
from streams.video import takes
from streams.video.packaging import packager
from streams.video.replay import claims, recording, renditions, running
from tests.factories import make_show
from tests.streams.video.hls_rules import broken_rules, read
from tests.streams.video.recording import record

Status = Rendition.Status
pytestmark = pytest.mark.django_db


def small(show, name="240p") -> Rendition:
    return Rendition.objects.select_related("show").get(show=show, name=name)


def dies(monkeypatch, after: int):
    """The worker is killed once so many parts are stored."""
    make_part, made = renditions._make_part, []

    def make_some(claimed, part):
        if len(made) == after:
            raise KeyboardInterrupt
        made.append(part)
        make_part(claimed, part)

    monkeypatch.setattr(renditions, "_make_part", make_some)


def test_a_recording_plans_its_smaller_renditions_once(show):
    before = set(Rendition.objects.values_list("name", "status"))

    renditions.plan(show, packager.Init(data=b"", codecs="", width=720, height=1280))

    assert before == {("source", "ready"), ("480p", "due"), ("240p", "due")}
    assert set(Rendition.objects.values_list("name", "status")) == before


def test_a_larger_source_gets_one_step_more():
    show = make_show()

    renditions.plan(show, packager.Init(data=b"", codecs="", width=1920, height=1080))

    assert set(show.renditions.values_list("name", flat=True)) == {"720p", "480p", "240p"}


def test_nothing_is_due_before_the_show_has_ended(fragmented):
    show = make_show()
    take = record(show, fragmented, is_open=True)
    assert list(renditions.due()) == []
    lifecycle.end(show)
    assert list(renditions.due()) == []

    takes.close(take, lost=False)

    assert {rendition.name for rendition in renditions.due()} == {"480p", "240p"}


def test_what_storage_took_while_they_were_made_is_made_too(show, monkeypatch):
    last = recording.source(show).last()
    last.delete()
    make_part = renditions._make_part

    def make_while_more_comes(claimed, part):
        make_part(claimed, part)
        last.save()

    monkeypatch.setattr(renditions, "_make_part", make_while_more_comes)

    renditions.make(renditions.due())

    for name in ("480p", "240p"):
        made = small(show, name)
        assert made.status == Status.READY
        assert made.segments.filter(number=last.number, take=last.take).exists()


def test_all_are_made_in_one_run_aligned_with_the_source(show, client, monkeypatch):
    runs, finish = [], running.finish

    def finish_and_count(*args, **bounds):
        runs.append(args)
        finish(*args, **bounds)

    monkeypatch.setattr(running, "finish", finish_and_count)

    renditions.make(renditions.due())

    assert len(runs) == 1
    source = list(recording.source(show))
    master = client.get(f"/hls/{show.slug}/master.m3u8").content.decode()
    assert broken_rules(master) == []
    for name, width in (("480p", 480), ("240p", 240)):
        made = small(show, name)
        assert (made.status, made.width, made.tries, made.progress) == (Status.READY, width, 1, 100)
        rows = list(made.segments.order_by("number"))
        assert [(r.number, r.at, r.duration) for r in rows] == [
            (r.number, r.at, r.duration) for r in source
        ]
        assert all(mine.size < theirs.size for mine, theirs in zip(rows, source, strict=True))
        assert f"{name}.m3u8" in master
        text = client.get(f"/hls/{show.slug}/{name}.m3u8").content.decode()
        assert broken_rules(text) == []
        assert len(read(text)["segments"]) == len(rows)


def test_what_was_made_in_parts_plays_as_one(show, run, monkeypatch):
    monkeypatch.setattr(renditions, "MINUTE", 1)

    renditions.make(renditions.due())

    rows = list(small(show).segments.order_by("number").select_related("take", "rendition"))
    assert len(rows) > 1
    check = ["-v", "error", "-xerror", "-f", "mp4", "-i", "pipe:0", "-f", "null", "-"]
    run([renditions.ffmpeg.executable(), *check], b"".join(recording.pieces(rows)))


def test_a_broken_line_is_two_takes_in_every_rendition(broken, client):
    renditions.make(renditions.due())

    text = client.get(f"/hls/{broken.slug}/240p.m3u8").content.decode()
    assert broken_rules(text) == []
    assert text.count("#EXT-X-DISCONTINUITY\n") == 1
    assert text.count("#EXT-X-MAP") == 2


def test_a_hole_in_the_source_is_a_hole_in_the_renditions(show, fragmented, monkeypatch):
    monkeypatch.setattr(renditions, "MINUTE", 10)
    middle = list(recording.source(show))[1:-1]
    for row in middle:
        row.delete()

    renditions.make(renditions.due())

    numbers = [row.number for row in recording.source(show)]
    assert list(small(show).segments.values_list("number", flat=True)) == numbers


def test_a_maker_that_was_killed_loses_one_part_only(show, monkeypatch):
    monkeypatch.setattr(renditions, "MINUTE", 1)
    with monkeypatch.context() as patch:
        dies(patch, after=1)
        with pytest.raises(KeyboardInterrupt):
            renditions.make(renditions.due())
    assert list(renditions.due()) == []  # nobody knows yet that it died
    first = small(show).segments.get()
    half = f"takes/{first.take.key}/240p/000001.m4s"
    default_storage.save(half, ContentFile(b"half of it"))
    long_ago = small(show).claimed_at - claims.PATIENCE - timedelta(seconds=1)
    Rendition.objects.filter(show=show, status=Status.MAKING).update(claimed_at=long_ago)

    renditions.make(renditions.due())

    made = small(show)
    assert (made.status, made.tries) == (Status.READY, 2)
    assert made.segments.get(number=0).pk == first.pk  # not made again
    assert made.segments.count() == recording.source(show).count()
    with default_storage.open(half) as file:
        assert file.read() != b"half of it"


def test_one_that_was_begun_in_another_way_is_made_anew(show, monkeypatch):
    monkeypatch.setattr(renditions, "MINUTE", 1)
    with monkeypatch.context() as patch:
        dies(patch, after=1)
        with pytest.raises(KeyboardInterrupt):
            renditions.make(renditions.due())
    made = small(show)
    takes.store(takes.init_path(made.segments.get().take, made), b"of another version")
    Rendition.objects.filter(show=show, status=Status.MAKING).update(status=Status.DUE)

    with pytest.raises(renditions.MediaError):
        renditions.make(renditions.due())
    assert small(show).status == Status.DUE
    renditions.make(renditions.due())

    assert small(show).status == Status.READY
    with default_storage.open(takes.init_path(show.takes.get(), made)) as file:
        assert file.read() != b"of another version"


def test_what_is_taken_already_is_left_to_its_maker(show):
    claims.Claim(small(show))

    renditions.make([small(show), small(show, "480p")])

    assert (small(show).status, small(show).tries) == (Status.MAKING, 1)
    assert small(show, "480p").status == Status.READY
    with pytest.raises(StaleState):
        renditions.make([small(show), small(show, "480p")])
    assert Segment.objects.filter(rendition=small(show)).count() == 0
