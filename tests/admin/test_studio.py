"""The studio's page, and what it asks while it is open."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from streams.models import Rendition, Segment, Take
from streams.video.ingest import keys
from tests.admin.back_office import queries_of, signed_in, staff


def address(show, name="studio"):
    return reverse(f"admin:streams_show_{name}", args=[show.pk])


def state(client, show):
    return client.get(address(show, "studio_state")).json()


def send(show, source="rtmp", *, segments=0, **values) -> Take:
    """A publisher's take, with seconds of 300 kB each."""
    now = timezone.now()
    take = Take.objects.create(show=show, source=source, opened_at=now, heard_at=now, **values)
    rendition, _ = Rendition.objects.get_or_create(show=show, name=Rendition.SOURCE)
    Rendition.objects.filter(pk=rendition.pk).update(width=1280, height=720)
    for number in range(segments):
        Segment.objects.create(
            rendition=rendition,
            take=take,
            number=number,
            sequence=number,
            at=now + timedelta(seconds=number),
            duration=1.0,
            size=300_000,
            path=f"takes/{take.key}/source/{number:06d}.m4s",
        )
    return take


def test_nobody_sends(ours, owner):
    assert state(owner, ours.show) == {"status": "live", "sending": None}


def test_the_studio_knows_what_obs_sends(ours, owner):
    send(ours.show, segments=7)

    assert state(owner, ours.show)["sending"] == {
        "source": "rtmp",
        "width": 1280,
        "height": 720,
        "bitrate": 2_400_000,
    }


def test_a_take_without_a_picture_has_no_size_yet_whatever_the_last_one_had(ours, owner):
    send(ours.show, segments=3, status=Take.Status.LOST)
    send(ours.show, source="browser")

    assert state(owner, ours.show)["sending"] == {
        "source": "browser",
        "width": 0,
        "height": 0,
        "bitrate": 0,
    }


def test_a_take_that_is_over_is_not_being_sent(ours, owner):
    send(ours.show, segments=3, status=Take.Status.FINISHED)

    assert state(owner, ours.show)["sending"] is None


def test_the_state_asks_the_same_of_the_database_however_long_the_take(ours, owner):
    send(ours.show, segments=1)
    few = queries_of(owner, address(ours.show, "studio_state"))
    Take.objects.all().delete()
    send(ours.show, segments=20)

    assert queries_of(owner, address(ours.show, "studio_state")) == few


def test_no_cache_keeps_the_state(ours, owner):
    assert "no-store" in owner.get(address(ours.show, "studio_state"))["Cache-Control"]


@pytest.mark.parametrize(("role", "status"), [("host", 200), ("moderator", 403), ("desk", 404)])
def test_only_who_may_send_hears_who_sends(ours, role, status):
    send(ours.show)

    answer = staff(role, ours.shop).get(address(ours.show, "studio_state"))

    assert answer.status_code == status
    assert (b"rtmp" in answer.content) == (status == 200)


def test_another_shops_studio_does_not_exist(ours, theirs):
    stranger = signed_in(theirs.owner)

    for name in ("studio", "studio_state"):
        assert stranger.get(address(ours.show, name)).status_code == 404


def test_the_stream_key_is_not_in_the_page(ours, owner):
    page = owner.get(address(ours.show)).content.decode()

    assert "data-obs-key" in page
    assert keys.key_of(ours.show) not in page
    assert keys.key_of(ours.show).partition("-")[2] not in page
