"""Pay later at the till: the shopper is sent to another page, decides there, and comes back."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import stripe

from orders.till.server import Till

SECRET, PUBLISHABLE = "sk_test_shop", "pk_test_shop"
RETURN = "http://shop.test/orders/1/?from=there"


@pytest.fixture(scope="module")
def address():
    till = Till(":memory:").start()
    yield till.address
    till.stop()


@pytest.fixture
def api(address):
    return stripe.StripeClient(SECRET, base_addresses={"api": address}, max_network_retries=0).v1


def make(api, **params):
    return api.payment_intents.create(
        {
            "amount": 1999,
            "currency": "eur",
            "capture_method": "manual",
            "automatic_payment_methods": {"enabled": True},
            **params,
        }
    )


def page(address, path, params):
    return requests.post(
        address + path,
        data=params,
        headers={"Authorization": f"Bearer {PUBLISHABLE}"},
        timeout=5,
    )


def leave(address, intent):
    """The shopper chooses to pay later; answers the address she is sent to."""
    method = page(address, "/v1/payment_methods", {"type": "klarna"}).json()["id"]
    answer = page(
        address,
        f"/v1/payment_intents/{intent.id}/confirm",
        {
            "client_secret": intent.client_secret,
            "payment_method": method,
            "return_url": RETURN,
        },
    ).json()
    assert answer["status"] == "requires_action"
    action = answer["next_action"]
    assert action["type"] == "redirect_to_url"
    assert action["redirect_to_url"]["return_url"] == RETURN
    return action["redirect_to_url"]["url"]


def decide(url, outcome):
    return requests.post(url, data={"outcome": outcome}, allow_redirects=False, timeout=5)


def told(answer):
    """What the way back says: {name: value}."""
    assert answer.status_code == 303
    return {
        name: value
        for name, (value,) in parse_qs(urlsplit(answer.headers["Location"]).query).items()
    }


def test_who_approves_comes_back_and_the_money_is_held(address, api):
    intent = make(api)
    url = leave(address, intent)
    assert url.startswith(address)
    assert "Approve" in requests.get(url, timeout=5).text
    assert api.payment_intents.retrieve(intent.id).status == "requires_action"

    way = decide(url, "approve")

    assert way.headers["Location"].startswith(f"{RETURN}&")
    assert told(way) == {
        "from": "there",
        "payment_intent": intent.id,
        "payment_intent_client_secret": intent.client_secret,
        "redirect_status": "succeeded",
    }
    found = api.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (found.status, found.amount_capturable) == ("requires_capture", 1999)
    assert found.latest_charge.payment_method_details.type == "klarna"
    assert api.payment_intents.capture(intent.id).status == "succeeded"
    assert api.refunds.create({"payment_intent": intent.id}).status == "succeeded"


def test_who_declines_has_not_paid_and_may_choose_again(address, api):
    intent = make(api)

    way = decide(leave(address, intent), "decline")

    assert told(way)["redirect_status"] == "failed"
    found = api.payment_intents.retrieve(intent.id)
    assert (found.status, found.amount_capturable) == ("requires_payment_method", 0)
    assert found.last_payment_error.code == "payment_intent_authentication_failure"
    decide(leave(address, intent), "approve")
    assert api.payment_intents.retrieve(intent.id).status == "requires_capture"


def test_a_decision_is_taken_once(address, api):
    intent = make(api)
    url = leave(address, intent)
    decide(url, "decline")

    again = decide(url, "approve")

    assert told(again)["redirect_status"] == "failed"
    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"
    assert "nothing to decide" in requests.get(url, timeout=5).text


def test_an_older_visit_decides_nothing_for_a_newer_one(address, api):
    intent = make(api)
    older, newer = leave(address, intent), leave(address, intent)

    assert told(decide(older, "approve"))["redirect_status"] == "failed"
    assert api.payment_intents.retrieve(intent.id).status == "requires_action"
    assert told(decide(newer, "approve"))["redirect_status"] == "succeeded"


def test_a_payment_that_was_given_up_cannot_be_approved(address, api):
    intent = make(api)
    url = leave(address, intent)
    api.payment_intents.cancel(intent.id)

    assert told(decide(url, "approve"))["redirect_status"] == "failed"

    found = api.payment_intents.retrieve(intent.id)
    assert (found.status, found.latest_charge) == ("canceled", None)


def test_nobody_approves_from_the_shops_page_or_by_a_guess(address, api):
    intent = make(api)
    leave(address, intent)

    answer = page(
        address,
        f"/v1/payment_intents/{intent.id}/authenticate",
        {"client_secret": intent.client_secret, "outcome": "succeed"},
    )

    assert answer.status_code == 400
    assert decide(f"{address}/redirects/pa_nonce_guess", "approve").status_code == 404
    assert api.payment_intents.retrieve(intent.id).status == "requires_action"


@pytest.mark.parametrize("outcome", ["", "maybe", "APPROVE"])
def test_a_decision_is_yes_or_no(address, api, outcome):
    intent = make(api)

    assert decide(leave(address, intent), outcome).status_code == 400

    assert api.payment_intents.retrieve(intent.id).status == "requires_action"


@pytest.mark.parametrize(
    "params",
    [
        {"currency": "jpy"},
        {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}},
        {"automatic_payment_methods": None, "payment_method_types": ["card"]},
    ],
)
def test_it_is_not_offered_where_it_is_not_allowed(address, api, params):
    wanted = {name: value for name, value in params.items() if value is not None}
    base = {"amount": 1999, "currency": "eur", "automatic_payment_methods": {"enabled": True}}
    base = {name: value for name, value in base.items() if params.get(name, "") is not None}
    intent = api.payment_intents.create({**base, **wanted})
    assert intent.payment_method_types == ["card"]

    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.confirm(
            intent.id, {"payment_method": "pm_klarna", "return_url": RETURN}
        )

    assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_the_page_escapes_what_the_shop_wrote(address, api):
    intent = make(api)
    api.payment_intents.confirm(
        intent.id,
        {
            "payment_method": "pm_klarna",
            "return_url": 'http://shop.test/"><script>alert(1)</script>',
        },
    )
    url = api.payment_intents.retrieve(intent.id).next_action.redirect_to_url.url
    decide(url, "decline")

    answer = requests.get(url, timeout=5)

    assert "<script>" not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
