"""Cards kept for next time, against the till over HTTP."""

import pytest
import requests
from django.contrib.auth.models import AnonymousUser

from orders import checkout, customers, gateway, payments
from orders.models import Customer, Order
from tests.factories import carry, make_order, make_user
from tests.orders.paying import pay, payment_of, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make_user(username="ann@example.com", email="ann@example.com")


@pytest.fixture
def bob():
    return make_user(username="bob@example.com", email="bob@example.com")


def keep(till, user, card="pm_card_visa") -> str:
    """A card kept for somebody; answers its reference."""
    return at_the_till(
        till, f"payment_methods/{card}/attach", {"customer": customers.reference_of(user)}
    )["id"]


def at_the_till(till, path, params=None) -> dict:
    """A call with the secret key."""
    answer = requests.request(
        "GET" if params is None else "POST",
        f"{till.address}/v1/{path}",
        data=params,
        headers={"Authorization": "Bearer sk_test_till"},
        timeout=10,
    )
    answer.raise_for_status()
    return answer.json()


def lose(user) -> None:
    """Somebody deletes the customer in the provider's own pages."""
    Customer.objects.filter(user=user).update(reference="cus_gone")


def order_of(user, owner="ann") -> Order:
    order = make_order(owner=owner)
    Order.objects.filter(pk=order.pk).update(user=user)
    return Order.objects.select_related("payment", "user").get(pk=order.pk)


def test_a_customer_is_made_when_first_asked_for_and_only_once(till, ann, bob):
    first = customers.reference_of(ann)

    assert customers.reference_of(ann) == first
    assert customers.reference_of(bob) != first
    assert Customer.objects.count() == 2
    assert at_the_till(till, f"customers/{first}")["email"] == "ann@example.com"


def test_two_tabs_that_ask_at_once_get_one_customer(till, ann, monkeypatch):
    create = gateway.create_customer

    def with_a_rival(**asked):
        monkeypatch.setattr(gateway, "create_customer", create)
        rival = customers.reference_of(ann)
        made = create(**asked)
        assert made == rival  # the same key, the same answer
        return made

    monkeypatch.setattr(gateway, "create_customer", with_a_rival)

    assert customers.reference_of(ann) == Customer.objects.get().reference


@pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after"])
def test_a_customer_whose_answer_was_lost_is_asked_for_again(till, faults, ann, kind):
    faults("customer", kind, times=2)
    with pytest.raises(gateway.GatewayUnavailable):
        customers.reference_of(ann)
    assert not Customer.objects.exists()
    requests.delete(f"{till.address}/_till/faults", timeout=10)

    assert customers.reference_of(ann) == Customer.objects.get().reference


def test_a_user_with_another_email_is_not_refused_for_it(till, ann):
    customers.reference_of(ann)
    Customer.objects.all().delete()
    ann.email = "ann@example.org"
    ann.save()

    assert customers.reference_of(ann)


def test_cards_are_hers_alone_and_say_no_more_than_they_must(till, ann, bob):
    keep(till, ann, "pm_card_mastercard")

    (card,) = customers.cards(ann)

    assert (card.brand, card.last4) == ("mastercard", "4444")
    assert customers.cards(bob) == []
    assert not Customer.objects.filter(user=bob).exists()  # looking makes nobody a customer


def test_a_removed_card_is_gone(till, ann):
    card, other = keep(till, ann), keep(till, ann, "pm_card_amex")

    customers.forget(ann, card)

    assert [each.reference for each in customers.cards(ann)] == [other]
    with pytest.raises(customers.NoSuchCard):
        customers.forget(ann, card)


def test_nobody_removes_the_card_of_another(till, ann, bob):
    card = keep(till, ann)
    keep(till, bob)

    for asked in (card, "pm_nothing", ""):
        with pytest.raises(customers.NoSuchCard):
            customers.forget(bob, asked)

    assert [each.reference for each in customers.cards(ann)] == [card]
    assert len(customers.cards(bob)) == 1


