from datetime import timedelta

import pytest
from django.utils import timezone

from streams import presence
from streams.models import Presence, Show
from tests.factories import make_show

pytestmark = pytest.mark.django_db


def count(show, process, viewers, age=timedelta(0)):
    Presence.objects.create(
        show=show, process=process, viewers=viewers, seen_at=timezone.now() - age
    )


def test_viewers_are_those_of_all_processes():
    show, other = make_show(), make_show()
    count(show, "a", 3)
    count(show, "b", 4)
    count(other, "a", 1)

    assert presence.viewers([show.pk, other.pk]) == {show.pk: 7, other.pk: 1}
    assert presence.viewers([make_show().pk]) == {}


def test_a_process_that_died_stops_counting():
    show = make_show()
    count(show, "alive", 3)
    count(show, "dead", 100, age=presence.LIFE)

    assert presence.viewers([show.pk]) == {show.pk: 3}
    found = Show.objects.annotate(viewers=presence.counted()).get(pk=show.pk)
    assert found.viewers == 3


def test_a_show_that_nobody_watches_has_no_viewers():
    make_show()

    assert Show.objects.annotate(viewers=presence.counted()).get().viewers == 0


def test_a_process_reports_one_row_and_clears_away_what_is_long_dead():
    show = make_show()
    count(show, "dead", 100, age=11 * presence.LIFE)

    presence.report(show.pk, 2)
    presence.report(show.pk, 5)

    assert list(Presence.objects.values_list("process", "viewers")) == [(presence.PROCESS, 5)]
