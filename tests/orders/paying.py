"""The shopper's part, as the page does it: the card goes to the till, never to the shop."""

import json
import time

import requests
from django.conf import settings

from orders import payments
from orders.models import Order, Payment
from orders.till.webhooks import signature


def pay(till, order: Order, card: str = "pm_card_visa") -> requests.Response:
    """Confirm the order's intent with a card."""
    payment = payments.start(Payment.objects.select_related("order").get(order=order))
    return requests.post(
        f"{till.address}/v1/payment_intents/{payment.reference}/confirm",
        data={
            "client_secret": payment.client_secret,
            "payment_method": card,
            "return_url": "http://shop.test/",
        },
        headers={"Authorization": "Bearer pk_test_till"},
        timeout=10,
    )


def at_the_till(till, order: Order) -> dict:
    """What the till's own ledger says of the order's intent."""
    rows = requests.get(f"{till.address}/_till/ledger", timeout=10).json()["payment_intents"]
    reference = Payment.objects.values_list("reference", flat=True).get(order=order)
    return next(row for row in rows if row["id"] == reference)


def by_hand(till, order: Order, verb: str) -> None:
    """Somebody acts in the provider's own pages: "capture" or "cancel"."""
    reference = Payment.objects.values_list("reference", flat=True).get(order=order)
    requests.post(
        f"{till.address}/v1/payment_intents/{reference}/{verb}",
        headers={"Authorization": "Bearer sk_test_till"},
        timeout=10,
    ).raise_for_status()


def event(order: Order, *, id: str = "evt_1", type: str = "payment_intent.succeeded") -> bytes:
    """The body of a webhook that speaks of the order's intent."""
    reference = Payment.objects.values_list("reference", flat=True).get(order=order)
    intent = {"id": reference, "object": "payment_intent"}
    return json.dumps(
        {
            "id": id,
            "object": "event",
            "type": type,
            "created": int(time.time()),
            "data": {"object": intent},
        }
    ).encode()


def ring(client, body: bytes, *, secret: str | None = None, age: int = 0, signed: bool = True):
    """Post a webhook, signed as the provider signs it."""
    moment = int(time.time()) - age
    secret = settings.STRIPE_WEBHOOK_SECRET if secret is None else secret
    headers = {"Stripe-Signature": signature(body, secret, moment)} if signed else {}
    return client.post("/webhooks/stripe", body, content_type="application/json", headers=headers)


def payment_of(order: Order) -> Payment:
    """The payment with its order, as the rows are now."""
    return Payment.objects.select_related("order").get(order=order)


def state_of(order: Order) -> tuple[str, str]:
    """(order's status, payment's status), as the rows are now."""
    payment = payment_of(order)
    return payment.order.status, payment.status
