"""The till, as any client meets it: Stripe's own SDK, and plain HTTP.

STRIPE_STAND_IN=http://127.0.0.1:… runs the same questions against another look-alike.
"""

import json
import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue

import pytest
import requests
import stripe

from orders.till.server import Till

SECRET, PUBLISHABLE = "sk_test_shop", "pk_test_shop"
WEBHOOK_SECRET = "whsec_of_the_tests"
RETURN = "http://shop.test/return"


class Receiver:
    """A shop's webhook address that only writes down what arrives."""

    def __init__(self):
        self.posts = Queue()
        self.answers = Queue()  # statuses to answer first; 200 after that
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.put((body, self.headers["Stripe-Signature"]))
                self.send_response(
                    receiver.answers.get_nowait() if receiver.answers.qsize() else 200
                )
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def event(self, timeout=5):
        body, signature = self.posts.get(timeout=timeout)
        return stripe.Webhook.construct_event(body, signature, WEBHOOK_SECRET)

    def types(self, count):
        return [self.event().type for _ in range(count)]

    def is_quiet(self):
        try:
            self.posts.get(timeout=0.3)
        except Empty:
            return True
        return False

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def shared_address():
    if address := os.environ.get("STRIPE_STAND_IN"):
        yield address
        return
    till = Till(":memory:").start()
    yield till.address
    till.stop()


@pytest.fixture
def address(shared_address):
    yield shared_address
    requests.delete(f"{shared_address}/_till/faults", timeout=5)


@pytest.fixture
def api(address):
    return client(address)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def belled(receiver):
    """A till that rings the receiver."""
    till = Till(":memory:", receiver.url, WEBHOOK_SECRET).start()
    yield till.address
    till.stop()


def client(address, retries=0):
    return stripe.StripeClient(
        SECRET,
        base_addresses={"api": address},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=5),
    )


def make_intent(api, key=None, **params):
    wanted = {
        "amount": 1999,
        "currency": "eur",
        "capture_method": "manual",
        "automatic_payment_methods": {"enabled": True},
        **params,
    }
    return api.v1.payment_intents.create(wanted, {"idempotency_key": key or uuid.uuid4().hex})


def authorise(api, card="pm_card_visa", **params):
    intent = make_intent(api, **params)
    return api.v1.payment_intents.confirm(intent.id, {"payment_method": card, "return_url": RETURN})


def status(api, intent):
    return api.v1.payment_intents.retrieve(intent.id).status


def page(address, path, params=None, key=PUBLISHABLE):
    """A call as the page's script makes it."""
    return requests.request(
        "GET" if params is None else "POST",
        address + path,
        data=params,
        headers={"Authorization": f"Bearer {key}"},
        timeout=5,
    )


def card(number, **other):
    fields = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123", **other}
    return {"type": "card", **{f"card[{name}]": value for name, value in fields.items()}}


def fault(address, on, kind, **more):
    wanted = {"on": on, "kind": kind, **more}
    assert requests.post(f"{address}/_till/faults", json=wanted, timeout=5).status_code == 200


def money(address, intent):
    """(captured, refunded, number of captures) of one intent, from the till's own book."""
    rows = requests.get(f"{address}/_till/ledger", timeout=5).json()["payment_intents"]
    (row,) = [row for row in rows if row["id"] == intent.id]
    return row["captured"], row["refunded"], row["captures"]


# Creating


def test_an_intent_is_created_with_what_was_asked(api):
    intent = make_intent(api, metadata={"order": "41"}, receipt_email="ann@example.org")

    assert intent.status == "requires_payment_method"
    assert (intent.amount, intent.currency, intent.capture_method) == (1999, "eur", "manual")
    assert intent.metadata["order"] == "41"
    assert intent.receipt_email == "ann@example.org"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.latest_charge is None


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"amount": -5}, "amount", "parameter_invalid_integer"),
        ({"amount": 10.5}, "amount", "parameter_invalid_integer"),
        ({"amount": "١٢"}, "amount", "parameter_invalid_integer"),
        ({"amount": 2**63}, "amount", "parameter_invalid_integer"),
        ({"amount": 100_000_000}, "amount", "amount_too_large"),
        ({"currency": "eurs"}, "currency", None),
        ({"capture_method": "later"}, "capture_method", None),
        ({"colour": "red"}, "colour", "parameter_unknown"),
        (
            {"automatic_payment_methods": {"enabled": True, "often": True}},
            "automatic_payment_methods[often]",
            "parameter_unknown",
        ),
        ({"statement_descriptor": "SHOP"}, "statement_descriptor", None),
        ({"receipt_email": "ann"}, "receipt_email", "email_invalid"),
        ({"receipt_email": ""}, "receipt_email", None),
        ({"return_url": RETURN}, "return_url", None),
        ({"metadata": {"note": "x" * 501}}, "metadata[note]", None),
    ],
)
def test_a_wrong_parameter_is_refused_by_name_and_nothing_is_created(api, params, param, code):
    newest = api.v1.payment_intents.list({"limit": 1}).data

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make_intent(api, **params)

    assert refusal.value.http_status == 400
    assert refusal.value.param == param
    assert code is None or refusal.value.code == code
    assert api.v1.payment_intents.list({"limit": 1}).data == newest


