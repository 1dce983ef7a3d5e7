"""The provider's doorbell. Who rings is checked; what is said is fetched again, never believed."""

import logging

from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders import checkout, gateway
from orders.models import Payment, WebhookEvent
from orders.payments import Mismatch

MAX_BODY = 256 * 1024  # bytes
logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe(request):
    """200: known or done. 400: not from the provider. 503: nobody gave us the secret yet.

    Anything else that fails is a 500, and the provider rings again.
    """
    if not settings.STRIPE_WEBHOOK_SECRET:
        return HttpResponse("no webhook secret is configured\n", status=503)
    try:
        if int(request.headers.get("Content-Length") or 0) > MAX_BODY:
            return HttpResponse("too large\n", status=413)
        event = gateway.read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except (gateway.BadSignature, ValueError):
        logger.warning("a webhook without a valid signature was refused")
        return HttpResponse("bad signature\n", status=400)
    if not WebhookEvent.objects.filter(event_id=event.id).exists():
        payment = (
            Payment.objects.select_related("order").filter(reference=event.reference).first()
            if event.reference
            else None
        )
        try:
            if payment:
                checkout.confirm(payment)
        except Mismatch as error:  # asking again would not mend it: a person has to look
            logger.error("%s", error.detail)
        # Remembered only now: an answer that failed half-way must be asked for again.
        WebhookEvent.objects.bulk_create(
            [WebhookEvent(event_id=event.id, type=event.type, reference=event.reference)],
            ignore_conflicts=True,
        )
    return HttpResponse("ok\n")
