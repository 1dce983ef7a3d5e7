"""What merchants see and do of a replay."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shops.models import Member
from streams import lifecycle
from streams.models import Captions, Extra, Show, Upload
from streams.video.replay import extras, recording, uploading
from tests.admin.back_office import staff
from tests.factories import make_show
from tests.streams.video.conftest import *  # noqa: F403
from tests.streams.video.recording import record

WORDS = b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n"


@pytest.fixture
def show(ours, fragmented):
    record(ours.show, fragmented)
    lifecycle.end(ours.show)
    extras.plan(ours.show)
    return ours.show


@pytest.fixture
def coming(ours):
    return make_show(shop=ours.shop, status="scheduled")


def at(name, show, *more):
    return reverse(f"admin:streams_show_{name}", args=[show.pk, *more])


def test_progress_and_failure_are_told_in_words(show, owner):
    Extra.objects.filter(kind="download").update(status="failed", failure="The disk is full.")
    Extra.objects.filter(kind="storyboard").update(status="making", progress=42)

    html = owner.get(at("replay", show)).content.decode()
    made = owner.get(at("replay_state", show)).json()["made"]

    assert "The disk is full." in html
    assert 'value="42"' in html
    assert {(row["state"], row["progress"]) for row in made} == {
        *(("Waiting", 0), ("Being made", 42), ("Failed", 0))
    }


def test_what_failed_is_tried_again_and_nothing_else_is(show, owner):
    failed, making = Extra.objects.order_by("-kind")
    Extra.objects.filter(pk=failed.pk).update(status="failed", tries=3, failure="No.")
    Extra.objects.filter(pk=making.pk).update(status="making", tries=1)

    for row in (failed, making):
        owner.post(at("replay_again", show, "extra", row.pk))

    assert list(Extra.objects.order_by("-kind").values_list("status", "tries", "failure")) == [
        ("due", 0, ""),
        ("making", 1, ""),
    ]


def test_the_ends_are_cut_by_plain_fields_and_the_cut_is_undone(show, owner):
    rows = list(recording.source(show))
    moment = f"{rows[1].at:%Y-%m-%dT%H:%M:%S.%f}"

    answer = owner.post(at("replay_trim", show), {"begins": moment, "ends": ""}, follow=True)

    show.refresh_from_db()
    assert show.trim_from == rows[1].at
    html = answer.content.decode()
    assert "Show all of it" in html
    assert f'value="{moment[:-3]}"' in html
    assert len(rows) == owner.get(at("replay_whole", show)).content.count(b"#EXTINF")
    owner.post(at("replay_trim", show), {"begins": moment, "undo": "1"})
    show.refresh_from_db()
    assert (show.trim_from, show.trim_to) == (None, None)


@pytest.mark.parametrize(
    "sent",
    [
        {"begins": "yesterday"},
        {"begins": "2020-01-02T00:00", "ends": "2020-01-01T00:00"},
        {"begins": "2999-01-01T00:00"},
        {"begins": "9999-12-31T23:59:59.999"},
        {"ends": "0001-01-01T00:00"},
    ],
)
def test_a_cut_that_cannot_be_is_refused_at_its_field(show, owner, sent):
    answer = owner.post(at("replay_trim", show), sent)

    assert answer.status_code == 400
    assert len(answer.context["trim"].errors) == 1
    assert Show.objects.get(pk=show.pk).trim_from is None


def test_captions_come_and_go(show, owner):
    file = SimpleUploadedFile("../../etc/en.vtt", WORDS)
    owner.post(at("replay_captions", show), {"language": "en", "file": file})
    row = Captions.objects.get(show=show)
    assert f"/media/{row.path}" in owner.get(at("replay", show)).content.decode()

    owner.post(at("replay_captions_remove", show, row.pk))

    assert Captions.objects.count() == 0


def test_captions_that_are_none_are_refused_at_their_field(show, owner):
    file = SimpleUploadedFile("en.vtt", b"1\n00:01 --> 00:02\nno")

    answer = owner.post(at("replay_captions", show), {"language": "en", "file": file})

    assert list(answer.context["captions_form"].errors) == ["file"]
    assert Captions.objects.count() == 0


def send(client, show, data):
    begun = client.post(at("replay_film", show), {"size": len(data)})
    if begun.status_code != 200:
        return begun
    ticket, size = begun.json()["ticket"], begun.json()["slice"]
    for number in range(-(-len(data) // size)):
        where = at("replay_film", show) + f"?ticket={ticket}&slice={number}"
        part = data[number * size : (number + 1) * size]
        answer = client.put(where, part, content_type="application/octet-stream")
        if answer.status_code != 200:
            return answer
    return client.post(at("replay_film", show) + f"?ticket={ticket}")


def test_a_film_is_sent_in_slices(coming, owner, monkeypatch):
    monkeypatch.setattr(uploading, "SLICE", 1000)
    data = bytes(range(256)) * 10

    assert send(owner, coming, data).status_code == 200

    row = Upload.objects.get(show=coming)
    assert (row.status, b"".join(uploading.read(row))) == ("due", data)
    assert "Your film is here" in owner.get(at("replay", coming)).content.decode()


@pytest.mark.parametrize(
    ("size", "status"), [("0", 409), ("-1", 409), ("x", 409), ("2097152", 413)]
)
def test_a_film_that_is_empty_or_too_large_is_refused_at_once(
    coming, owner, settings, size, status
):
    settings.UPLOAD_MAX_MB = 1

    answer = owner.post(at("replay_film", coming), {"size": size})

    assert (answer.status_code, answer.json()["field"]) == (status, "film")
    assert Upload.objects.count() == 0


def test_a_slice_that_is_larger_than_agreed_is_refused(coming, owner, monkeypatch):
    monkeypatch.setattr(uploading, "SLICE", 1000)
    ticket = owner.post(at("replay_film", coming), {"size": 1500}).json()["ticket"]

    answer = owner.put(
        at("replay_film", coming) + f"?ticket={ticket}&slice=0", b"x" * 5000, content_type="x/y"
    )

    assert answer.status_code == 409
    assert Upload.objects.count() == 0


def test_others_get_nothing_of_it(show, coming, theirs):
    stranger = staff(Member.Role.OWNER, theirs.shop)
    moderator = staff(Member.Role.MODERATOR, show.shop)
    pages = ["replay", "replay_state", "replay_whole", "replay_trim", "replay_film"]

    for name in pages:
        assert stranger.get(at(name, show)).status_code == 404
        assert moderator.get(at(name, show)).status_code == 403
    assert stranger.post(at("replay_film", coming), {"size": 10}).status_code == 404
    assert stranger.post(at("replay_trim", show), {"begins": "2020-01-01T00:00"}).status_code == 404
    assert Upload.objects.count() == 0
