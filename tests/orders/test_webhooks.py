import json

import pytest

from orders import webhooks
from orders.models import Payment, WebhookEvent
from orders.till.webhooks import signature
from tests.factories import make_order
from tests.orders import paying
from tests.orders.paying import event, pay, ring, state_of

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
    faults("retrieve", "drop_before", times=3)

    assert ring(client, event(order)).status_code == 500
    assert state_of(order) == ("pending", "started")

    assert ring(client, event(order)).status_code == 200
    assert state_of(order) == ("authorized", "authorized")


def test_a_ring_about_an_amount_that_is_not_ours_is_flagged_and_not_believed(client, order, caplog):
    Payment.objects.filter(order=order).update(amount=1)

    assert ring(client, event(order)).status_code == 200

    assert "does not match" in caplog.text
    assert state_of(order) == ("pending", "started")
