from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from livecommerce.states import StaleState
from streams import lifecycle, log, sweeps
from streams.models import Rendition, Show, Take
from tests.factories import make_show
from tests.races.together import together


def facts(show):
    return [fact["type"] for fact in log.after(show, 0)]


@pytest.mark.django_db
def test_a_show_goes_live_and_ends_at_the_times_that_its_log_tells():
    show = make_show(status=Show.Status.SCHEDULED)

    lifecycle.go_live(show)
    lifecycle.end(show)

    show.refresh_from_db()
    assert show.status == Show.Status.ENDED
    told = [(fact["type"], fact["at"]) for fact in log.after(show, 0)]
    assert told == [
        ("show.started", log.stamp(show.live_at)),
        ("show.ended", log.stamp(show.ended_at)),
    ]


@pytest.mark.django_db
def test_a_live_show_has_a_source_for_its_picture():
    show = make_show(status=Show.Status.SCHEDULED)

    lifecycle.go_live(show)

    assert Rendition.objects.get(show=show).name == Rendition.SOURCE


@pytest.mark.django_db
def test_a_show_that_is_cancelled_says_so():
    show = make_show(status=Show.Status.SCHEDULED)

    lifecycle.cancel(show)

    assert facts(show) == ["show.cancelled"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("verb", "sources"),
    [
        (lifecycle.go_live, {"scheduled"}),
        (lifecycle.end, {"live"}),
        (lifecycle.cancel, {"scheduled"}),
    ],
)
@pytest.mark.parametrize("status", Show.Status.values)
def test_a_show_moves_forward_only(verb, sources, status):
    show = make_show(status=status)

    if status in sources:
        verb(show)
        return
    with pytest.raises(StaleState):
        verb(show)

    assert Show.objects.get().status == status
    assert facts(show) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_end_a_show_at_once_end_it_once():
    show = make_show()

    outcomes = together(6, lambda: lifecycle.end(Show.objects.get(pk=show.pk)))

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[StaleState] * 5]))
    assert facts(show) == ["show.ended"]


def silent_show(**since):
    """A live show whose last picture was so long ago."""
    show = make_show()
    then = timezone.now() - timedelta(**since)
    for earlier in (timedelta(hours=9), timedelta(0)):
        Take.objects.create(
            show=show,
            status=Take.Status.LOST,
            opened_at=then,
            heard_at=then,
            closed_at=then - earlier,
        )
    return show


@pytest.mark.django_db
def test_a_show_that_nobody_ended_ends_after_a_long_silence(settings):
    settings.SILENCE_ENDS_SHOW = 120
    silent, pausing = silent_show(minutes=120), silent_show(minutes=119)

    assert list(lifecycle.end_silent()) == [silent]

    pausing.refresh_from_db()
    assert pausing.status == Show.Status.LIVE
    silent.refresh_from_db()
    assert silent.status == Show.Status.ENDED
    assert facts(silent) == ["show.ended"]


@pytest.mark.django_db
def test_a_show_with_a_picture_or_without_any_yet_goes_on(settings):
    settings.SILENCE_ENDS_SHOW = 120
    now = timezone.now()
    Take.objects.create(show=silent_show(days=1), opened_at=now, heard_at=now)
    make_show(live_at=now - timedelta(days=1))

    assert list(lifecycle.end_silent()) == []

    assert Show.objects.live().count() == 2


@pytest.mark.django_db
def test_silence_ends_nothing_where_that_is_the_wish(settings):
    settings.SILENCE_ENDS_SHOW = 0
    silent_show(days=9)

    assert list(lifecycle.end_silent()) == []

    assert Show.objects.live().count() == 1


@pytest.mark.django_db
def test_the_sweep_ends_silent_shows_by_itself():
    show = silent_show(days=1)

    sweeps.end_silent_shows()

    assert Show.objects.get() == show
    assert Show.objects.get().status == Show.Status.ENDED
    assert "streams.sweeps.end_silent_shows" in {
        entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()
    }