def test_an_order_of_somebody_signed_in_is_paid_as_her_customer(till, ann):
    order = order_of(ann)

    payments.start(order.payment)

    intent = at_the_till(till, f"payment_intents/{payment_of(order).reference}")
    assert intent["customer"] == Customer.objects.get().reference


def test_a_guest_is_nobodys_customer(till):
    order = order_of(None)

    payments.start(order.payment)

    intent = at_the_till(till, f"payment_intents/{payment_of(order).reference}")
    assert intent["customer"] is None
    assert not Customer.objects.exists()


def test_a_saved_card_pays_the_next_order(till, ann, books_are_right):
    card = keep(till, ann)
    order = order_of(ann)

    pay(till, order, card).raise_for_status()
    checkout.confirm(payment_of(order))

    assert state_of(order) == ("authorized", "authorized")
    books_are_right()


def test_a_saved_card_does_not_pay_for_somebody_else(till, ann, bob):
    card = keep(till, ann)
    his, a_guests = order_of(bob, owner="bob"), order_of(None, owner="guest")

    for order in (his, a_guests):
        assert pay(till, order, card).status_code == 400
        checkout.confirm(payment_of(order))
        assert state_of(order) == ("pending", "started")


def test_a_customer_deleted_at_the_provider_is_made_anew(till, ann):
    customers.reference_of(ann)
    lose(ann)
    order = order_of(ann)

    with pytest.raises(gateway.PaymentRefused):
        payments.start(order.payment)
    assert payment_of(order).reference is None
    payments.start(payment_of(order))

    assert payment_of(order).reference
    assert Customer.objects.get().reference != "cus_gone"


def test_who_is_a_customer_no_more_has_no_cards(till, ann):
    keep(till, ann)
    lose(ann)

    assert customers.cards(ann) == []
    assert not Customer.objects.exists()


def test_only_she_herself_gets_a_session_and_only_for_what_is_to_be_paid(till, ann, bob):
    customers.reference_of(ann), customers.reference_of(bob)
    order = order_of(ann)
    assert customers.session_of(order, ann) == ""  # nothing to pay with yet
    payments.start(order.payment)

    assert customers.session_of(order, ann).startswith("cuss_secret_")

    assert customers.session_of(order, bob) == ""
    assert customers.session_of(order, AnonymousUser()) == ""
    pay(till, order).raise_for_status()
    checkout.confirm(payment_of(order))
    assert customers.session_of(payment_of(order).order, ann) == ""


def test_paying_goes_on_without_a_session(till, faults, ann):
    order = order_of(ann)
    payments.start(order.payment)
    faults("session", "500_before", times=2)

    assert customers.session_of(order, ann) == ""


@pytest.fixture
def opens(client, ann):
    """opens(order): the answer as her own browser opens the payment."""
    carry(client, "ann").force_login(ann)
    token = "t" * 32
    client.cookies["csrftoken"] = token

    def post(order):
        return client.post(f"/api/v1/orders/{order.token}/payment/", headers={"X-CSRFToken": token})

    return post


def test_the_api_gives_the_session_to_the_form_that_is_opened_and_to_nobody_else(
    till, client, opens, ann, bob
):
    order = order_of(ann)
    path = f"/api/v1/orders/{order.token}/"

    answer = opens(order)

    assert answer.status_code == 200
    assert answer.json()["payment"]["customer_session"].startswith("cuss_secret_")
    assert client.get(path).json()["payment"]["customer_session"] == ""
    client.force_login(bob)  # her browser, another account
    assert opens(order).json()["payment"]["customer_session"] == ""
    del client.cookies["sessionid"]
    assert opens(order).json()["payment"]["customer_session"] == ""
    carry(client, "bob").force_login(ann)  # her account, not the browser it was ordered with
    assert opens(order).status_code == 404


def test_a_card_is_kept_without_an_order(till, ann):
    secret = customers.setup(ann)
    path = f"setup_intents/{secret.split('_secret_')[0]}"

    at_the_till(till, f"{path}/confirm", {"payment_method": "pm_card_visa"})

    assert [card.last4 for card in customers.cards(ann)] == ["4242"]
