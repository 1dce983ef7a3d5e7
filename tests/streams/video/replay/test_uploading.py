from datetime import timedelta

import pytest
from django.utils import timezone

from livecommerce.errors import Invalid
from livecommerce.states import StaleState
from streams.models import Upload
from streams.video.replay import uploading
from tests.factories import make_show
from tests.streams.video.replay import films

pytestmark = pytest.mark.django_db


@pytest.fixture
def show():
    return make_show(status="scheduled")


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch):
    monkeypatch.setattr(uploading, "SLICE", 10)


def later(monkeypatch, by: timedelta):
    now = timezone.now() + by
    monkeypatch.setattr(uploading.timezone, "now", lambda: now)


def test_a_film_arrives_slice_by_slice(show):
    row = films.upload(show, b"0123456789abcdefghijKLM")

    assert (row.status, row.size) == ("due", 23)
    assert b"".join(uploading.read(row)) == b"0123456789abcdefghijKLM"


def test_a_slice_that_comes_twice_is_kept_once(show):
    ticket = uploading.begin(show, 15)
    for _ in range(2):
        uploading.take(ticket, 0, b"0123456789")
    uploading.take(ticket, 1, b"abcde")

    row = uploading.finish(ticket, films._silent)

    assert b"".join(uploading.read(row)) == b"0123456789abcde"


def test_a_slice_of_the_wrong_length_or_out_of_turn_is_refused(show):
    ticket = uploading.begin(show, 25)

    with pytest.raises(Invalid):
        uploading.take(ticket, 0, b"012345678")
    with pytest.raises(uploading.OutOfStep):
        uploading.take(ticket, 1, b"0123456789")
    with pytest.raises(uploading.OutOfStep):
        uploading.finish(ticket, films._silent)

    assert films.names_in(ticket.folder) == []
    assert Upload.objects.count() == 0


def test_an_upload_that_stalls_is_told_so_and_taken_away(show, monkeypatch):
    ticket = uploading.begin(show, 25)
    uploading.take(ticket, 0, b"0123456789")
    assert ticket.folder not in uploading.sweep()
    later(monkeypatch, uploading.STALL + timedelta(seconds=1))

    with pytest.raises(uploading.Stalled) as refusal:
        uploading.take(ticket, 1, b"0123456789")
    assert (refusal.value.status, "15 minutes" in refusal.value.detail) == (408, True)
    assert ticket.folder in uploading.sweep()

    assert films.names_in(ticket.folder) == []


def test_what_waits_for_its_worker_is_not_taken_away(show, monkeypatch):
    row = films.upload(show, b"0123456789")
    later(monkeypatch, timedelta(days=3))

    assert row.path not in uploading.sweep()

    assert films.names_in(row.path)


def test_a_ticket_is_for_one_show_only(show):
    ticket = uploading.begin(show, 10)

    with pytest.raises(Invalid):
        uploading.find(make_show(status="scheduled"), ticket.signed())
    assert uploading.find(show, ticket.signed()) == ticket


@pytest.mark.parametrize("status", ["live", "ended", "cancelled"])
def test_only_a_show_that_has_not_begun_is_given_a_film(status):
    with pytest.raises(StaleState):
        uploading.begin(make_show(status=status), 10)


def test_a_film_that_is_in_the_making_is_not_replaced_and_one_that_failed_is(show):
    first = films.upload(show, b"0123456789")
    with pytest.raises(StaleState):
        uploading.begin(show, 10)
    Upload.objects.update(status="failed", failure="It was no film.")

    second = films.upload(show, b"abcdefghij")

    assert list(Upload.objects.values_list("path", "status")) == [(second.path, "due")]
    assert first.path != second.path


def test_a_ticket_is_of_no_use_once_its_film_is_in_the_making(show):
    ticket = uploading.begin(show, 10)
    uploading.take(ticket, 0, b"0123456789")
    row = uploading.finish(ticket, films._silent)

    with pytest.raises(StaleState):
        uploading.find(show, ticket.signed())

    assert b"".join(uploading.read(row)) == b"0123456789"
