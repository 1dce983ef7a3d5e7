"""The till keeps cards for next time: customers, sessions, setup intents and their methods."""

import uuid

import pytest
import requests
import stripe

from orders.till.server import Till

SECRET, PUBLISHABLE = "sk_test_shop", "pk_test_shop"
RETURN = "http://shop.test/return"
GOOD, ASKS, REFUSED = "4242424242424242", "4000002760003184", "4000000000000002"


@pytest.fixture(scope="module")
def address():
    till = Till(":memory:").start()
    yield till.address
    till.stop()


@pytest.fixture
def api(address):
    return stripe.StripeClient(SECRET, base_addresses={"api": address}, max_network_retries=0).v1


@pytest.fixture
def ann(api):
    return api.customers.create({"email": "ann@example.com"})


@pytest.fixture
def bob(api):
    return api.customers.create({"email": "bob@example.com"})


def page(address, path, params=None):
    """A call as the page's script makes it."""
    return requests.request(
        "GET" if params is None else "POST",
        address + path,
        data=params,
        headers={"Authorization": f"Bearer {PUBLISHABLE}"},
        timeout=5,
    )


def typed(address, number=GOOD, **more):
    """A card, as the page makes a payment method of it."""
    fields = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
    card = {f"card[{name}]": value for name, value in fields.items()}
    return page(address, "/v1/payment_methods", {"type": "card", **card, **more}).json()["id"]


def intent_of(api, customer=None):
    wanted = {
        "amount": 1999,
        "currency": "eur",
        "capture_method": "manual",
        "automatic_payment_methods": {"enabled": True},
        **({"customer": customer.id} if customer else {}),
    }
    return api.payment_intents.create(wanted)


def confirm(address, intent, method, **more):
    """The shopper presses Pay."""
    params = {"client_secret": intent.client_secret, "payment_method": method, "return_url": RETURN}
    return page(address, f"/v1/payment_intents/{intent.id}/confirm", {**params, **more})


def saved(address, api, customer, **more):
    """A card kept while paying with it."""
    method = typed(address, allow_redisplay="always", **more)
    answer = confirm(address, intent_of(api, customer), method, setup_future_usage="on_session")
    assert answer.json()["status"] == "requires_capture"
    return method


def session(api, customer, **features):
    wanted = {"payment_method_redisplay": "enabled", **features}
    components = {"payment_element": {"enabled": True, "features": wanted}}
    return api.customer_sessions.create({"customer": customer.id, "components": components})


def offered(address, secret):
    return page(address, f"/v1/customer_sessions/payment_methods?client_secret={secret}")


def cards_of(api, customer):
    found = api.payment_methods.list({"customer": customer.id, "type": "card"})
    return [each.id for each in found.data]


def test_a_customer_is_made_once_per_key(api):
    key = {"idempotency_key": uuid.uuid4().hex}

    first, again = (api.customers.create({"email": "ann@example.com"}, key) for _ in range(2))

    assert first.id == again.id
    assert api.customers.retrieve(first.id).email == "ann@example.com"


