"""Accounts of shoppers: signing in, up and out, and the page behind it."""

import re

import pytest
import requests
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from orders import customers
from orders.models import Customer, Order
from shops import accounts
from shops.models import User
from tests.factories import make_order, make_product, make_shop, make_staff, make_user

pytestmark = pytest.mark.django_db
IN, UP, OUT, HERS = "/account/sign-in/", "/account/sign-up/", "/account/sign-out/", "/account/"
EMAIL, PASSWORD = "ann@example.com", "a kiln at noon"
SAME = "E-mail and password do not belong together."


@pytest.fixture(autouse=True)
def _a_quick_hash(settings):
    """A real one takes its time on purpose; here a hundred are made."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ann():
    return make_user(username=EMAIL, email=EMAIL, password=PASSWORD)


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def who(client):
    return client.session.get(SESSION_KEY)


def sign_in(client, email=EMAIL, password=PASSWORD, **more):
    return client.post(IN, {"email": email, "password": password, **more})


def sign_up(client, email=EMAIL, password=PASSWORD, **more):
    return client.post(UP, {"email": email, "password": password, **more})


# Signing up


def test_who_signs_up_is_signed_in(client):
    answer = sign_up(client, "  Ann@Example.com ")

    user = User.objects.get()
    assert (answer.status_code, answer.url) == (302, HERS)
    assert who(client) == str(user.pk)
    assert (user.username, user.email) == (EMAIL, EMAIL)
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "password123", "a" * 201])
def test_a_weak_password_is_refused(client, password):
    answer = sign_up(client, password=password)

    assert answer.status_code == 400
    assert "field__error" in answer.content.decode()
    assert not User.objects.exists()
    assert who(client) is None


@pytest.mark.parametrize("email", ["", "ann", "ann@", "a\x00@example.com", f"{'a' * 150}@b.com"])
def test_what_is_no_email_is_refused(client, email):
    assert sign_up(client, email).status_code == 400
    assert sign_in(client, email).status_code == 400

    assert not User.objects.exists()


def test_an_email_that_becomes_too_long_when_it_is_written_in_the_one_way_is_refused(client):
    email = f"a@{'.'.join(['ﬃ' * 20] * 6)}.com"
    assert len(email) < 150 < len(accounts.normal(email))

    assert sign_up(client, email).status_code == 400

    assert not User.objects.exists()


@pytest.mark.parametrize("email", [EMAIL, "ANN@EXAMPLE.COM", " Ann@example.com"])
def test_an_email_is_one_account_however_it_is_written(client, ann, email):
    answer = sign_up(client, email, "another password")

    assert answer.status_code == 400
    assert "There is an account with this e-mail" in text(answer)
    assert User.objects.get().check_password(PASSWORD)
    assert who(client) is None


def test_nobody_makes_accounts_by_the_hundred(client):
    for number in range(accounts.SIGN_UPS):
        assert sign_up(client, f"a{number}@example.com").status_code == 302
        client.logout()

    answer = sign_up(client, "one-more@example.com")

    assert answer.status_code == 429
    assert "Too many tries. Please wait 10 minutes" in text(answer)
    assert not User.objects.filter(username="one-more@example.com").exists()


# Signing in


@pytest.mark.parametrize("email", [EMAIL, "ANN@Example.com"])
def test_who_knows_the_password_is_signed_in(client, ann, email):
    assert sign_in(client, email).url == HERS

    assert who(client) == str(ann.pk)


def test_a_wrong_password_and_an_unknown_email_sound_the_same(client, ann):
    make_user(username="closed@example.com", password=PASSWORD, is_active=False)

    answers = [
        sign_in(client, password="wrong"),
        sign_in(client, "nobody@example.com"),
        sign_in(client, "closed@example.com"),
    ]

    assert [answer.status_code for answer in answers] == [400, 400, 400]
    pages = {re.sub(r'(value|nonce)="[^"]*"', "", answer.content.decode()) for answer in answers}
    assert len(pages) == 1
    assert SAME in text(answers[0])
    assert who(client) is None


def test_an_account_is_not_guessed_at_for_long_known_or_not(client, ann):
    for email in (EMAIL, "nobody@example.com"):
        for _ in range(accounts.PER_ACCOUNT):
            assert sign_in(client, email, "wrong").status_code == 400

        answer = sign_in(client, email.upper())

        assert answer.status_code == 429
        assert "Too many tries. Please wait 10 minutes" in text(answer)
    assert who(client) is None


def test_an_address_does_not_try_one_account_after_the_other(client, ann):
    for number in range(accounts.PER_ADDRESS):
        sign_in(client, f"a{number}@example.com", "wrong")

    assert sign_in(client).status_code == 429
    assert who(client) is None


def test_who_signs_in_often_has_guessed_nothing(client, ann):
    for _ in range(accounts.PER_ADDRESS + 1):
        assert sign_in(client).status_code == 302
        client.post(OUT)


def test_a_right_password_does_not_wash_an_address_clean(client, ann):
    for number in range(accounts.PER_ADDRESS):
        sign_in(client, f"a{number}@example.com", "wrong")
        if number == 1:
            sign_in(client)
            client.post(OUT)

    assert sign_in(client).status_code == 429
    assert who(client) is None


def test_a_household_of_addresses_is_one_guesser(client, ann):
    def guess(address, number):
        data = {"email": f"a{number}@example.com", "password": "wrong"}
        return client.post(IN, data, REMOTE_ADDR=address).status_code

    codes = {guess(f"2a02:908:1:2::{n:x}", n) for n in range(1, accounts.PER_ADDRESS + 1)}

    assert codes == {400}
    assert guess("2a02:908:1:2:ffff::1", 60) == 429
    assert guess("2a02:908:1:3::1", 61) == 400
    assert guess("::ffff:192.0.2.1", 62) == 400


def test_somebody_elses_header_is_no_new_address(client, ann):
    for number in range(accounts.PER_ADDRESS):
        data = {"email": f"a{number}@example.com", "password": "wrong"}
        client.post(IN, data, headers={"X-Forwarded-For": f"10.0.0.{number}"})

    assert sign_in(client).status_code == 429


def test_the_right_password_forgets_the_wrong_ones(client, ann):
    for _ in range(accounts.PER_ACCOUNT - 1):
        sign_in(client, password="wrong")
    sign_in(client)
    client.post(OUT)

    assert sign_in(client, password="wrong").status_code == 400
    assert sign_in(client).status_code == 302


def test_a_dead_cache_locks_nobody_out(client, ann, monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionError

    for name in ("add", "incr", "delete"):
        monkeypatch.setattr(cache, name, broken)

    assert sign_in(client).status_code == 302


def test_a_session_begun_before_is_not_the_one_after(client, ann):
    session = client.session
    session["planted"] = True
    session.save()
    before = client.cookies["sessionid"].value

    sign_in(client)

    assert client.cookies["sessionid"].value != before
    assert not client.session.exists(before)


@pytest.mark.parametrize(
    ("wanted", "goal"),
    [
        ("/checkout/claymoor/?a=b", "/checkout/claymoor/?a=b"),
        ("", HERS),
        ("https://evil.test/", HERS),
        ("//evil.test/", HERS),
        ("/\\evil.test/", HERS),
        ("javascript:alert(1)", HERS),
        ("http://testserver.evil.test/", HERS),
        ("checkout", HERS),
        ("sign-out", HERS),
        ("?x", HERS),
        ("%0d%0aSet-Cookie: a=b", HERS),
        ("/claymoor/%0d%0a", "/claymoor/%0d%0a"),
    ],
)
def test_it_goes_on_with_a_page_of_ours_only(client, ann, wanted, goal):
    page = client.get(IN, {"next": wanted}).content.decode()
    assert "evil.test" not in page
    assert "javascript:" not in page

    assert sign_in(client, next=wanted).url == goal
    assert client.get(IN, {"next": wanted}).url == goal  # signed in already


@pytest.mark.parametrize("key", ['"\\000aaaaaaaaaaaa"', "' or 1=1 --", "é" * 32, "a" * 9000])
def test_a_key_that_nobody_was_given_is_no_session(client, key):
    answer = client.get(HERS, headers={"cookie": f"sessionid={key}"})

    assert (answer.status_code, answer.url) == (302, f"{IN}?next=%2Faccount%2F")


def test_another_site_signs_nobody_in_or_out(ann):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    strict.force_login(ann)

    assert strict.post(OUT).status_code == 403
    assert strict.get(OUT).status_code == 405

    assert who(strict) == str(ann.pk)


def test_who_signs_out_is_gone(client, ann):
    client.force_login(ann)
    before = client.cookies["sessionid"].value

    assert client.post(OUT).url == "/"

    assert not client.session.exists(before)
    assert client.get(HERS).url == f"{IN}?next=%2Faccount%2F"


@pytest.mark.parametrize("path", [IN, UP])
def test_nobody_keeps_a_copy_of_these_pages(client, path):
    answer = client.get(path)

    assert "no-store" in answer["Cache-Control"]
    assert 'autocomplete="' in answer.content.decode()
    assert "noindex" in answer.content.decode()


def test_a_shopper_has_no_part_in_any_shop(client, ann):
    shop = make_shop()
    client.force_login(ann)

    assert client.get("/admin/").status_code == 302
    assert client.get(f"/api/v1/shops/{shop.slug}/orders/").status_code == 404


# The page


def order_of(user, owner="ann", **values):
    order = make_order(owner=owner)
    Order.objects.filter(pk=order.pk).update(user=user, **values)
    return Order.objects.get(pk=order.pk)


def test_the_page_lists_her_orders_and_nobody_elses(client, till, ann):
    hers, his = order_of(ann), order_of(make_user(), owner="bob")
    by_mail = order_of(None, owner="eve", email=EMAIL)  # nobody proved whose e-mail that is
    client.force_login(ann)

    page = client.get(HERS)

    links = set(re.findall(r"/orders/([0-9a-f-]{36})/", page.content.decode()))
    assert links == {str(hers.token)}
    assert not links & {str(his.token), str(by_mail.token)}
    assert "no-store" in page["Cache-Control"]
    assert not Customer.objects.exists()


def test_a_long_list_has_pages_and_asks_as_little_as_a_short_one(client, till, ann):
    client.force_login(ann)
    shop = make_shop(shipping=0)
    with CaptureQueriesContext(connection) as few:
        client.get(HERS)
    for number in range(21):
        variant = make_product(shop=shop).variants.get()
        order = make_order(variant=variant, owner=f"ann-{number}")
        Order.objects.filter(pk=order.pk).update(user=ann)

    with CaptureQueriesContext(connection) as many:
        page = client.get(HERS).content.decode()

    assert page.count("/orders/") == 20
    assert "?page=2" in page
    assert len(many) <= len(few) + 3
    assert client.get(f"{HERS}?page=2").content.decode().count("/orders/") == 1
    assert client.get(f"{HERS}?page=x").status_code == 200


def keep(till, user):
    requests.post(
        f"{till.address}/v1/payment_methods/pm_card_visa/attach",
        data={"customer": customers.reference_of(user)},
        headers={"Authorization": "Bearer sk_test_till"},
        timeout=10,
    ).raise_for_status()
    return customers.cards(user)[0].reference


def test_a_saved_card_is_shown_and_removed(client, till, ann):
    card = keep(till, ann)
    client.force_login(ann)
    assert "Visa ending in 4242" in text(client.get(HERS))

    answer = client.post(f"/account/cards/{card}/remove/", follow=True)

    assert "The card is removed." in text(answer)
    assert "4242" not in text(answer)
    assert customers.cards(ann) == []


def test_nobody_removes_a_card_of_another(client, till, ann):
    card = keep(till, ann)
    bob = make_user()
    keep(till, bob)
    client.force_login(bob)

    answer = client.post(f"/account/cards/{card}/remove/", follow=True)

    assert "not saved any more" in text(answer)
    assert len(customers.cards(ann)) == 1
    client.logout()
    assert client.post(f"/account/cards/{card}/remove/").url.startswith(IN)
    assert len(customers.cards(ann)) == 1


def test_the_page_stands_while_the_provider_does_not(client, ann, settings):
    Customer.objects.create(user=ann, reference="cus_1")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    client.force_login(ann)

    assert "Your saved cards cannot be shown at the moment." in text(client.get(HERS))
    answer = client.post("/account/cards/add/", follow=True)
    assert answer.status_code == 200
    assert "cannot be reached" in text(answer)


def test_a_card_form_is_opened_by_who_is_signed_in(client, till, ann):
    path = "/account/cards/add/"
    assert client.post(path).url.startswith(IN)
    assert not Customer.objects.exists()
    client.force_login(ann)
    assert client.get(path).status_code == 405

    answer = client.post(path)

    assert 'data-client-secret="seti_' in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_card_forms_are_not_for_trying_stolen_numbers(client, till, ann):
    client.force_login(ann)
    for _ in range(20):
        assert client.post("/account/cards/add/").status_code == 200

    answer = client.post("/account/cards/add/", follow=True)

    assert "Too many tries. Please wait 60 minutes" in text(answer)
    assert "data-client-secret" not in answer.content.decode()


@pytest.mark.parametrize("path", [IN, UP, "/"])
def test_stripes_domains_are_named_only_with_keys(client, path):
    policy = client.get(path)["Content-Security-Policy"]

    assert "stripe" not in policy
    assert "unsafe-inline" not in policy


def test_every_page_leads_to_the_account_and_knows_nobody(client, ann):
    client.force_login(ann)

    page = client.get("/").content.decode()

    assert f'href="{HERS}"' in page
    assert EMAIL not in page


def test_staff_without_an_email_for_a_name_still_have_a_page(client, till):
    mara = make_staff(username="mara")
    client.force_login(mara)

    assert "mara" in text(client.get(HERS))


def test_reading_the_page_again_and_again_stops_asking_the_provider(client, till, ann, monkeypatch):
    monkeypatch.setattr("orders.account_views.LOOKS", 2)
    customers.reference_of(ann)
    client.force_login(ann)
    asked = []
    monkeypatch.setattr("orders.customers.cards", lambda user: asked.append(user) or [])

    pages = [text(client.get(HERS)) for _ in range(3)]
    client.post("/account/cards/pm_1/remove/")

    assert len(asked) == 2
    assert ["Too many tries" in page for page in pages] == [False, False, True]
