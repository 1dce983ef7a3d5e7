"""Amazon: moto where it can, and a stand-in for streams and stream keys, which moto lacks."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
from moto import mock_aws

from streams.video.engines import cloud

RECORDING = "arn:aws:ivs:eu-west-1:123456789012:recording-configuration/AbCd"


@dataclass
class Amazon:
    key: str = "sk_eu-west-1_verysecret"
    began: datetime | None = None  # of the stream that is received
    cuts: list[str] = field(default_factory=list)  # ARNs, one for each time

    def channels(self) -> list[dict]:
        return cloud._client("eu-west-1").list_channels()["channels"]


@pytest.fixture
def account(settings, monkeypatch):
    """An account at moto, switched on."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    settings.IVS_REGION, settings.IVS_CHANNEL_TYPE = "eu-west-1", "STANDARD"
    settings.IVS_RECORDING_ARN = RECORDING
    settings.IVS_RECORDING_URL = "https://films.example.com"
    settings.IVS_EVENTS_SECRET = "events-secret"
    with mock_aws():
        cloud._client.cache_clear()
        yield
    cloud._client.cache_clear()


@pytest.fixture
def amazon(account, monkeypatch) -> Amazon:
    amazon = Amazon()
    monkeypatch.setattr(cloud, "key", lambda arn: amazon.key)
    monkeypatch.setattr(cloud, "broadcast", lambda arn: amazon.began)
    monkeypatch.setattr(cloud, "cut", amazon.cuts.append)
    return amazon
