"""The rows of a show as a live playlist: numbers that stay, holes that are told."""

from datetime import timedelta

import pytest
from django.utils import timezone

from streams.models import Rendition, Segment, Take
from streams.video.origin import recorded
from streams.video.packaging import playlist
from tests.factories import make_show
from tests.streams.video.hls_rules import broken_rules, read

pytestmark = pytest.mark.django_db
BEGAN = timezone.now() - timedelta(minutes=5)


def shown(numbers, *, takes=1, status=Take.Status.FINISHED):
    """A live show whose source has these sequence numbers, spread over so many takes."""
    show = make_show()
    source = Rendition.objects.create(show=show, name="source", status="ready")
    each = len(numbers) // takes
    for place in range(takes):
        take = Take.objects.create(show=show, opened_at=BEGAN, heard_at=BEGAN, status=status)
        for number, sequence in enumerate(numbers[place * each : (place + 1) * each]):
            Segment.objects.create(
                rendition=source,
                take=take,
                number=number,
                sequence=sequence,
                at=BEGAN + timedelta(seconds=2 * sequence),
                duration=2,
                size=1,
                path=f"takes/{take.key}/source/{number:06d}.m4s",
            )
    return show


def test_numbers_are_those_that_viewers_saw(settings):
    settings.REWIND_MINUTES = 1
    past = recorded.read(shown(range(100), takes=4))

    assert len(past.entries) == 30
    assert (past.first_sequence, past.next_sequence) == (70, 100)
    assert past.first_discontinuity == 2


def test_a_number_without_a_row_is_a_gap():
    show = shown([0, 1, 4, 5])

    past = recorded.read(show)
    text = recorded.text(show.slug)

    assert [entry.is_gap for entry in past.entries] == [False, False, True, True, False, False]
    assert past.next_sequence == 6
    assert broken_rules(text) == []
    assert text.count("#EXT-X-GAP\n") == 2
    assert [segment["number"] for segment in read(text)["segments"]] == list(range(6))


def test_a_take_that_did_not_finish_leaves_a_doubt():
    assert recorded.read(shown([0, 1])).is_finished
    assert not recorded.read(shown([0, 1], status=Take.Status.LOST)).is_finished


def test_a_show_without_rows_has_no_playlist():
    show = make_show()

    assert recorded.read(show).entries == []
    assert recorded.text(show.slug) is None
    assert recorded.text("no-such-show") is None


def test_only_another_process_can_have_gone_on():
    show = shown([0, 1, 2])
    ours = {str(show.takes.get().key)}

    assert not recorded.is_elsewhere(show.pk, ours, 3)
    assert not recorded.is_elsewhere(show.pk, ours, 2)  # a late row of our own
    assert recorded.is_elsewhere(show.pk, set(), 2)


def test_the_clock_of_a_playlist_never_runs_backwards():
    show = shown([0, 1, 2])
    Segment.objects.filter(sequence=2).update(at=BEGAN - timedelta(seconds=1))

    entries: list[playlist.Entry] = recorded.read(show).entries

    assert entries == sorted(entries, key=lambda entry: entry.at)


def test_the_live_address_of_a_replay_keeps_what_was_cut_off_to_itself():
    show = shown(range(10))
    show.status, show.live_at, show.ended_at = "ended", BEGAN, timezone.now()
    show.trim_from = BEGAN + timedelta(seconds=6)
    show.trim_to = BEGAN + timedelta(seconds=14)
    show.save()

    text = recorded.text(show.slug)

    assert [segment["number"] for segment in read(text)["segments"]] == [3, 4, 5, 6]
    assert broken_rules(text) == []
