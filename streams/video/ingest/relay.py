"""What nginx-rtmp asks when it takes the picture in our place (deploy/nginx-rtmp.conf).

on_publish: may this key send? Yes is the name under which the picture is then fetched from it, so
that the key goes no further. on_update, every few seconds: may it still? on_publish_done: it left.
The answers are given, and the picture fetched, in the process that is asked.
"""

import asyncio
import hashlib
import hmac
import logging
from contextvars import Context
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from livecommerce.database import in_database
from livecommerce.errors import DomainError
from streams.models import Show, Take
from streams.video.ingest import keys
from streams.video.ingest.door import Door, household
from streams.video.ingest.intake import Intake

SOON = 0.3  # seconds: nginx shows a picture only after it heard our answer
PAUSES = (SOON, 0.5, 1, 2, 4)  # before each try to fetch it, by how many failed at once
STEADY = 10  # seconds after which an end is no sign of trouble
TRIES = 8  # that may fail at once
logger = logging.getLogger(__name__)
_relays: dict[str, "Relay"] = {}  # of this process, by the name at nginx
_door = Door()


class Relay:
    """One encoder at nginx: its picture is fetched, take after take, until somebody leaves."""

    def __init__(self, show: Show, name: str, intake: Intake):
        self.show, self.name = show, name
        self.is_refused = False  # it must not go on
        self._intake = intake
        self._task = asyncio.create_task(self._run())

    @classmethod
    async def open(cls, show: Show, name: str) -> "Relay":
        """Raises what Intake.open raises."""
        if before := _relays.get(name):  # nginx was restarted, and counts anew
            await before.close()
        relay = cls(show, name, await Intake.open(show, Take.Source.RTMP))
        _relays[name] = relay
        return relay

    async def close(self) -> None:
        _relays.pop(self.name, None)
        self._task.cancel()
        await asyncio.wait([self._task])
        await self._intake.close(lost=True)

    async def _run(self) -> None:
        try:
            await self._fetch()
        except DomainError as refusal:
            logger.info("rtmp relay of show %s: %s", self.show.pk, refusal.code)
        except Exception:
            logger.exception("rtmp relay of show %s failed", self.show.pk)
        self.is_refused = True

    async def _fetch(self) -> None:
        clock, failed = asyncio.get_running_loop().time, 0
        while failed < TRIES:
            await asyncio.sleep(PAUSES[min(failed, len(PAUSES) - 1)])
            began = clock()
            await self._intake.start("copy", pull=f"{settings.RTMP_PULL_URL}/{self.name}")
            over = await self._intake.over()
            await self._intake.close(lost=True)
            # An ffmpeg that found nothing yet looks like one that found nothing it can read.
            if not over.may_return and over.code != "ffmpeg_failed":
                return
            failed = 0 if clock() - began > STEADY else failed + 1
            self._intake = await Intake.open(self.show, Take.Source.RTMP)


@csrf_exempt
@require_POST
@sensitive_post_parameters("name")  # the key: reports of errors go by mail
async def publish(request):
    """302 to the name it is to have at nginx, or 403."""
    _check(request)
    try:
        show = await in_database(keys.find)(_said(request, "name"))
        await _detached(Relay.open(show, _name(request)))
    except keys.BadStreamKey:
        await asyncio.sleep(_door.fail(household(_said(request, "addr"))))
        return HttpResponse(status=403)
    except DomainError as refusal:
        logger.info("rtmp relay refused: %s", refusal.code)
        return HttpResponse(status=403)
    return HttpResponse(status=302, headers={"Location": _name(request)})


@csrf_exempt
@require_POST
@sensitive_post_parameters("name")  # the key: reports of errors go by mail
async def update(request):
    """204 while it may go on, else 403, at which nginx cuts it off."""
    _check(request)
    if _said(request, "call") == "update_play":  # that is us, who fetch the picture
        return HttpResponse(status=204)
    relay = _relays.get(_name(request))
    try:
        show = await in_database(keys.find)(_said(request, "name"))
        if relay is None:  # this process is new, and nginx has had the picture all along
            await _detached(Relay.open(show, _name(request)))
        elif relay.is_refused:
            raise keys.BadStreamKey
    except DomainError:
        if relay:
            await _detached(relay.close())
        return HttpResponse(status=403)
    except Exception:  # a database that is away takes nobody's key
        logger.warning("rtmp relay: could not look at a key", exc_info=True)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
@sensitive_post_parameters("name")  # the key: reports of errors go by mail
async def done(request):
    _check(request)
    if relay := _relays.get(_name(request)):
        await _detached(relay.close())
    return HttpResponse(status=204)


def _check(request) -> None:
    """Only nginx finds these addresses: by the secret, or on this machine and not through a proxy.

    Through a proxy everybody comes from this machine.
    """
    if settings.RTMP_RELAY_SECRET:
        is_nginx = hmac.compare_digest(
            request.GET.get("secret", "").encode(), settings.RTMP_RELAY_SECRET.encode()
        )
    else:
        is_nginx = _is_here(request.META.get("REMOTE_ADDR")) and not (
            {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA"} & request.META.keys()
        )
    if not is_nginx:
        raise Http404


def _is_here(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _said(request, name: str) -> str:
    """One value. An encoder may add some of its own behind its key; two of a name are none."""
    told = request.POST.getlist(name)
    return told[0] if len(told) == 1 else ""


def _name(request) -> str:
    """What this encoder's picture is called at nginx: the same after a restart of ours."""
    told = "\n".join(("relay", _said(request, "clientid"), _said(request, "name")))
    return hmac.digest(settings.SECRET_KEY.encode(), told.encode(), hashlib.sha256).hex()


async def _detached(doing):
    """What outlives the request must not hold on to the request's own thread."""
    return await asyncio.create_task(doing, context=Context())
