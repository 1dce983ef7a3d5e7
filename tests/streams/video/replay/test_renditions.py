import threading
import time
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from livecommerce.states import StaleState
from streams import lifecycle
from streams.models import Rendition, Segment
from streams.video import takes
from streams.video.errors import MediaError
from streams.video.packaging import packager
from streams.video.replay import renditions
from tests.factories import make_show
from tests.races.together import together
from tests.streams.video.hls_rules import broken_rules, read
from tests.streams.video.recording import record

Status = Rendition.Status


@pytest.fixture
def show(fragmented):
    """Ended, with one take of four seconds, 720 pixels wide."""
    show = make_show()
    record(show, fragmented)
    lifecycle.end(show)
    return show


def small(show) -> Rendition:
    return Rendition.objects.select_related("show").get(show=show, name="240p")


def fails(monkeypatch, error=None):
    def encode(*args):
        raise error or renditions.CannotMake("out of luck")

    monkeypatch.setattr(renditions, "_encode", encode)


@pytest.mark.django_db
def test_a_recording_plans_its_smaller_renditions_once(show):
    before = set(Rendition.objects.values_list("name", "status"))

    renditions.plan(show, packager.Init(data=b"", codecs="", width=720, height=1280))

    assert before == {("source", "ready"), ("480p", "due"), ("240p", "due")}
    assert set(Rendition.objects.values_list("name", "status")) == before


@pytest.mark.django_db
def test_nothing_is_due_before_the_show_has_ended(fragmented):
    show = make_show()
    take = record(show, fragmented, is_open=True)
    assert list(renditions.due()) == []
    lifecycle.end(show)
    assert list(renditions.due()) == []

    takes.close(take, lost=False)

    assert {rendition.name for rendition in renditions.due()} == {"480p", "240p"}


@pytest.mark.django_db
def test_a_smaller_rendition_is_aligned_with_the_source_and_can_be_chosen(show, client):
    renditions.make(small(show))

    made = small(show)
    assert (made.status, made.width, made.tries) == (Status.READY, 240, 1)
    source = Segment.objects.filter(rendition__name="source").order_by("number")
    rows = made.segments.order_by("number")
    assert [row.number for row in rows] == [row.number for row in source]
    for mine, theirs in zip(rows, source, strict=True):
        assert abs((mine.at - theirs.at).total_seconds()) < 0.05
        assert abs(mine.duration - theirs.duration) < 0.05
        assert mine.size < theirs.size
    master = client.get(f"/hls/{show.slug}/master.m3u8").content.decode()
    assert "240p.m3u8" in master
    text = client.get(f"/hls/{show.slug}/240p.m3u8").content.decode()
    assert broken_rules(master) == broken_rules(text) == []
    assert len(read(text)["segments"]) == len(rows)


@pytest.mark.django_db
def test_what_a_maker_who_died_left_behind_is_not_in_the_replay(show):
    died = small(show)
    take = show.takes.get()
    for name in ("init.mp4", "000000.m4s", "000001.m4s"):
        path = f"takes/{take.key}/240p/{name}"
        default_storage.save(path, ContentFile(b"half of it"))
    Segment.objects.create(
        rendition=died, take=take, number=0, at=take.opened_at, duration=1, size=10, path=path
    )
    long_ago = timezone.now() - renditions.PATIENCE
    Rendition.objects.filter(pk=died.pk).update(status="making", tries=1, claimed_at=long_ago)

    (again,) = (each for each in renditions.due() if each.name == "240p")
    renditions.make(again)

    made = small(show)
    assert (made.status, made.tries) == (Status.READY, 2)
    paths = [takes.init_path(take, made), *made.segments.values_list("path", flat=True)]
    assert len(paths) == len(set(paths)) > 3
    for path in paths:
        assert default_storage.open(path).read() != b"half of it"


@pytest.mark.django_db
def test_who_is_at_it_is_left_alone(show):
    renditions.advance(small(show), Status.MAKING, claimed_at=timezone.now(), tries=1)

    assert {each.name for each in renditions.due()} == {"480p"}
    with pytest.raises(StaleState):
        renditions.make(small(show))
    assert small(show).tries == 1


@pytest.mark.django_db
@pytest.mark.parametrize("error", [renditions.CannotMake("no"), MediaError("no")])
def test_what_fails_is_tried_again_and_then_given_up(show, monkeypatch, error):
    fails(monkeypatch, error)
    statuses = []

    for _ in range(renditions.MAX_TRIES):
        with pytest.raises(type(error)):
            renditions.make(small(show))
        statuses.append(small(show).status)

    assert statuses == [Status.DUE] * (renditions.MAX_TRIES - 1) + [Status.FAILED]
    assert "240p" not in {each.name for each in renditions.due()}
    with pytest.raises(StaleState):
        renditions.make(small(show))


@pytest.mark.django_db
def test_makers_that_die_every_time_are_given_up_too(show):
    long_ago = timezone.now() - renditions.PATIENCE - timedelta(seconds=1)
    Rendition.objects.filter(name="240p").update(
        status="making", tries=renditions.MAX_TRIES, claimed_at=long_ago
    )

    assert {each.name for each in renditions.due()} == {"480p"}
    assert small(show).status == Status.FAILED


@pytest.mark.django_db
def test_a_process_that_ends_cuts_its_encode_off_and_leaves_it_due(show, monkeypatch):
    monkeypatch.setattr(renditions, "_is_stopping", threading.Event())
    patient = ["sh", "-c", "exec sleep 60"]
    monkeypatch.setattr(renditions.ffmpeg, "rendition", lambda *args: patient)

    def stop_once_it_runs():
        while not renditions._running:
            time.sleep(0.01)
        renditions.stop()

    threading.Thread(target=stop_once_it_runs).start()
    with pytest.raises(renditions.Interrupted):
        renditions.make(small(show))

    assert (small(show).status, small(show).tries) == (Status.DUE, 0)
    assert not renditions._running
    with pytest.raises(renditions.Interrupted):  # and begins no other
        renditions.make(small(show))


@pytest.mark.django_db
def test_a_sweep_goes_on_after_one_that_fails(show, monkeypatch):
    fails(monkeypatch)

    said = list(renditions.sweep())

    assert sum("failed: out of luck" in line for line in said) == 2


@pytest.mark.django_db
def test_a_recording_gets_a_poster_once(show):
    renditions.make_poster(show)
    show.refresh_from_db()
    poster = show.poster

    renditions.make_poster(show)

    show.refresh_from_db()
    assert show.poster == poster
    assert (poster.width, poster.height) == (720, 1280)
    assert not renditions.due_posters().exists()


@pytest.mark.django_db(transaction=True)
def test_two_makers_at_once_make_it_once(show, monkeypatch):
    made = []
    monkeypatch.setattr(renditions, "_encode", lambda *args: made.append(args))

    outcomes = together(4, lambda: renditions.make(small(show)))

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[StaleState] * 3]))
    assert len(made) == 1
    assert small(show).status == Status.READY
