"""Amazon IVS as the engine of a show. The only writer of IvsChannel.

A channel is asked for before the show; going live decides, and asks Amazon nothing.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from livecommerce.errors import DomainError
from livecommerce.states import StaleState, advance
from streams.models import IvsChannel, Show, Take
from streams.video import takes
from streams.video.engines import cloud

Status = IvsChannel.Status
UNCLEAR = timedelta(minutes=1)  # after which a call that never came back is looked into
RECORDED = timedelta(minutes=10)  # after the show: its recording is closed, whatever its window
logger = logging.getLogger(__name__)


class NoChannel(DomainError):
    code = "ivs_not_possible"


def channel_of(show: Show) -> IvsChannel | None:
    """The channel the show went live with; before that, the one it will."""
    channel = getattr(show, "ivs_channel", None)
    is_coming = show.status == Show.Status.SCHEDULED and settings.IVS_REGION
    counts = (Status.USED, Status.GONE, *([Status.READY] if is_coming else []))
    return channel if channel and channel.status in counts else None


def server(show: Show) -> str:
    return f"rtmps://{channel_of(show).ingest}:443/app/"


def key_of(show: Show) -> str:
    if show.status == Show.Status.ENDED:
        raise NoChannel("The show is over.")  # else Amazon would be asked to make a new key
    return cloud.key(channel_of(show).arn)


def rotate(show: Show) -> str:
    cloud.cut(channel_of(show).arn)
    return key_of(show)


def playlist(show: Show) -> str | None:
    """Live: Amazon's. After it: the recording's, if viewers can reach one."""
    channel = channel_of(show)
    if show.status != Show.Status.ENDED:
        return channel.playback
    if not (channel.recording and settings.IVS_RECORDING_URL):
        return None
    return f"{settings.IVS_RECORDING_URL}/{channel.recording}/media/hls/master.m3u8"


def ask(show: Show) -> None:
    """Have a channel made for a show that is to come. Claim, call, settle."""
    if not settings.IVS_REGION:
        raise NoChannel("This installation does not use Amazon IVS.")
    if not Show.objects.coming_up().filter(pk=show.pk).exists():
        raise NoChannel("How the picture goes out is decided before the show begins.")
    try:
        with transaction.atomic():
            channel = IvsChannel.objects.create(show=show)
    except IntegrityError as error:
        if IvsChannel.objects.filter(show=show, status=Status.READY).exists():
            return
        raise NoChannel("Amazon IVS is still at work. Try again in a minute.") from error
    try:
        made = cloud.create(channel.name)
    except cloud.CloudTrouble:
        advance(channel, Status.UNWANTED)
        raise
    advance(channel, Status.READY, **made)


def withdraw(show: Show) -> None:
    """The show goes through us after all. Amazon hears of it in the next sweep."""
    channel = IvsChannel.objects.filter(show=show).exclude(status=Status.UNWANTED).first()
    if channel:
        advance(channel, Status.UNWANTED)


def choose(show: Show) -> None:
    """The show goes live: what is ready now is used to its end."""
    ready = IvsChannel.objects.filter(show=show, status=Status.READY).first()
    if ready and settings.IVS_REGION:
        with suppress(StaleState):  # withdrawn meanwhile
            advance(ready, Status.USED)


def close(show: Show, *, at: datetime) -> None:
    """The show ends, and with it the take that Amazon receives."""
    for take in show.takes.filter(source=Take.Source.IVS, status=Take.Status.RECEIVING):
        takes.close(take, lost=False, at=at)


def look(channel: IvsChannel) -> None:
    """Bring the show's take in line with what Amazon receives. Twice is as good as once."""
    show, began = channel.show, cloud.broadcast(channel.arn)
    began = began and max(began, show.live_at)
    with suppress(takes.ShowNotLive, takes.AlreadyPublishing, StaleState), transaction.atomic():
        take = show.takes.filter(status=Take.Status.RECEIVING).first()
        if take and take.opened_at == began:
            return
        if take:
            takes.close(take, lost=True)
        if began:
            takes.begin(takes.open(show, Take.Source.IVS, at=began), began)


def keep_recording(arn: str, prefix: str, milliseconds: int) -> None:
    """The longest of a show's recordings is its replay."""
    longer = IvsChannel.objects.filter(arn=arn, recorded__lt=milliseconds)
    longer.update(recording=prefix, recorded=milliseconds)


def sweep() -> None:
    """Look after every channel: what it receives, whom to cut off, what to delete."""
    for channel in IvsChannel.objects.exclude(status=Status.GONE).select_related("show"):
        try:
            _tend(channel, timezone.now())
        except DomainError as trouble:
            logger.warning("%s: %s", channel, trouble.detail)


def _tend(channel: IvsChannel, now: datetime) -> None:
    show, status, is_old = channel.show, channel.status, now - channel.asked_at > UNCLEAR
    if status == Status.USED and show and show.status == Show.Status.LIVE:
        look(channel)
    elif status == Status.USED:
        cloud.cut(channel.arn)
        if show is None or now - show.ended_at > RECORDED:
            cloud.delete(channel.arn)
            advance(channel, Status.GONE)
    elif status == Status.UNWANTED and (channel.arn or is_old):
        if arn := channel.arn or cloud.find(channel.name):
            cloud.cut(arn)
            cloud.delete(arn)
        channel.delete()
    elif status == Status.CREATING and is_old or status == Status.READY and not _is_coming(show):
        advance(channel, Status.UNWANTED)


def _is_coming(show: Show | None) -> bool:
    return show is not None and show.status == Show.Status.SCHEDULED