def test_a_missing_amount_is_named(api):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_intents.create({"currency": "eur"})

    assert (refusal.value.param, refusal.value.code) == ("amount", "parameter_missing")


def test_a_create_that_cannot_be_confirmed_creates_nothing(api):
    newest = api.v1.payment_intents.list({"limit": 1}).data

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        make_intent(api, confirm=True, payment_method="pm_card_visa")

    assert refusal.value.param == "return_url"
    assert api.v1.payment_intents.list({"limit": 1}).data == newest


def test_create_and_confirm_in_one_call(api):
    intent = make_intent(
        api,
        confirm=True,
        payment_method="pm_card_visa",
        capture_method="automatic",
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
    )

    assert (intent.status, intent.amount_received) == ("succeeded", 1999)


def test_intents_are_listed_page_by_page_and_from_a_time_on(api):
    made = [make_intent(api) for _ in range(5)]

    everything = api.v1.payment_intents.list({"limit": 2, "created": {"gte": made[0].created}})
    ids = [intent.id for intent in everything.auto_paging_iter()]
    future = api.v1.payment_intents.list({"created": {"gte": made[0].created + 1000}})

    assert ids[:5] == [intent.id for intent in reversed(made)]
    assert len(ids) == len(set(ids))
    assert future.data == []


# Who may call


def test_an_unknown_id_is_missing(api):
    for look in (
        lambda: api.v1.payment_intents.retrieve("pi_nothing"),
        lambda: api.v1.payment_intents.capture("pi_nothing"),
        lambda: api.v1.charges.retrieve("ch_nothing"),
        lambda: api.v1.refunds.retrieve("re_nothing"),
        lambda: api.v1.events.retrieve("evt_nothing"),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            look()
        assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_a_wrong_key_is_refused(address, api):
    intent = make_intent(api)

    assert page(address, f"/v1/payment_intents/{intent.id}", key="").status_code == 401
    assert page(address, f"/v1/payment_intents/{intent.id}", key="sk_live_x").status_code == 401
    capture = page(address, f"/v1/payment_intents/{intent.id}/capture", {})
    assert capture.status_code == 401
    assert page(address, "/v1/payment_intents").status_code == 401


def test_the_page_sees_an_intent_only_with_its_client_secret_and_never_its_metadata(address, api):
    intent = make_intent(api, metadata={"order": "41"})
    path = f"/v1/payment_intents/{intent.id}"

    assert page(address, path).status_code == 400
    assert page(address, f"{path}?client_secret={intent.id}_secret_guess").status_code == 404
    seen = page(address, f"{path}?client_secret={intent.client_secret}").json()
    assert seen["status"] == "requires_payment_method"
    assert "metadata" not in seen


def test_raw_card_numbers_are_refused_from_a_server(api):
    params = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "123"}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_methods.create({"type": "card", "card": params})

    assert refusal.value.param == "card[number]"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"number": "4111111111111112"}, "incorrect_number"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"cvc": "12"}, "invalid_cvc"),
    ],
)
def test_a_mistyped_card_is_refused_to_the_page(address, wrong, code):
    fields = {"number": "4242424242424242", **wrong}

    answer = page(address, "/v1/payment_methods", card(**fields))

    assert answer.status_code == 402
    assert (answer.json()["error"]["type"], answer.json()["error"]["code"]) == ("card_error", code)


