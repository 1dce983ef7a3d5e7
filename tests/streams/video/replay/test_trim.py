from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from livecommerce.states import StaleState
from streams import log
from streams.models import Captions, Extra, Show
from streams.video.replay import captions, claims, download, recording, shown, trim
from tests.factories import make_show
from tests.streams.video.hls_rules import broken_rules, read

pytestmark = pytest.mark.django_db
WORDS = b"WEBVTT\n\n00:00.500 --> 00:01.500\nFirst\n\n00:03.000 --> 00:03.900\nLater\n"


def segments(client, show) -> list[dict]:
    text = client.get(f"/hls/{show.slug}/source.m3u8").content.decode()
    assert broken_rules(text) == []
    return read(text)["segments"]


def second(show, number: float):
    return recording.source(show).first().at + timedelta(seconds=number)


def test_whole_segments_are_left_out_at_both_ends_and_no_file_is_touched(broken, client):
    rows = list(recording.source(broken))
    begins = rows[1].at + timedelta(seconds=0.5)
    ends = rows[-1].at

    trim.cut(broken, begins, ends)

    kept = [row.path for row in shown.only(broken, recording.source(broken))]
    assert kept == [row.path for row in rows[1:-1]]
    assert [entry["uri"] for entry in segments(client, broken)] == [f"/media/{p}" for p in kept]
    assert shown.left_out(broken) == pytest.approx(rows[0].duration)
    assert all(default_storage.exists(row.path) for row in rows)


def test_a_cut_at_a_border_takes_no_segment_more(show, client):
    rows = list(recording.source(show))
    border = rows[1].at.replace(microsecond=rows[1].at.microsecond // 1000 * 1000)  # as players say

    trim.cut(show, border, None)

    assert len(segments(client, show)) == len(rows) - 1


def test_a_cut_between_two_takes_begins_with_the_next_one(broken, client):
    second_take = broken.takes.last()

    trim.cut(broken, second_take.opened_at - timedelta(seconds=20), None)

    text = client.get(f"/hls/{broken.slug}/source.m3u8").content.decode()
    assert text.count("#EXT-X-MAP") == 1
    assert shown.only(broken, recording.source(broken)).first().take == second_take


def test_it_can_be_undone(show, client):
    before = segments(client, show)
    trim.cut(show, second(show, 2.5), None)
    assert len(segments(client, show)) < len(before)

    trim.cut(show, None, None)

    assert segments(client, show) == before


def test_what_was_made_of_the_old_replay_is_due_again(show):
    download.make(Extra.objects.get(kind="download"))
    maker = claims.Claim(Extra.objects.get(kind="storyboard"))

    trim.cut(show, second(show, 2.5), None)

    assert set(Extra.objects.values_list("status")) == {("due",)}
    with pytest.raises(StaleState):
        maker.done()  # of a storyboard that nobody needs any more
    trim.cut(show, second(show, 2.5), None)  # nothing new: nothing is made again
    download.make(Extra.objects.get(kind="download"))
    trim.cut(show, show.trim_from, None)
    assert Extra.objects.get(kind="download").status == "ready"


@pytest.mark.parametrize(("begins", "ends"), [(3, 1), (2, 2), (60, None), (None, -60)])
def test_a_cut_that_leaves_nothing_is_refused(show, begins, ends):
    moments = [None if each is None else second(show, each) for each in (begins, ends)]

    with pytest.raises(trim.BadTrim):
        trim.cut(show, *moments)

    fresh = Show.objects.get(pk=show.pk)
    assert (fresh.trim_from, fresh.trim_to) == (show.trim_from, show.trim_to) == (None, None)


def test_a_show_that_is_not_over_cannot_be_cut():
    with pytest.raises(StaleState):
        trim.cut(make_show(), None, None)


def test_captions_stay_with_the_words_through_a_cut_and_back(show):
    captions.keep(show, "en", WORDS)
    whole = text(show)
    rows = list(recording.source(show))

    trim.cut(show, rows[1].at, None)
    later = text(show)
    trim.cut(show, None, None)

    left = f"{3 - rows[0].duration:.3f}"
    assert f"00:00:0{left}" in later
    assert "Later" in later
    assert text(show) == whole


def test_a_moment_outside_is_hidden(show):
    trim.cut(show, second(show, 1), second(show, 3))

    assert [shown.hides(show, second(show, each)) for each in (0, 1, 2, 3)] == [
        *(True, False, False, True)
    ]


def test_what_was_said_outside_is_withheld_and_the_rest_is_told(show, client):
    for number in (0.5, 2):
        log.append(show, "chat.posted", {"text": f"at {number}"}, at=second(show, number))
    trim.cut(show, second(show, 1), None)

    facts = client.get(f"/api/v1/shows/{show.slug}/events/").json()["facts"]

    said = [fact["data"] for fact in facts if fact["type"] == "chat.posted"]
    assert said == [{"hidden": True}, {"text": "at 2"}]
    assert {"take.started", "show.ended"} <= {fact["type"] for fact in facts}


def text(show) -> str:
    with default_storage.open(Captions.objects.get(show=show).path) as file:
        return file.read().decode()
