"""Amazon's doorbell, rung by an EventBridge API destination (docs/ivs.md).

EventBridge signs nothing; it shows a secret. What a ring says of a stream is not believed: the
stream is looked at. Rings come late, twice, in any order or never, and so a sweep looks, too.
"""

import hmac
import json
import logging
import re

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from livecommerce.realtime import ring
from streams import tasks
from streams.models import IvsChannel
from streams.video.engines import ivs

PREFIX = re.compile(r"ivs/v1(/[A-Za-z0-9_-]{1,32}){1,10}", re.ASCII)
LONGEST = 7 * 24 * 3600 * 1000  # milliseconds
logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def events(request):
    """204: heard, or nothing to us. 400, 403: not an event of ours. 503: no secret is set yet."""
    if not settings.IVS_EVENTS_SECRET:
        return HttpResponse("no secret is configured\n", status=503)
    shown = request.headers.get("X-Events-Secret", "")
    if not hmac.compare_digest(shown.encode(), settings.IVS_EVENTS_SECRET.encode()):
        logger.warning("an event of Amazon IVS was turned away")
        return HttpResponse("bad secret\n", status=403)
    try:
        _hear(json.loads(request.body))
    except (ValueError, RecursionError):
        return HttpResponse("bad event\n", status=400)
    return HttpResponse(status=204)


def _hear(event) -> None:
    match event:
        case {"detail-type": "IVS Stream State Change", "resources": [str(arn)]}:
            for channel in IvsChannel.objects.filter(arn=arn, status=IvsChannel.Status.USED):
                ring(tasks.look_at_channel, channel.pk)
        case {
            "detail-type": "IVS Recording State Change",
            "resources": [str(arn)],
            "detail": {
                "recording_status": "Recording End",
                "recording_s3_key_prefix": str(prefix),
                "recording_duration_ms": int(length),
            },
        } if PREFIX.fullmatch(prefix) and 0 < length <= LONGEST:
            ivs.keep_recording(arn, prefix, length)