@pytest.mark.parametrize(
    ("call", "param"),
    [
        (lambda api: api.customers.create({"colour": "red"}), "colour"),
        (lambda api: api.customers.create({"email": "ann"}), "email"),
        (lambda api: api.setup_intents.create({"customer": "cus_none"}), "customer"),
        (lambda api: api.setup_intents.create({"flow": "x"}), "flow"),
        (
            lambda api: api.payment_intents.create(
                {"amount": 1, "currency": "eur", "customer": "cus_none"}
            ),
            "customer",
        ),
        (lambda api: api.payment_methods.list({"customer": "cus_none"}), "customer"),
        (
            lambda api: api.customer_sessions.create({"customer": "cus_none"}),
            "components",
        ),
    ],
)
def test_what_the_till_does_not_know_is_refused_by_name(api, call, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        call(api)

    assert refusal.value.param == param


def test_a_card_is_kept_by_who_ticked_the_box_and_pays_again(address, api, ann):
    method = saved(address, api, ann)

    assert cards_of(api, ann) == [method]
    again = confirm(address, intent_of(api, ann), method).json()
    assert again["status"] == "requires_capture"
    assert again["payment_method"] == method


def test_a_card_is_not_kept_by_who_did_not(address, api, ann):
    answer = confirm(address, intent_of(api, ann), typed(address))

    assert answer.json()["status"] == "requires_capture"
    assert cards_of(api, ann) == []


def test_a_refused_card_is_not_kept(address, api, ann):
    answer = confirm(
        address, intent_of(api, ann), typed(address, REFUSED), setup_future_usage="on_session"
    )

    assert answer.status_code == 402
    assert cards_of(api, ann) == []


def test_a_saved_card_of_somebody_else_answers_like_one_that_does_not_exist(address, api, ann, bob):
    method = saved(address, api, ann)

    for intent in (intent_of(api, bob), intent_of(api)):
        answer = confirm(address, intent, method)
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "resource_missing"
        assert api.payment_intents.retrieve(intent.id).status == "requires_payment_method"


def test_a_removed_card_pays_no_more(address, api, ann):
    method = saved(address, api, ann)

    api.payment_methods.detach(method)

    assert cards_of(api, ann) == []
    assert confirm(address, intent_of(api, ann), method).status_code == 400
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_methods.attach(method, {"customer": ann.id})
    assert cards_of(api, ann) == []


def test_a_server_attaches_a_fresh_card(api, ann, bob):
    method = api.payment_methods.attach("pm_card_visa", {"customer": ann.id})

    assert (method.customer, cards_of(api, ann)) == (ann.id, [method.id])
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_methods.attach(method.id, {"customer": bob.id})
    assert cards_of(api, bob) == []


def test_a_session_shows_a_page_the_cards_of_its_customer_only(address, api, ann, bob):
    hers, _ = saved(address, api, ann), saved(address, api, bob)

    shown = offered(address, session(api, ann).client_secret).json()

    assert [each["id"] for each in shown["data"]] == [hers]
    assert shown["data"][0]["card"]["last4"] == "4242"
    assert GOOD not in str(shown)


def test_a_session_shows_nothing_when_it_was_not_asked_to(address, api, ann):
    saved(address, api, ann)
    secret = session(api, ann, payment_method_redisplay="disabled").client_secret

    assert offered(address, secret).json()["data"] == []


def test_nobody_sees_cards_without_the_sessions_secret(address, api, ann):
    saved(address, api, ann)

    assert offered(address, "cuss_secret_guess").status_code == 404
    assert offered(address, ann.id).status_code == 404
    assert page(address, "/v1/customer_sessions/payment_methods").status_code == 400
    assert page(address, f"/v1/payment_methods?customer={ann.id}").status_code == 401
    assert page(address, f"/v1/customers/{ann.id}").status_code == 401


def test_a_session_ends(address, api, ann):
    secret = session(api, ann).client_secret
    clock = f"{address}/_till/clock"
    requests.post(clock, json={"offset": 1801}, timeout=5).raise_for_status()

    try:
        assert offered(address, secret).status_code == 404
    finally:
        requests.post(clock, json={"offset": 0}, timeout=5).raise_for_status()


def set_up(address, api, customer, number=GOOD):
    setup = api.setup_intents.create({"customer": customer.id, "usage": "on_session"})
    path = f"/v1/setup_intents/{setup.id}"
    secret = {"client_secret": setup.client_secret}
    answer = page(address, f"{path}/confirm", {**secret, "payment_method": typed(address, number)})
    return setup, path, secret, answer


def test_a_card_is_kept_without_a_payment(address, api, ann):
    setup, path, secret, answer = set_up(address, api, ann)

    assert answer.json()["status"] == "succeeded"
    assert cards_of(api, ann) == [answer.json()["payment_method"]]
    assert page(address, f"{path}/confirm", secret).status_code == 400
    assert page(address, path).status_code == 400
    assert "customer" not in page(address, f"{path}?client_secret={setup.client_secret}").json()


def test_a_refused_card_is_not_kept_without_a_payment_either(address, api, ann):
    setup, _, _, answer = set_up(address, api, ann, REFUSED)

    assert answer.status_code == 402
    assert answer.json()["error"]["setup_intent"]["status"] == "requires_payment_method"
    assert api.setup_intents.retrieve(setup.id).last_setup_error.code == "card_declined"
    assert cards_of(api, ann) == []


@pytest.mark.parametrize(
    ("outcome", "status", "count"),
    [("succeed", "succeeded", 1), ("fail", "requires_payment_method", 0)],
)
def test_the_bank_asks_before_a_card_is_kept(address, api, ann, outcome, status, count):
    _, path, secret, answer = set_up(address, api, ann, ASKS)
    assert answer.json()["next_action"]["type"] == "use_stripe_sdk"

    done = page(address, f"{path}/authenticate", {**secret, "outcome": outcome}).json()

    assert done["status"] == status
    assert len(cards_of(api, ann)) == count
