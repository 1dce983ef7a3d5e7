"""The gateway against the till: every answer comes over HTTP through Stripe's own SDK."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import requests
import stripe

from orders import gateway
from orders.till.server import Till

SECRET = "whsec_of_the_tests"


@pytest.fixture(scope="module")
def shared_address():
    till = Till(":memory:").start()
    yield till.address
    till.stop()


@pytest.fixture
def till(shared_address, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_gateway"
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    settings.STRIPE_API_BASE = shared_address
    yield shared_address
    requests.delete(f"{shared_address}/_till/faults", timeout=5)


def make(key=None, **params):
    wanted = {"amount": 1999, "currency": "eur", "metadata": {"order": 41}, "email": "", **params}
    return gateway.create_intent(**wanted, key=key or uuid.uuid4().hex)


def pay(till, intent, card="pm_card_visa"):
    """The shopper's part, as the page does it."""
    return requests.post(
        f"{till}/v1/payment_intents/{intent.reference}/confirm",
        data={
            "client_secret": intent.client_secret,
            "payment_method": card,
            "return_url": "http://shop.test/",
        },
        headers={"Authorization": "Bearer pk_test_gateway"},
        timeout=5,
    )


def refund(till, intent, amount):
    requests.post(
        f"{till}/v1/refunds",
        data={"payment_intent": intent.reference, "amount": amount},
        headers={"Authorization": "Bearer sk_test_gateway"},
        timeout=5,
    ).raise_for_status()


def fault(till, on, kind, **more):
    wanted = {"on": on, "kind": kind, **more}
    requests.post(f"{till}/_till/faults", json=wanted, timeout=5).raise_for_status()


def captures(till, intent):
    rows = requests.get(f"{till}/_till/ledger", timeout=5).json()["payment_intents"]
    return [(row["captures"], row["captured"]) for row in rows if row["id"] == intent.reference]


def test_an_intent_is_plain_values(till):
    intent = make(email="ann@example.org")

    assert intent == gateway.Intent(
        reference=intent.reference,
        status="requires_payment_method",
        amount=1999,
        currency="eur",
        captured=0,
        refunded=0,
        capturable=0,
        client_secret=intent.client_secret,
        failure="",
        failure_code="",
        metadata={"order": "41"},
    )
    assert intent.client_secret.startswith(intent.reference)
    assert gateway.retrieve(intent.reference) == intent


def test_a_payment_is_authorised_captured_and_refunded(till):
    intent = make()
    pay(till, intent)
    assert gateway.retrieve(intent.reference).capturable == 1999

    captured = gateway.capture(intent.reference, key=f"capture-{intent.reference}")
    refund(till, intent, 500)

    assert (captured.status, captured.captured, captured.refunded) == ("succeeded", 1999, 0)
    found = gateway.retrieve(intent.reference)
    assert (found.captured, found.refunded, found.capturable) == (1999, 500, 0)


def test_the_same_key_makes_one_intent(till):
    key = uuid.uuid4().hex

    assert make(key=key).reference == make(key=key).reference


def test_a_cancelled_payment_moved_no_money(till):
    intent = make()
    pay(till, intent)

    cancelled = gateway.cancel(intent.reference, key=f"cancel-{intent.reference}")

    assert cancelled.status == "canceled"
    assert (cancelled.captured, cancelled.refunded, cancelled.capturable) == (0, 0, 0)


def test_a_refused_card_is_told_in_words_for_the_shopper(till):
    intent = make()
    assert pay(till, intent, "pm_card_chargeDeclinedInsufficientFunds").status_code == 402

    found = gateway.retrieve(intent.reference)

    assert found.status == "requires_payment_method"
    assert found.failure == "There is not enough money on this card."
    assert found.failure_code == "insufficient_funds"


def test_capturing_what_was_not_authorised_is_refused(till):
    intent = make()

    with pytest.raises(gateway.PaymentRefused) as refusal:
        gateway.capture(intent.reference, key=f"capture-{intent.reference}")

    assert refusal.value.code == "payment_refused"
    assert refusal.value.reason == "payment_intent_unexpected_state"
    assert "requires_payment_method" in refusal.value.detail
    assert captures(till, intent) == [(0, 0)]


def test_an_unknown_reference_is_refused(till):
    with pytest.raises(gateway.PaymentRefused) as refusal:
        gateway.retrieve("pi_nothing")

    assert refusal.value.reason == "resource_missing"


def test_a_key_used_for_something_else_is_spent(till):
    key = uuid.uuid4().hex
    made = make(key=key)

    with pytest.raises(gateway.KeySpent):
        make(key=key, amount=5)

    assert gateway.retrieve(made.reference).amount == 1999


def test_one_lost_answer_goes_unnoticed_and_the_money_is_taken_once(till):
    intent = make()
    pay(till, intent)
    fault(till, "capture", "drop_after")

    captured = gateway.capture(intent.reference, key=f"capture-{intent.reference}")

    assert captured.status == "succeeded"
    assert captures(till, intent) == [(1, 1999)]


