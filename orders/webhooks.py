"""The provider's doorbell: who rings is checked here, orders.doorbell answers."""

import logging

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders import checkout, doorbell, gateway

MAX_BODY = 256 * 1024  # bytes
logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe(request):
    """200: known or done. 400: not from the provider, or too old. 413: too large.

    503: nobody gave us the secret yet, or the provider did not tell more; it rings again.
    """
    if not gateway.webhook_secrets():
        return HttpResponse("no webhook secret is configured\n", status=503)
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
            return _turned_away("too large\n", status=413)
        event = gateway.read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except (gateway.BadSignature, ValueError):
        return _turned_away("bad signature\n", status=400)
    try:
        is_new = doorbell.answer(event)
    except gateway.GatewayUnavailable as trouble:
        logger.warning("%s is to be rung again: %s", event.id, trouble.detail)
        return HttpResponse("not now\n", status=503)
    doorbell.count("ok" if is_new else "duplicate")
    if is_new and (payment := doorbell.payment_of(event)):
        checkout.ring_if_due(payment)
    return HttpResponse("ok\n")


def _turned_away(why: str, *, status: int) -> HttpResponse:
    logger.warning("a webhook was turned away: %s", why.strip())
    doorbell.count("bad")
    return HttpResponse(why, status=status)