def test_the_page_may_call_from_another_origin(address):
    asked = requests.options(
        f"{address}/v1/payment_methods",
        headers={
            "Origin": "http://shop.test",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
        timeout=5,
    )
    answer = page(address, "/v1/payment_methods", card("4242424242424242"))

    assert asked.status_code == 204
    assert "authorization" in asked.headers["Access-Control-Allow-Headers"].lower()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["card"]["last4"] == "4242"
    assert "number" not in answer.text


def test_a_card_of_another_payment_answers_like_one_that_does_not_exist(address, api):
    method = page(address, "/v1/payment_methods", card("4242424242424242")).json()["id"]
    first, second = make_intent(api), make_intent(api)
    params = {"payment_method": method, "return_url": RETURN}
    api.v1.payment_intents.confirm(first.id, params)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_intents.confirm(second.id, params)

    assert refusal.value.code == "resource_missing"
    assert status(api, second) == "requires_payment_method"


# The life of a payment


def test_confirming_needs_a_return_url_while_redirects_are_allowed(api):
    intent = make_intent(api)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert refusal.value.param == "return_url"
    assert status(api, intent) == "requires_payment_method"


def test_confirming_needs_no_return_url_when_redirects_are_never_allowed(api):
    intent = make_intent(
        api, automatic_payment_methods={"enabled": True, "allow_redirects": "never"}
    )

    confirmed = api.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert confirmed.status == "requires_capture"


def test_a_payment_is_authorised_then_captured(address, api):
    intent = authorise(api)
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 1999)
    assert money(address, intent) == (0, 0, 0)

    held = api.v1.charges.retrieve(intent.latest_charge)
    assert held.payment_method_details.card.capture_before > held.created

    params = {"expand": ["latest_charge"]}
    intent = api.v1.payment_intents.capture(intent.id, params)

    assert (intent.status, intent.amount_capturable) == ("succeeded", 0)
    assert intent.amount_received == 1999
    assert intent.latest_charge.captured
    assert intent.latest_charge.payment_method_details.card.last4 == "4242"
    assert money(address, intent) == (1999, 0, 1)


def test_a_part_may_be_captured_and_never_more_than_was_authorised(address, api):
    intent = authorise(api)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2000})
    assert refusal.value.code == "amount_too_large"
    assert money(address, intent) == (0, 0, 0)

    intent = api.v1.payment_intents.capture(intent.id, {"amount_to_capture": 500})
    assert (intent.status, intent.amount_received) == ("succeeded", 500)
    assert money(address, intent) == (500, 0, 1)


def test_a_payment_is_captured_only_once(address, api):
    intent = authorise(api)
    api.v1.payment_intents.capture(intent.id)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_intents.capture(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"
    assert refusal.value.error.payment_intent.status == "succeeded"
    assert money(address, intent) == (1999, 0, 1)


def test_ten_captures_at_once_take_the_money_once(address, api):
    intent = authorise(api)

    def attempt(_):
        try:
            return client(address).v1.payment_intents.capture(intent.id).status
        except stripe.InvalidRequestError as error:
            return error.code

    with ThreadPoolExecutor(10) as pool:
        outcomes = sorted(pool.map(attempt, range(10)))

    assert outcomes == ["payment_intent_unexpected_state"] * 9 + ["succeeded"]
    assert money(address, intent) == (1999, 0, 1)


def test_a_cancelled_payment_lets_go_of_the_money_and_cannot_come_back(address, api):
    intent = authorise(api)

    intent = api.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})

    assert (intent.status, intent.amount_capturable) == ("canceled", 0)
    assert intent.canceled_at
    for verb in ("capture", "cancel"):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            getattr(api.v1.payment_intents, verb)(intent.id)
        assert refusal.value.code == "payment_intent_unexpected_state"
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.confirm(
            intent.id, {"payment_method": "pm_card_visa", "return_url": RETURN}
        )
    assert money(address, intent) == (0, 0, 0)