@pytest.mark.parametrize(
    ("kind", "times", "taken"),
    [
        ("500_before", 1, (0, 0)),
        ("500_after", 1, (1, 1999)),
        ("drop_before", 2, (0, 0)),
        ("drop_after", 2, (1, 1999)),
        ("429", 1, (0, 0)),
        ("409", 2, (0, 0)),
    ],
)
def test_an_unclear_outcome_is_told_as_unclear_and_a_look_shows_it(till, kind, times, taken):
    intent = make()
    pay(till, intent)
    fault(till, "capture", kind, times=times)

    with pytest.raises(gateway.GatewayUnavailable) as refusal:
        gateway.capture(intent.reference, key=f"capture-{intent.reference}")

    assert refusal.value.code == "payment_unavailable"
    assert captures(till, intent) == [taken]
    assert gateway.retrieve(intent.reference).captured == taken[1]


def test_a_provider_that_is_too_slow_is_unavailable(till, monkeypatch):
    monkeypatch.setattr(gateway, "TIMEOUT", (0.2, 0.2))
    gateway._client.cache_clear()
    intent = make()
    fault(till, "retrieve", "slow", seconds=1, times=3)

    with pytest.raises(gateway.GatewayUnavailable):
        gateway.retrieve(intent.reference)

    gateway._client.cache_clear()


def test_a_provider_that_is_gone_is_unavailable(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(gateway.GatewayUnavailable):
        gateway.retrieve("pi_any")
    with pytest.raises(gateway.GatewayUnavailable):
        list(gateway.intents(datetime.now(UTC)))


def test_a_wrong_secret_key_is_unavailable_and_not_the_shoppers_fault(till, settings):
    gateway.ping()
    settings.STRIPE_SECRET_KEY = "sk_wrong"

    with pytest.raises(gateway.GatewayUnavailable):
        gateway.retrieve("pi_any")
    with pytest.raises(gateway.PaymentRefused, match="secret key"):
        gateway.ping()


def test_all_payments_since_a_time_are_walked_page_by_page(till, monkeypatch):
    monkeypatch.setattr(gateway, "PAGE", 2)
    since = datetime.now(UTC) - timedelta(seconds=1)
    made = [make() for _ in range(5)]
    pay(till, made[0])
    gateway.capture(made[0].reference, key=f"capture-{made[0].reference}")

    found = list(gateway.intents(since))

    references = [intent.reference for intent in found]
    assert references[:5] == [intent.reference for intent in reversed(made)]
    assert len(references) == len(set(references))
    assert [intent.captured for intent in found[:5]] == [0, 0, 0, 0, 1999]
    assert list(gateway.intents(since + timedelta(hours=1))) == []


def signed(payload, secret=SECRET, **more):
    return stripe.WebhookSignature.generate_signature_header(payload, secret, **more)


def event(thing):
    return stripe.StripeObject.construct_from(
        {
            "id": "evt_1",
            "object": "event",
            "type": "payment_intent.succeeded",
            "created": 1,
            "data": {"object": thing},
        },
        None,
    ).__str__()


@pytest.mark.parametrize(
    ("thing", "reference"),
    [
        ({"id": "pi_1", "object": "payment_intent"}, "pi_1"),
        ({"id": "ch_1", "object": "charge", "payment_intent": "pi_2"}, "pi_2"),
        ({"id": "cus_1", "object": "customer"}, ""),
    ],
)
def test_an_event_names_the_payment_to_look_at(till, thing, reference):
    payload = event(thing)

    read = gateway.read_event(payload.encode(), signed(payload))

    assert read == gateway.Event("evt_1", "payment_intent.succeeded", reference, 1)


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (event({"id": "pi_1", "object": "payment_intent"}), ""),
        (event({"id": "pi_1", "object": "payment_intent"}), "t=1,v1=abc"),
        (event({"id": "pi_1", "object": "payment_intent"}), "nonsense"),
        ("not json", signed("not json")),
        ("[]", signed("[]")),
        ("{}", signed("{}")),
        ('{"object": "event", "data": {"object": null}}', None),
        (event({"object": "payment_intent"}), None),
    ],
)
def test_what_the_provider_did_not_sign_or_say_is_refused(till, payload, signature):
    with pytest.raises(gateway.BadSignature):
        gateway.read_event(payload.encode(), signed(payload) if signature is None else signature)


def test_bytes_that_are_not_text_are_refused(till):
    with pytest.raises(gateway.BadSignature):
        gateway.read_event(b"\xff\xfe", "t=1,v1=abc")


def test_old_and_foreign_signatures_are_refused(till, settings):
    payload = event({"id": "pi_1", "object": "payment_intent"})
    old = signed(payload, timestamp=int(datetime.now(UTC).timestamp()) - 3600)

    for signature in (old, signed(payload, "whsec_other")):
        with pytest.raises(gateway.BadSignature):
            gateway.read_event(payload.encode(), signature)
    settings.STRIPE_WEBHOOK_SECRET = ""
    with pytest.raises(gateway.BadSignature):
        gateway.read_event(payload.encode(), signed(payload, ""))
