"""What Amazon rings for, and who only says that he is Amazon."""

import json

import pytest

from streams import lifecycle, tasks
from streams.models import IvsChannel, Show, Take
from streams.video.engines import ivs, webhooks
from tests.factories import make_show

pytestmark = pytest.mark.django_db
RECORDED = {
    "recording_status": "Recording End",
    "recording_s3_key_prefix": "ivs/v1/123456789012/AsXego4U6tnj/2026/11/22/18/0/j8Z9O91ndcVs",
    "recording_duration_ms": 28435,
}


@pytest.fixture
def rings(monkeypatch) -> list:
    rings = []
    monkeypatch.setattr(webhooks, "ring", lambda *ring: rings.append(ring))
    return rings


@pytest.fixture
def channel(amazon) -> IvsChannel:
    show = make_show(status=Show.Status.SCHEDULED)
    ivs.ask(show)
    lifecycle.go_live(show)
    return IvsChannel.objects.get()


def send(client, body, secret="events-secret"):
    return client.post(
        "/webhooks/ivs",
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={"X-Events-Secret": secret} if secret else {},
    )


def stream(channel, name="Stream Start"):
    return {
        "detail-type": "IVS Stream State Change",
        "source": "aws.ivs",
        "resources": [channel.arn],
        "detail": {"event_name": name, "stream_id": "st-1"},
    }


def recording(channel, **detail):
    return {
        "detail-type": "IVS Recording State Change",
        "source": "aws.ivs",
        "resources": [channel.arn],
        "detail": RECORDED | detail,
    }


def test_a_ring_is_answered_by_looking(client, channel, rings):
    assert send(client, stream(channel)).status_code == 204

    assert rings == [(tasks.look_at_channel, channel.pk)]
    tasks.look_at_channel(channel.pk)  # nobody sends, whatever the ring said
    assert not Take.objects.exists()


def test_the_recordings_address_is_kept(client, channel, rings):
    assert send(client, recording(channel)).status_code == 204

    channel.refresh_from_db()
    assert channel.recording == RECORDED["recording_s3_key_prefix"]
    assert channel.recorded == 28435
    assert rings == []


@pytest.mark.parametrize("secret", ["", "wrong", "events-secre", "évents-secret"])
@pytest.mark.parametrize("event", [stream, recording])
def test_without_the_secret_nothing_is_heard(client, channel, rings, event, secret):
    assert send(client, event(channel), secret).status_code == 403

    channel.refresh_from_db()
    assert (channel.recording, rings) == ("", [])


def test_until_a_secret_is_set_the_door_is_shut(client, channel, rings, settings):
    settings.IVS_EVENTS_SECRET = ""

    assert send(client, stream(channel), "").status_code == 503
    assert rings == []


@pytest.mark.parametrize(
    "detail",
    [
        {"recording_status": "Recording Start"},
        {"recording_s3_key_prefix": "../../etc"},
        {"recording_s3_key_prefix": "ivs/v1/a/../b"},
        {"recording_s3_key_prefix": "//elsewhere.example.com/ivs/v1/a"},
        {"recording_s3_key_prefix": "ivs/v1" + "/abcdefgh" * 40},
        {"recording_s3_key_prefix": None},
        {"recording_duration_ms": 0},
        {"recording_duration_ms": -1},
        {"recording_duration_ms": 10**30},
        {"recording_duration_ms": "28435"},
    ],
)
def test_a_recording_that_cannot_be_is_left_alone(client, channel, detail):
    assert send(client, recording(channel, **detail)).status_code == 204

    channel.refresh_from_db()
    assert (channel.recording, channel.recorded) == ("", 0)


@pytest.mark.parametrize("body", ["", "{", "[" * 100_000])
def test_what_is_not_json_is_answered_so(client, channel, body):
    assert send(client, body).status_code == 400


@pytest.mark.parametrize("body", ["[]", "null", "{}", '{"resources": 1}', '{"detail-type": []}'])
def test_what_is_nothing_to_us_is_no_trouble(client, channel, rings, body):
    assert send(client, body).status_code == 204
    assert rings == []


def test_a_channel_of_another_show_on_the_account_is_nothing_to_us(client, channel, rings):
    stranger = IvsChannel(arn="arn:aws:ivs:eu-west-1:123456789012:channel/other")

    assert send(client, stream(stranger)).status_code == 204
    assert send(client, recording(stranger)).status_code == 204

    channel.refresh_from_db()
    assert (channel.recording, rings) == ("", [])


def test_only_posts_are_rings(client, amazon):
    assert client.get("/webhooks/ivs").status_code == 405
