"""What banks do at the till long after a sale: send a refund back, open a dispute and decide it."""

import pytest
import requests

from tests.orders.paying import asked, bank_says

RETURN = "http://shop.test/"


@pytest.fixture
def sold(till) -> str:
    """A captured intent of 1999."""
    told = {"amount": 1999, "currency": "eur", "capture_method": "automatic", "confirm": "true"}
    paid = {"payment_method": "pm_card_visa", "return_url": RETURN}
    return asked(till, "POST", "/v1/payment_intents", data=told | paid)["id"]


def charge(till, intent) -> dict:
    ident = asked(till, "GET", f"/v1/payment_intents/{intent}")["latest_charge"]
    return asked(till, "GET", f"/v1/charges/{ident}")


def events(till, *types) -> list[str]:
    """The newest first."""
    told = [("types[]", each) for each in types]
    return [event["type"] for event in asked(till, "GET", "/v1/events", params=told)["data"]]


def test_a_refund_that_comes_back_is_money_again_and_counts_once(till, sold):
    refund = asked(till, "POST", "/v1/refunds", data={"payment_intent": sold, "amount": 500})
    assert charge(till, sold)["amount_refunded"] == 500

    for _ in range(2):
        bank_says(till, "refunds", refund=refund["id"], status="failed")

    assert charge(till, sold)["amount_refunded"] == 0
    found = asked(till, "GET", f"/v1/refunds/{refund['id']}")
    assert (found["status"], found["failure_reason"]) == ("failed", "expired_or_canceled_card")
    assert events(till, "refund.failed", "charge.refunded")[-1] == "charge.refunded"


def test_a_dispute_is_opened_and_decided_once(till, sold):
    for status in ("needs_response", "under_review", "lost"):
        bank_says(till, "disputes", payment_intent=sold, status=status)

    (dispute,) = asked(till, "GET", "/v1/disputes", params={"payment_intent": sold})["data"]
    assert (dispute["status"], dispute["amount"], dispute["payment_intent"]) == ("lost", 1999, sold)
    assert charge(till, sold)["disputed"] is True
    told = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed")
    assert events(till, *told) == list(reversed(told))


def test_events_of_other_types_are_left_out(till, sold):
    assert events(till, "charge.dispute.created") == []
    assert events(till) == ["payment_intent.succeeded"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("refunds", {"refund": "re_nothing", "status": "failed"}),
        ("refunds", {"refund": "re_nothing", "status": "stolen"}),
        ("refunds", {"status": "failed"}),
        ("disputes", {"payment_intent": "pi_nothing", "status": "lost"}),
        ("disputes", {"payment_intent": 41, "status": "lost"}),
        ("disputes", []),
    ],
)
def test_what_no_bank_could_say_is_refused(till, sold, path, said):
    answer = requests.post(f"{till.address}/_till/{path}", json=said, timeout=5)

    assert answer.status_code in (400, 404)
    assert charge(till, sold)["disputed"] is False


def test_what_was_never_taken_cannot_be_disputed(till):
    told = {"amount": 1999, "currency": "eur"}
    intent = asked(till, "POST", "/v1/payment_intents", data=told)["id"]
    said = {"payment_intent": intent, "status": "lost"}

    assert requests.post(f"{till.address}/_till/disputes", json=said, timeout=5).status_code == 400

    assert asked(till, "GET", "/v1/disputes")["data"] == []