def test_a_captured_payment_cannot_be_cancelled(address, api):
    intent = authorise(api)
    api.v1.payment_intents.capture(intent.id)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.payment_intents.cancel(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"
    assert money(address, intent) == (1999, 0, 1)


def test_an_authorisation_expires_when_it_is_not_captured_in_time(address, api):
    intent = authorise(api)
    clock = f"{address}/_till/clock"

    try:
        requests.post(clock, json={"offset": 8 * 24 * 3600}, timeout=5)
    finally:
        requests.post(clock, json={"offset": 0}, timeout=5)

    found = api.v1.payment_intents.retrieve(intent.id)
    assert (found.status, found.cancellation_reason) == ("canceled", "expired")


# Refunds


def test_refunds_come_in_parts_up_to_what_was_captured(address, api):
    intent = authorise(api)
    api.v1.payment_intents.capture(intent.id)

    first = api.v1.refunds.create({"payment_intent": intent.id, "amount": 999})
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"payment_intent": intent.id, "amount": 1001})
    assert money(address, intent) == (1999, 999, 1)
    assert not api.v1.charges.retrieve(intent.latest_charge).refunded
    second = api.v1.refunds.create({"charge": intent.latest_charge})

    assert refusal.value.param == "amount"
    assert (first.status, second.amount) == ("succeeded", 1000)
    assert money(address, intent) == (1999, 1999, 1)
    charge = api.v1.charges.retrieve(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (1999, True)
    listed = api.v1.refunds.list({"payment_intent": intent.id})
    assert [refund.id for refund in listed] == [second.id, first.id]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        api.v1.refunds.create({"payment_intent": intent.id})
    assert refusal.value.code == "charge_already_refunded"


def test_nothing_is_refunded_before_it_is_captured(address, api):
    intent = authorise(api)

    for params in ({"payment_intent": intent.id}, {"charge": intent.latest_charge}):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            api.v1.refunds.create(params)
        assert refusal.value.code == "charge_not_refundable"

    assert money(address, intent) == (0, 0, 0)
    assert status(api, intent) == "requires_capture"


# Cards that say no, or ask first


@pytest.mark.parametrize(
    ("name", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
    ],
)
def test_a_refused_card_can_be_followed_by_a_better_one(api, name, code, decline_code):
    intent = make_intent(api)
    params = {"payment_method": name, "return_url": RETURN}

    with pytest.raises(stripe.CardError) as refusal:
        api.v1.payment_intents.confirm(intent.id, params)

    assert refusal.value.http_status == 402
    assert (refusal.value.code, refusal.value.error.decline_code) == (code, decline_code)
    found = api.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})
    assert (found.status, found.payment_method) == ("requires_payment_method", None)
    assert found.last_payment_error.decline_code == decline_code
    assert found.last_payment_error.payment_method.card.brand == "visa"
    assert (found.latest_charge.status, found.latest_charge.paid) == ("failed", False)

    params["payment_method"] = "pm_card_visa"
    better = api.v1.payment_intents.confirm(intent.id, params)
    assert (better.status, better.last_payment_error) == ("requires_capture", None)


def ask_the_bank(address, api, number="4000002760003184"):
    """An intent that waits for its shopper to approve, confirmed from the page."""
    intent = make_intent(api)
    method = page(address, "/v1/payment_methods", card(number)).json()["id"]
    secret = {"client_secret": intent.client_secret}
    answer = page(
        address,
        f"/v1/payment_intents/{intent.id}/confirm",
        {**secret, "payment_method": method, "return_url": RETURN},
    ).json()
    assert answer["status"] == "requires_action"
    assert answer["next_action"]["type"] == "use_stripe_sdk"
    return intent, f"/v1/payment_intents/{intent.id}/authenticate", secret


def test_three_d_secure_authorises_when_the_shopper_approves(address, api):
    intent, path, secret = ask_the_bank(address, api)

    page(address, path, {**secret, "outcome": "succeed"})

    found = api.v1.payment_intents.retrieve(intent.id)
    assert (found.status, found.next_action) == ("requires_capture", None)


def test_three_d_secure_fails_when_the_shopper_refuses(address, api):
    intent, path, secret = ask_the_bank(address, api, "4000002500003155")

    page(address, path, {**secret, "outcome": "fail"})

    found = api.v1.payment_intents.retrieve(intent.id)
    assert found.status == "requires_payment_method"
    assert found.last_payment_error.code == "payment_intent_authentication_failure"
    assert found.latest_charge is None


def test_nobody_approves_without_the_client_secret(address, api):
    intent, path, _ = ask_the_bank(address, api)

    wrong = {"client_secret": f"{intent.id}_secret_guess", "outcome": "succeed"}
    assert page(address, path, wrong).status_code == 404
    assert page(address, path, {"outcome": "succeed"}).status_code == 400

    assert status(api, intent) == "requires_action"


# Idempotency


def test_the_same_key_replays_the_same_answer(api):
    key = uuid.uuid4().hex

    first, second = make_intent(api, key=key), make_intent(api, key=key)

    assert first.id == second.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


