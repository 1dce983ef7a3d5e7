from datetime import timedelta

import pytest

from livecommerce.states import StaleState
from streams.models import Extra
from streams.video.errors import MediaError
from streams.video.replay import claims, running
from tests.factories import make_show
from tests.races.together import together

Status = Extra.Status
pytestmark = pytest.mark.django_db


@pytest.fixture
def row():
    return Extra.objects.create(show=make_show(status="ended"), kind="download")


def fresh(row) -> Extra:
    return Extra.objects.get(pk=row.pk)


def hung(row) -> None:
    """Its maker has told nothing for too long."""
    long_ago = fresh(row).claimed_at - claims.PATIENCE - timedelta(seconds=1)
    Extra.objects.filter(pk=row.pk).update(claimed_at=long_ago)


def test_who_is_at_it_is_left_alone(row):
    claims.Claim(row)

    assert list(claims.due(Extra.objects.all())) == []
    with pytest.raises(StaleState):
        claims.Claim(fresh(row))
    assert (fresh(row).status, fresh(row).tries) == (Status.MAKING, 1)


def test_progress_is_written_at_most_once_a_second(row, django_assert_num_queries, monkeypatch):
    claim = claims.Claim(row)
    claim.share = 0.42

    with django_assert_num_queries(0):
        claim.beat()
    monkeypatch.setattr(claims, "EVERY", 0)
    with django_assert_num_queries(1):
        claim.beat()

    assert fresh(row).progress == 42


def test_a_maker_that_died_leaves_the_row_due(row):
    claims.Claim(row)
    hung(row)

    (found,) = claims.due(Extra.objects.all())

    assert (found.status, found.tries) == (Status.DUE, 1)
    assert found.failure == "Whoever made it stopped in the middle."


def test_makers_that_die_every_time_are_given_up(row):
    for _ in range(claims.MAX_TRIES):
        (found,) = claims.due(Extra.objects.all())
        claims.Claim(found)
        hung(row)

    assert list(claims.due(Extra.objects.all())) == []
    assert fresh(row).status == Status.FAILED


def test_who_counted_as_dead_and_wakes_changes_nothing(row, monkeypatch):
    monkeypatch.setattr(claims, "EVERY", 0)
    sleeper = claims.Claim(row)
    hung(row)
    (found,) = claims.due(Extra.objects.all())
    claims.Claim(found)

    for act in (sleeper.beat, sleeper.done, lambda: sleeper.fail("late")):
        with pytest.raises(StaleState):
            act()

    assert (fresh(row).status, fresh(row).tries, fresh(row).failure) == (Status.MAKING, 2, "")


@pytest.mark.parametrize("error", [MediaError("It is torn."), running.CannotMake("no"), OSError()])
def test_what_fails_is_tried_again_and_then_given_up(row, error):
    statuses = []

    for _ in range(claims.MAX_TRIES):
        with pytest.raises(type(error)), claims.claimed(fresh(row), "Not made."):
            raise error
        statuses.append(fresh(row).status)

    assert statuses == [Status.DUE] * (claims.MAX_TRIES - 1) + [Status.FAILED]
    assert fresh(row).failure == ("Not made. It is torn." if "torn" in str(error) else "Not made.")


def test_a_process_that_ends_takes_no_try(row):
    with pytest.raises(running.Interrupted), claims.claimed(row, "Not made."):
        raise running.Interrupted

    assert (fresh(row).status, fresh(row).tries, fresh(row).failure) == (Status.DUE, 0, "")


def test_what_was_given_up_is_tried_anew_from_the_start(row):
    with pytest.raises(MediaError), claims.claimed(row, "Not made.", most=1):
        raise MediaError("no")
    assert fresh(row).status == Status.FAILED

    claims.again(fresh(row))

    assert (fresh(row).status, fresh(row).tries, fresh(row).failure) == (Status.DUE, 0, "")


def test_a_long_complaint_is_cut_to_one_line_that_fits():
    assert claims.in_short("a\n" * 300) == ("a " * 100)[:199] + "…"


@pytest.mark.django_db(transaction=True)
def test_two_makers_at_once_make_it_once(row):
    outcomes = together(4, lambda: claims.Claim(fresh(row)) and None)

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[StaleState] * 3]))
    assert fresh(row).tries == 1
