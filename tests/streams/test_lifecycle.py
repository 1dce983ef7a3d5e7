import pytest

from livecommerce.states import StaleState
from streams import lifecycle, log
from streams.models import Rendition, Show
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
