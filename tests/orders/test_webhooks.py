import json

import pytest

from orders import doorbell, gateway, sweepers, webhooks
from orders.answers import Event
from orders.models import Payment, Refund, WebhookEvent
from orders.till.webhooks import signature
from tests.factories import make_order
from tests.orders import paying
from tests.orders.paying import (
    bank_says,
    buy,
    by_hand,
    event,
    give_back_by_hand,
    pay,
    payment_of,
    ring,
    state_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till):
    """The card said yes; the shop does not know yet."""
    order = make_order()
    pay(till, order).raise_for_status()
    return order


@pytest.fixture
def nothing_changed(order):
    yield
    assert state_of(order) == ("pending", "started")
    assert not WebhookEvent.objects.exists()


def test_a_ring_is_answered_by_looking(client, order, books_are_right):
    assert ring(client, event(order)).status_code == 200

    # The body said "succeeded"; the intent itself was only authorised.
    assert state_of(order) == ("authorized", "authorized")
    assert WebhookEvent.objects.get().event_id == "evt_1"
    books_are_right()


def test_the_same_ring_twice_is_one_effect(client, order):
    first, again = (ring(client, event(order)) for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert WebhookEvent.objects.count() == 1


def test_another_ring_about_the_same_payment_is_no_error(client, order):
    for number in range(3):
        assert ring(client, event(order, id=f"evt_{number}")).status_code == 200

    assert state_of(order) == ("authorized", "authorized")


@pytest.mark.parametrize(
    "how",
    [
        {"signed": False},
        {"secret": "whsec_of_somebody_else"},
        {"secret": ""},
        {"age": 301},
        {"age": 10**6},
    ],
    ids=str,
)
@pytest.mark.usefixtures("nothing_changed")
def test_what_the_provider_did_not_sign_lately_changes_nothing(client, order, how):
    assert ring(client, event(order), **how).status_code == 400


@pytest.mark.parametrize("header", ["", "t=1", "v1=abc", "t=x,v1=y", "t=1,v1=" + "é" * 9, "," * 99])
@pytest.mark.usefixtures("nothing_changed")
def test_a_signature_that_is_none_changes_nothing(client, order, header):
    answer = client.post(
        "/webhooks/stripe",
        event(order),
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )

    assert answer.status_code == 400


@pytest.mark.usefixtures("nothing_changed")
def test_a_body_that_was_changed_after_signing_changes_nothing(client, order, monkeypatch):
    monkeypatch.setattr(paying, "signature", lambda _, *rest: signature(b"{}", *rest))

    assert ring(client, event(order)).status_code == 400


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"\xff", b'{"id": 1}', b'{"object": "event", "data": 1}']
)
@pytest.mark.usefixtures("nothing_changed")
def test_a_signed_body_that_is_no_event_changes_nothing(client, order, body):
    assert ring(client, body).status_code == 400


@pytest.mark.usefixtures("nothing_changed")
def test_a_body_that_is_too_large_is_not_read(client, order):
    assert ring(client, event(order) + b" " * webhooks.MAX_BODY).status_code == 413


@pytest.mark.usefixtures("nothing_changed")
def test_a_length_that_is_none_changes_nothing(client, order):
    answer = client.generic("POST", "/webhooks/stripe", event(order), CONTENT_LENGTH="many")

    assert answer.status_code == 400


@pytest.mark.usefixtures("nothing_changed")
def test_a_ring_is_posted(client, order):
    assert client.get("/webhooks/stripe").status_code == 405


@pytest.mark.usefixtures("nothing_changed")
def test_without_a_secret_nobody_may_ring(client, order, settings):
    settings.STRIPE_WEBHOOK_SECRET = ""

    assert ring(client, event(order), secret="").status_code == 503


def test_a_type_that_we_do_not_know_is_taken_note_of(client, order):
    assert ring(client, event(order, type="payment_intent.tickled")).status_code == 200

    assert WebhookEvent.objects.get().type == "payment_intent.tickled"


def test_a_ring_about_something_else_changes_nothing(client, order):
    body = json.loads(event(order)) | {"type": "customer.created"}
    body["data"]["object"] = {"id": "cus_1", "object": "customer"}

    assert ring(client, json.dumps(body).encode()).status_code == 200

    assert state_of(order) == ("pending", "started")


def test_a_ring_about_a_payment_of_somebody_else_changes_nothing(client, order):
    body = json.loads(event(order))
    body["data"]["object"]["id"] = "pi_of_somebody_else"

    assert ring(client, json.dumps(body).encode()).status_code == 200

    assert state_of(order) == ("pending", "started")


def test_a_ring_that_could_not_be_answered_is_asked_for_again(client, order, faults):
    client.raise_request_exception = False
    faults("retrieve", "drop_before", times=2)

    assert ring(client, event(order)).status_code == 503
    assert state_of(order) == ("pending", "started")

    assert ring(client, event(order)).status_code == 200
    assert state_of(order) == ("authorized", "authorized")


