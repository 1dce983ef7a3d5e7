"""The only file that speaks to Amazon IVS; plain values go in and come out."""

import logging
from datetime import datetime
from functools import lru_cache

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from livecommerce.errors import DomainError

# Seconds. The SDK tries nothing again by itself: a channel made twice is one too many.
LIMITS = Config(connect_timeout=2, read_timeout=8, retries={"total_max_attempts": 1})
MISSING, SILENT, BUSY = "ResourceNotFoundException", "ChannelNotBroadcasting", "StreamUnavailable"
logger = logging.getLogger(__name__)


class CloudTrouble(DomainError):
    """Amazon said no, or nothing: whether it was done is to be looked up."""

    code = "ivs_trouble"


def ping() -> None:
    """Raises CloudTrouble, if Amazon does not answer or does not know us."""
    _ask("list_channels", maxResults=1)


def create(name: str) -> dict:
    """Make a channel, and its key with it: {arn, ingest (a host), playback (an address)}."""
    wanted = {"name": name, "type": settings.IVS_CHANNEL_TYPE, "latencyMode": "LOW"}
    if settings.IVS_RECORDING_ARN:
        wanted["recordingConfigurationArn"] = settings.IVS_RECORDING_ARN
    made = _ask("create_channel", **wanted)["channel"]
    names = {"arn": "arn", "ingest": "ingestEndpoint", "playback": "playbackUrl"}
    return {ours: made[theirs] for ours, theirs in names.items()}


def find(name: str) -> str | None:
    """The ARN of a channel of which nobody heard whether it was made."""
    found = _ask("list_channels", filterByName=name)["channels"]
    return found[0]["arn"] if found else None


def key(arn: str) -> str:
    """The channel's stream key, a secret. After cut() it is a new one."""
    if kept := _keys(arn):
        return _ask("get_stream_key", arn=kept[0])["streamKey"]["value"]
    return _ask("create_stream_key", channelArn=arn)["streamKey"]["value"]


def broadcast(arn: str) -> datetime | None:
    """Since when somebody sends; None when nobody does."""
    said = _ask("get_stream", unless=(MISSING, SILENT), channelArn=arn).get("stream", {})
    return said["startTime"] if said.get("state") == "LIVE" else None


def cut(arn: str) -> None:
    """Who sends is cut off. The keys go first, for encoders come back by themselves."""
    for each in _keys(arn):
        _ask("delete_stream_key", unless=(MISSING,), arn=each)
    _ask("stop_stream", unless=(MISSING, SILENT, BUSY), channelArn=arn)


def delete(arn: str) -> None:
    """Refused while a picture still comes: cut first, ask again later."""
    _ask("delete_channel", unless=(MISSING,), arn=arn)


def _keys(arn: str) -> list[str]:
    said = _ask("list_stream_keys", unless=(MISSING,), channelArn=arn)
    return [each["arn"] for each in said.get("streamKeys", [])]


def _ask(operation: str, *, unless: tuple[str, ...] = (), **params) -> dict:
    """The answer; an empty one if Amazon said one of `unless`, its own codes."""
    try:
        return getattr(_client(settings.IVS_REGION), operation)(**params)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in unless:
            return {}
        # Its words name accounts and roles: they are for the log, not for the merchant.
        logger.warning("ivs %s: %s", operation, error)
        raise CloudTrouble(f"Amazon IVS refused: {code}. You can go live without it.") from error
    except BotoCoreError as error:
        logger.warning("ivs %s: %s", operation, error)
        raise CloudTrouble("Amazon IVS does not answer. You can go live without it.") from error


@lru_cache(maxsize=2)
def _client(region: str):
    return Session().client("ivs", region_name=region, config=LIMITS)
