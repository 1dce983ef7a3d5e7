"""What is said to Amazon: channels against moto, the rest against botocore's own model of it."""

import logging
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from streams.video.engines import cloud
from tests.streams.video.engines.conftest import RECORDING

pytestmark = pytest.mark.usefixtures("account")
CHANNEL = "arn:aws:ivs:eu-west-1:123456789012:channel/AbCdEf"
KEY = "arn:aws:ivs:eu-west-1:123456789012:stream-key/AbCdEf"
NEW_KEY = "arn:aws:ivs:eu-west-1:123456789012:stream-key/GhIjKl"
MISSING = {"service_error_code": "ResourceNotFoundException", "http_status_code": 404}
SILENT = {"service_error_code": "ChannelNotBroadcasting", "http_status_code": 404}


@pytest.fixture
def stub():
    """Answers in this order, each for exactly these parameters; all of them are asked for."""
    with Stubber(cloud._client("eu-west-1")) as stub:
        yield stub
        stub.assert_no_pending_responses()


def keys(*arns):
    return {"streamKeys": [{"arn": arn, "channelArn": CHANNEL} for arn in arns]}


def test_an_account_that_may_not_is_known_by_asking(stub):
    stub.add_response("list_channels", {"channels": []}, {"maxResults": 1})
    cloud.ping()

    stub.add_client_error("list_channels", "AccessDeniedException", http_status_code=403)
    with pytest.raises(cloud.CloudTrouble, match="AccessDenied"):
        cloud.ping()


def test_a_channel_is_made_found_by_its_name_and_deleted():
    made = cloud.create("show-1")

    kept = cloud._client("eu-west-1").get_channel(arn=made["arn"])["channel"]
    assert made["ingest"] == kept["ingestEndpoint"]
    assert made["playback"] == kept["playbackUrl"]
    assert kept["latencyMode"] == "LOW"
    assert kept["type"] == "STANDARD"
    assert kept["recordingConfigurationArn"] == RECORDING
    assert not kept["authorized"]  # anybody may watch
    assert not kept["insecureIngest"]  # nobody sends the key in the clear
    assert cloud.find("show-1") == made["arn"]

    cloud._ask("delete_channel", arn=made["arn"])

    assert cloud.find("show-1") is None
    cloud.delete(made["arn"])  # what is gone need not go


def test_without_a_configuration_nothing_is_recorded(settings):
    settings.IVS_RECORDING_ARN = ""

    made = cloud.create("show-1")

    kept = cloud._client("eu-west-1").get_channel(arn=made["arn"])["channel"]
    assert kept["recordingConfigurationArn"] == ""


def test_the_key_is_the_one_that_amazon_keeps(stub):
    stub.add_response("list_stream_keys", keys(KEY), {"channelArn": CHANNEL})
    stub.add_response("get_stream_key", {"streamKey": {"value": "sk_1"}}, {"arn": KEY})

    assert cloud.key(CHANNEL) == "sk_1"


def test_a_channel_whose_keys_were_taken_away_gets_a_new_one(stub):
    stub.add_response("list_stream_keys", keys(), {"channelArn": CHANNEL})
    stub.add_response(
        "create_stream_key", {"streamKey": {"value": "sk_2"}}, {"channelArn": CHANNEL}
    )

    assert cloud.key(CHANNEL) == "sk_2"


def test_the_keys_go_before_the_stream_is_stopped(stub):
    stub.add_response("list_stream_keys", keys(KEY, NEW_KEY), {"channelArn": CHANNEL})
    stub.add_response("delete_stream_key", {}, {"arn": KEY})
    stub.add_client_error("delete_stream_key", expected_params={"arn": NEW_KEY}, **MISSING)
    stub.add_response("stop_stream", {}, {"channelArn": CHANNEL})

    cloud.cut(CHANNEL)


def test_nobody_need_be_cut_off_a_channel_that_is_gone(stub):
    stub.add_client_error("list_stream_keys", **MISSING)
    stub.add_client_error("stop_stream", **MISSING)

    cloud.cut(CHANNEL)


def test_since_when_somebody_sends(stub):
    began = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
    for state in ("LIVE", "OFFLINE"):
        stub.add_response(
            "get_stream",
            {"stream": {"channelArn": CHANNEL, "state": state, "startTime": began}},
            {"channelArn": CHANNEL},
        )
    for nobody in (SILENT, MISSING):
        stub.add_client_error("get_stream", **nobody)

    assert [cloud.broadcast(CHANNEL) for _ in range(4)] == [began, None, None, None]


def test_a_no_is_told_by_its_code_and_logged_in_full(stub, caplog):
    words = "User arn:aws:iam::123456789012:user/shop may not"
    stub.add_client_error("create_channel", "AccessDeniedException", words, 403)

    with pytest.raises(cloud.CloudTrouble, match="AccessDeniedException") as told:
        cloud.create("show-1")

    assert "123456789012" not in told.value.detail
    assert words in caplog.text


def test_an_amazon_that_cannot_be_reached_is_told_in_words(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_IVS", "http://127.0.0.1:9")
    cloud._client.cache_clear()

    with pytest.raises(cloud.CloudTrouble, match="does not answer"):
        cloud.find("show-1")


def test_no_key_is_in_a_log(stub, caplog):
    caplog.set_level(logging.INFO)
    stub.add_response("list_stream_keys", keys(KEY), {"channelArn": CHANNEL})
    stub.add_response("get_stream_key", {"streamKey": {"value": "sk_1"}}, {"arn": KEY})

    cloud.key(CHANNEL)

    assert "sk_1" not in caplog.text