def test_a_ring_about_an_amount_that_is_not_ours_is_flagged_and_not_believed(client, order, caplog):
    Payment.objects.filter(order=order).update(amount=1)

    assert ring(client, event(order)).status_code == 200

    assert "does not match" in caplog.text
    assert state_of(order) == ("pending", "started")
    assert "The provider says 1000 eur" in payment_of(order).flag


@pytest.mark.parametrize("secret", ["whsec_old", "whsec_new"])
def test_while_a_secret_is_replaced_both_are_believed(client, order, settings, secret):
    settings.STRIPE_WEBHOOK_SECRET = "whsec_old, whsec_new"

    assert ring(client, event(order), secret=secret).status_code == 200

    assert state_of(order) == ("authorized", "authorized")


@pytest.mark.parametrize("secret", ["whsec_old, whsec_new", "whsec_older", " ", ","])
@pytest.mark.usefixtures("nothing_changed")
def test_no_other_secret_is_believed(client, order, settings, secret):
    settings.STRIPE_WEBHOOK_SECRET = "whsec_old, whsec_new,"

    assert ring(client, event(order), secret=secret).status_code == 400


@pytest.mark.usefixtures("nothing_changed")
def test_a_list_without_a_secret_is_none(client, order, settings):
    settings.STRIPE_WEBHOOK_SECRET = " , "

    assert ring(client, event(order), secret="").status_code == 503


def test_rings_are_counted(client, order):
    for _ in range(2):
        ring(client, event(order))
    ring(client, event(order, id="evt_2"), secret="whsec_forged")
    ring(client, event(order, id="evt_3"), age=301)
    ring(client, b"{}")

    assert doorbell.counts() == {"ok": 1, "duplicate": 1, "bad": 3}


def test_a_ring_by_a_clock_that_is_ahead_is_believed(client, order):
    assert ring(client, event(order), age=-600).status_code == 200


def told(order, kind: str, **thing) -> bytes:
    """An event about something else than the intent, which names the intent."""
    body = json.loads(event(order, id=f"evt_{kind}", type=kind))
    body["data"]["object"] = {"payment_intent": payment_of(order).reference, **thing}
    return json.dumps(body).encode()


@pytest.fixture
def sale(till):
    return buy(till, make_order(owner="bob"))


@pytest.mark.parametrize(
    ("kind", "thing"),
    [
        ("charge.refunded", {"id": "ch_1", "object": "charge"}),
        ("refund.updated", {"id": "re_1", "object": "refund"}),
        ("refund.tickled", {"id": "re_1", "object": "refund"}),
    ],
)
def test_a_ring_about_a_refund_is_answered_by_looking(
    client, till, sale, books_are_right, kind, thing
):
    give_back_by_hand(till, sale, 300)

    assert ring(client, told(sale, kind, **thing)).status_code == 200

    assert payment_of(sale).refunded == 300
    books_are_right()


def test_a_ring_about_a_refund_that_there_was_not_changes_nothing(client, till, sale):
    thing = {"id": "re_1", "object": "refund", "amount": 1000, "status": "succeeded"}

    assert ring(client, told(sale, "refund.updated", **thing)).status_code == 200

    assert payment_of(sale).refunded == 0
    assert not Refund.objects.exists()


def test_a_ring_about_a_dispute_is_answered_by_looking(client, till, sale, books_are_right):
    reference = payment_of(sale).reference
    bank_says(till, "disputes", payment_intent=reference, status="needs_response")

    body = told(sale, "charge.dispute.created", id="du_1", object="dispute", status="won")
    assert ring(client, body).status_code == 200

    assert (payment_of(sale).dispute, payment_of(sale).disputed) == ("needs_response", 1000)
    books_are_right()


def test_rings_in_the_wrong_order_come_to_the_same(client, till, order, books_are_right):
    by_hand(till, order, "capture")
    give_back_by_hand(till, order, 300)

    for kind in ("charge.refunded", "payment_intent.succeeded", "payment_intent.created"):
        assert ring(client, event(order, id=kind, type=kind)).status_code == 200

    assert state_of(order) == ("paid", "captured")
    assert payment_of(order).refunded == 300
    books_are_right()


def test_a_payment_that_the_provider_does_not_know_is_not_rung_for_for_ever(client, order):
    Payment.objects.filter(order=order).update(reference="pi_unknown")

    assert ring(client, event(order)).status_code == 200

    assert state_of(order) == ("pending", "started")


def test_what_was_missed_of_one_payment_keeps_no_other_waiting(order, monkeypatch):
    sick, well = (Event(f"evt_{number}", "charge.refunded", "pi_1", 0) for number in range(2))
    monkeypatch.setattr(doorbell, "unheard", lambda since: iter([sick, well]))

    def answer(event):
        if event is sick:
            raise gateway.KeySpent("The payment provider failed.")
        return True

    monkeypatch.setattr(doorbell, "answer", answer)

    assert list(sweepers.hear_missed()) == ["charge.refunded pi_1: heard"]