def test_the_same_key_with_other_parameters_is_an_error(address, api):
    key = uuid.uuid4().hex
    intent = make_intent(api, key=key)

    with pytest.raises(stripe.IdempotencyError) as refusal:
        make_intent(api, key=key, amount=1)

    assert refusal.value.http_status == 400
    assert api.v1.payment_intents.list({"limit": 1}).data[0].id == intent.id


def test_a_wrong_parameter_does_not_use_up_its_key(api):
    key = uuid.uuid4().hex

    with pytest.raises(stripe.InvalidRequestError):
        make_intent(api, key=key, amount=0)

    assert make_intent(api, key=key).amount == 1999


def test_a_refused_card_is_replayed_and_not_tried_again(address, api):
    intent = make_intent(api)
    params = {"payment_method": "pm_card_chargeDeclined", "return_url": RETURN}
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refusal:
            api.v1.payment_intents.confirm(intent.id, params, {"idempotency_key": intent.id})

    assert refusal.value.headers["Idempotent-Replayed"] == "true"
    failed = api.v1.events.list({"type": "payment_intent.payment_failed", "limit": 2}).data
    assert [event.data.object.id for event in failed].count(intent.id) == 1


def test_a_call_under_way_holds_its_key(address, api):
    key = uuid.uuid4().hex
    fault(address, "create", "slow", seconds=1)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda _: _created(address, key), range(2)))

    assert outcomes.count(409) == 1
    assert make_intent(api, key=key).id in outcomes


def _created(address, key):
    try:
        return make_intent(client(address), key=key).id
    except stripe.APIError as error:
        return error.http_status


# Faults


@pytest.mark.parametrize(("kind", "taken"), [("500_before", 0), ("500_after", 1999)])
def test_a_stored_500_is_replayed_whether_or_not_the_work_was_done(address, api, kind, taken):
    intent = authorise(api)
    fault(address, "capture", kind)
    key = f"capture-{intent.id}"

    for _ in range(2):
        with pytest.raises(stripe.APIError) as broken:
            api.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": key})
        assert broken.value.http_status == 500

    assert broken.value.headers["Idempotent-Replayed"] == "true"
    assert money(address, intent)[0] == taken


def test_a_lost_answer_is_replayed_by_the_retry(address, api):
    intent = authorise(api)
    fault(address, "capture", "drop_after")

    captured = client(address, retries=2).v1.payment_intents.capture(intent.id)

    assert captured.status == "succeeded"
    assert captured.last_response.headers["Idempotent-Replayed"] == "true"
    assert money(address, intent) == (1999, 0, 1)


def test_a_connection_dropped_before_the_work_leaves_no_trace(address, api):
    intent = authorise(api)
    fault(address, "capture", "drop_before")

    with pytest.raises(stripe.APIConnectionError):
        api.v1.payment_intents.capture(intent.id)

    assert money(address, intent) == (0, 0, 0)


def test_too_many_calls_are_told_so_and_the_key_stays_free(address, api):
    intent = authorise(api)
    fault(address, "capture", "429")
    key = f"capture-{intent.id}"

    with pytest.raises(stripe.RateLimitError):
        api.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": key})

    assert money(address, intent) == (0, 0, 0)
    captured = api.v1.payment_intents.capture(intent.id, {}, {"idempotency_key": key})
    assert captured.status == "succeeded"


def test_faults_are_listed_and_cleared(address):
    fault(address, "refund", "slow", seconds=9, times=2)
    url = f"{address}/_till/faults"

    assert requests.get(url, timeout=5).json() == {
        "faults": [{"on": "refund", "kind": "slow", "seconds": 9, "times": 2}]
    }
    requests.delete(url, timeout=5)
    assert requests.get(url, timeout=5).json() == {"faults": []}


@pytest.mark.parametrize(
    "wanted", [{"on": "moon", "kind": "429"}, {"on": "create"}, {"on": "create", "kind": "x"}, []]
)
def test_a_fault_that_does_not_exist_is_refused(address, wanted):
    url = f"{address}/_till/faults"

    assert requests.post(url, json=wanted, timeout=5).status_code == 400
    assert requests.get(url, timeout=5).json() == {"faults": []}


