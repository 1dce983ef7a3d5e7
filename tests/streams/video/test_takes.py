from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from livecommerce.states import StaleState
from streams import log
from streams.models import Rendition, Segment, Show, Take
from streams.video import takes
from streams.video.packaging import packager
from tests.factories import make_show
from tests.races.together import together
from tests.streams.video.recording import record

pytestmark = pytest.mark.django_db
SEGMENT = packager.Segment(number=0, start=0.0, duration=1.0, data=b"moof", parts=3)


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


def source_of(show):
    return Rendition.objects.create(show=show, name=Rendition.SOURCE)


def silent_for(take, **time):
    Take.objects.filter(pk=take.pk).update(heard_at=timezone.now() - timedelta(**time))


@pytest.mark.parametrize("status", set(Show.Status) - {Show.Status.LIVE})
def test_a_show_that_is_not_live_takes_no_picture(status):
    show = make_show(status=status)

    with pytest.raises(takes.ShowNotLive):
        takes.open(show)

    assert not Take.objects.exists()


def test_one_publisher_sends_the_picture_of_a_show():
    show = make_show()
    first = takes.open(show)

    with pytest.raises(takes.AlreadyPublishing):
        takes.open(show)

    assert Take.objects.get() == first
    takes.close(first, lost=True)
    assert takes.open(show) != first


def test_who_takes_over_closes_the_take_before():
    show = make_show()
    first = takes.open(show)
    takes.begin(first, timezone.now())

    second = takes.open(show, Take.Source.RTMP, take_over=True)

    first.refresh_from_db()
    assert (first.status, second.status) == (Take.Status.LOST, Take.Status.RECEIVING)
    assert second.source == "rtmp"
    assert facts(show) == ["take.started", "take.lost"]


def test_the_first_picture_is_told_to_the_room_at_its_own_time():
    show, at = make_show(), timezone.now() - timedelta(seconds=1)
    take = takes.open(show)

    takes.begin(take, at)

    (fact,) = log.after(show, 0)
    assert (fact["type"], fact["data"]) == ("take.started", {"take": take.pk})
    assert fact["at"] == log.stamp(at)
    assert Take.objects.get().opened_at == at


def test_segments_lie_on_the_clock_one_after_the_other(fragmented):
    take = record(make_show(), fragmented)

    rows = list(take.segments.order_by("number"))
    assert len(rows) >= 2
    assert [row.number for row in rows] == [row.sequence for row in rows] == list(range(len(rows)))
    for before, after in zip(rows, rows[1:], strict=False):
        gap = (after.at - before.at).total_seconds() - before.duration
        assert abs(gap) < 0.002
    assert all(default_storage.size(row.path) == row.size for row in rows)


def test_a_segment_has_one_address_for_ever():
    show = make_show()
    source, take = source_of(show), takes.open(show)

    row = takes.keep_segment(take, source, SEGMENT, sequence=0)
    again = takes.keep_segment(take, source, SEGMENT, sequence=0)

    assert again == row == Segment.objects.get()
    assert row.path == f"takes/{take.key}/source/000000.m4s"
    assert default_storage.open(row.path).read() == b"moof"


def test_a_file_that_a_failed_try_left_is_replaced():
    show = make_show()
    take = takes.open(show)
    path = takes.segment_path(take, source_of(show), 0)
    takes.store(path, b"half")

    takes.store(path, b"whole")

    assert default_storage.open(path).read() == b"whole"


def test_a_try_that_fails_leaves_no_file(monkeypatch):
    def half(name, content):
        saved(name, content)
        raise OSError(28, "No space left on device")

    saved = default_storage.save
    monkeypatch.setattr(default_storage, "save", half)

    with pytest.raises(OSError, match="No space"):
        takes.store("takes/k/source/000000.m4s", b"data")

    assert not default_storage.exists("takes/k/source/000000.m4s")


@pytest.mark.parametrize(("lost", "told"), [(True, "take.lost"), (False, "take.finished")])
def test_how_a_take_ended_is_told_once(fragmented, lost, told):
    show = make_show()
    take = record(show, fragmented, lost=lost)

    takes.close(take, lost=not lost)

    assert facts(show) == ["take.started", told]


def test_a_take_without_a_picture_was_never_there():
    show = make_show()

    takes.close(takes.open(show), lost=True)

    assert facts(show) == []


def test_a_publisher_that_fell_silent_is_replaced_by_the_next_and_not_sooner():
    show = make_show()
    silent = takes.open(show)
    silent_for(silent, seconds=takes.SILENCE.seconds - 0.5)
    with pytest.raises(takes.AlreadyPublishing):
        takes.open(show)
    silent_for(silent, seconds=takes.SILENCE.seconds)

    second = takes.open(show)

    silent.refresh_from_db()
    assert (silent.status, second.status) == (Take.Status.LOST, Take.Status.RECEIVING)


def test_the_sweep_waits_longer_than_the_next_publisher():
    show = make_show()
    take = takes.open(show)
    silent_for(take, seconds=takes.SILENCE.seconds + 1)
    assert takes.close_silent() == []
    silent_for(take, seconds=takes.GONE.seconds)

    assert takes.close_silent() == [take]

    assert Take.objects.get().status == Take.Status.LOST


def test_who_was_given_up_tells_the_room_nothing():
    show = make_show()
    silent = takes.open(show)
    silent_for(silent, minutes=1)
    second = takes.open(show)

    with pytest.raises(StaleState):
        takes.begin(silent, timezone.now())

    assert facts(show) == []
    takes.begin(second, timezone.now())
    assert facts(show) == ["take.started"]


def test_what_was_seen_live_is_kept_though_the_take_was_given_up():
    show = make_show()
    source, silent = source_of(show), takes.open(show)
    takes.close(silent, lost=True)

    takes.keep_segment(silent, source, SEGMENT, sequence=0)

    assert Segment.objects.get().take == silent


def test_a_number_that_a_later_take_was_given_is_nobody_elses():
    show = make_show()
    source, frozen = source_of(show), takes.open(show)
    second = takes.open(show, take_over=True)
    takes.keep_segment(second, source, SEGMENT, sequence=4)

    with pytest.raises(StaleState):
        takes.keep_segment(frozen, source, SEGMENT, sequence=4)

    assert Segment.objects.get().take == second


def test_a_publisher_who_sends_is_heard():
    take = takes.open(make_show())
    silent_for(take, minutes=1)

    assert takes.hear(take, is_heard=False) == ""
    assert takes.close_silent(patience=timedelta(seconds=61)) == []
    assert takes.hear(take, is_heard=True) == ""
    assert takes.close_silent() == []


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_publisher_learns_why_its_take_is_over(is_heard):
    take = takes.open(make_show())
    takes.close(take, lost=True)
    before = Take.objects.values().get()
    assert takes.hear(take, is_heard=is_heard) == "fell_silent"
    takes.open(take.show)
    assert takes.hear(take, is_heard=is_heard) == "taken_over"
    Show.objects.update(status=Show.Status.ENDED)
    assert takes.hear(take, is_heard=is_heard) == "show_ended"

    assert Take.objects.values().get(pk=take.pk) == before


@pytest.mark.django_db(transaction=True)
def test_of_many_publishers_at_once_one_may_send():
    show = make_show()

    outcomes = together(6, lambda: takes.open(show).pk)

    assert outcomes.count(takes.AlreadyPublishing) == 5
    assert Take.objects.get().pk in outcomes
