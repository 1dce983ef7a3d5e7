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
SEGMENT = packager.Segment(number=0, start=0.0, duration=1.0, data=b"moof")


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


def source_of(show):
    return Rendition.objects.create(show=show, name=Rendition.SOURCE)


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


def test_the_first_segment_tells_the_room_that_there_is_a_picture(fragmented):
    show = make_show()

    take = record(show, fragmented, is_open=True)

    (fact,) = log.after(show, 0)
    assert (fact["type"], fact["data"]) == ("take.started", {"take": take.pk})
    assert fact["at"] == log.stamp(take.segments.get(number=0).at)


def test_segments_lie_on_the_clock_one_after_the_other(fragmented):
    take = record(make_show(), fragmented)

    rows = list(take.segments.order_by("number"))
    assert 3 <= len(rows) <= 5
    assert [row.number for row in rows] == list(range(len(rows)))
    for before, after in zip(rows, rows[1:], strict=False):
        gap = (after.at - before.at).total_seconds() - before.duration
        assert abs(gap) < 0.002
    assert all(default_storage.size(row.path) == row.size for row in rows)


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


def test_a_publisher_that_fell_silent_is_given_up_and_another_may_send():
    show = make_show()
    silent = takes.open(show)
    assert takes.close_silent() == []
    Take.objects.update(heard_at=timezone.now() - takes.SILENCE)

    second = takes.open(show)

    silent.refresh_from_db()
    assert (silent.status, second.status) == (Take.Status.LOST, Take.Status.RECEIVING)


def test_who_was_given_up_adds_nothing_to_the_show():
    show = make_show()
    source, silent = source_of(show), takes.open(show)
    Take.objects.update(heard_at=timezone.now() - timedelta(minutes=1))
    second = takes.open(show)

    with pytest.raises(StaleState):
        takes.keep_segment(silent, source, SEGMENT)

    assert not Segment.objects.exists()
    assert facts(show) == []
    takes.keep_segment(second, source, SEGMENT)
    assert facts(show) == ["take.started"]


@pytest.mark.django_db(transaction=True)
def test_of_many_publishers_at_once_one_may_send():
    show = make_show()

    outcomes = together(6, lambda: takes.open(show).pk)

    assert outcomes.count(takes.AlreadyPublishing) == 5
    assert Take.objects.get().pk in outcomes