def test_pages_of_others_cannot_reach_the_tills_own_paths(address):
    url, wanted = f"{address}/_till/faults", json.dumps({"on": "create", "kind": "429"})
    as_json = {"Content-Type": "application/json"}

    plain = requests.post(url, data=wanted, headers={"Content-Type": "text/plain"}, timeout=5)
    foreign = requests.post(
        url, data=wanted, headers={**as_json, "Origin": "http://evil.test"}, timeout=5
    )
    rebound = requests.post(url, data=wanted, headers={**as_json, "Host": "evil.test"}, timeout=5)

    assert [plain.status_code, foreign.status_code, rebound.status_code] == [415, 403, 403]
    assert requests.get(url, timeout=5).json() == {"faults": []}


def test_a_body_over_256_kib_is_refused(address, api):
    newest = api.v1.payment_intents.list({"limit": 1}).data

    answer = page(address, "/v1/payment_intents", "x" * (256 * 1024 + 1), key=SECRET)

    assert answer.status_code == 413
    assert api.v1.payment_intents.list({"limit": 1}).data == newest


def test_the_till_listens_on_this_machine_only():
    with pytest.raises(ValueError, match="this machine"):
        Till(":memory:", host="0.0.0.0")


def test_the_till_remembers_after_a_restart(tmp_path):
    path, key = tmp_path / "till.sqlite3", uuid.uuid4().hex
    till = Till(path).start()
    intent = authorise(client(till.address))
    client(till.address).v1.payment_intents.capture(intent.id, {}, {"idempotency_key": key})
    till.stop()

    till = Till(path).start()
    try:
        again = client(till.address).v1.payment_intents.capture(
            intent.id, {}, {"idempotency_key": key}
        )

        assert again.last_response.headers["Idempotent-Replayed"] == "true"
        assert money(till.address, intent) == (1999, 0, 1)
    finally:
        till.stop()


# Webhooks


def test_each_change_is_posted_and_signed_as_stripe_signs(belled, receiver):
    api = client(belled)
    intent = authorise(api)
    api.v1.payment_intents.capture(intent.id)
    api.v1.refunds.create({"payment_intent": intent.id})

    events = [receiver.event() for _ in range(3)]

    assert [event.type for event in events] == [
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
        "charge.refunded",
    ]
    assert events[0].data.object.status == "requires_capture"
    assert events[2].data.object.payment_intent == intent.id
    assert api.v1.events.retrieve(events[0].id).type == events[0].type
    assert receiver.is_quiet()


def test_refused_cards_questions_and_cancellations_are_posted_too(belled, receiver):
    api = client(belled)
    with pytest.raises(stripe.CardError):
        authorise(api, "pm_card_chargeDeclined")
    intent = authorise(api, "pm_card_threeDSecure2Required")
    api.v1.payment_intents.cancel(intent.id)

    assert receiver.types(3) == [
        "payment_intent.payment_failed",
        "payment_intent.requires_action",
        "payment_intent.canceled",
    ]


def test_a_webhook_that_was_not_accepted_is_posted_again(belled, receiver):
    receiver.answers.put(500)
    authorise(client(belled))

    assert receiver.event().id == receiver.event().id
    assert receiver.is_quiet()


def test_webhooks_come_twice_in_another_order_or_not_at_all_when_asked(belled, receiver):
    api = client(belled)

    fault(belled, "webhook", "double")
    intent = authorise(api)
    assert receiver.event().id == receiver.event().id

    fault(belled, "webhook", "reorder")
    api.v1.payment_intents.capture(intent.id)
    api.v1.refunds.create({"payment_intent": intent.id})
    assert receiver.types(2) == ["charge.refunded", "payment_intent.succeeded"]

    fault(belled, "webhook", "silent")
    other = authorise(api)
    assert receiver.is_quiet()
    newest = api.v1.events.list({"limit": 1}).data[0]
    assert (newest.data.object.id, newest.pending_webhooks) == (other.id, 0)


@pytest.mark.parametrize("kind", ["forged", "old"])
def test_bad_signatures_are_bad(belled, receiver, kind):
    fault(belled, "webhook", kind)
    authorise(client(belled))

    with pytest.raises(stripe.SignatureVerificationError):
        receiver.event()


def test_what_was_not_posted_before_a_restart_is_posted_after_it(tmp_path, receiver):
    path = tmp_path / "till.sqlite3"
    till = Till(path, "http://127.0.0.1:9/", WEBHOOK_SECRET).start()
    intent = authorise(client(till.address))
    till.stop()

    till = Till(path, receiver.url, WEBHOOK_SECRET).start()
    try:
        assert receiver.event().data.object.id == intent.id
    finally:
        till.stop()
