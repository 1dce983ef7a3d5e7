"""The shopper's part, as the page does it: the card goes to the till, never to the shop."""

import json
import time
from datetime import timedelta

import requests
from django.conf import settings
from django.db.models import F

from orders import checkout, payments, sweepers
from orders.models import Order, Payment, Refund
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


def buy(till, order: Order) -> Order:
    """Pay, and have it captured; the order as it is then."""
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    payments.capture(payment_of(order))
    return Order.objects.get(pk=order.pk)


def asked(till, method: str, path: str, **said) -> dict:
    """What the till says to whoever has the account."""
    headers = {"Authorization": "Bearer sk_test_till"}
    answer = requests.request(method, f"{till.address}{path}", headers=headers, timeout=10, **said)
    answer.raise_for_status()
    return answer.json()


def give_back_by_hand(till, order: Order, amount: int) -> str:
    """A refund made in the provider's own pages; its reference."""
    told = {"payment_intent": payment_of(order).reference, "amount": amount}
    return asked(till, "POST", "/v1/refunds", data=told)["id"]


def refunds_at_the_till(till, order: Order) -> list[tuple[int, str]]:
    """[(amount, status)] of all that went back, newest first."""
    told = {"payment_intent": payment_of(order).reference, "limit": 100}
    found = asked(till, "GET", "/v1/refunds", params=told)["data"]
    return [(refund["amount"], refund["status"]) for refund in found]


def bank_says(till, what: str, **said) -> None:
    """bank_says(till, "refunds", refund=…, status="failed"); or "disputes" of a payment_intent."""
    asked(till, "POST", f"/_till/{what}", json=said)


def sweep() -> None:
    """Time goes by, and every sweeper of money passes; then again, as nothing may happen twice."""
    for _ in range(2):
        for rows in (Payment.objects, Refund.objects):
            rows.update(changed_at=F("changed_at") - timedelta(minutes=2))
        for pass_by in (
            sweepers.expire,
            sweepers.settle_unclear,
            sweepers.hear_missed,
            sweepers.capture_due,
            sweepers.settle_refunds,
            sweepers.cancel_orphans,
        ):
            list(pass_by())


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
