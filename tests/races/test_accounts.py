"""Many at once: one e-mail is one account, one person one customer, and guesses are all counted."""

import pytest

from orders import customers
from orders.models import Customer
from shops import accounts, tries
from shops.models import User
from tests.factories import make_user
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True)
N = 8


@pytest.fixture(autouse=True)
def _a_quick_hash(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_one_email_signs_up_once():
    def sign_up():
        accounts.sign_up("ann@example.com", "a kiln at noon", address="10.0.0.1")

    outcomes = together(N, sign_up)

    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[accounts.EmailTaken] * (N - 1)]))
    assert User.objects.count() == 1


def test_guesses_at_one_moment_are_counted_one_by_one(monkeypatch):
    make_user(username="ann@example.com", password="a kiln at noon")
    monkeypatch.setattr(accounts, "PER_ACCOUNT", 3)

    def guess():
        accounts.check(None, "ann@example.com", "wrong", address="10.0.0.1")

    outcomes = together(N, guess)

    assert outcomes.count(accounts.WrongPassword) == 3
    assert outcomes.count(tries.TooManyTries) == N - 3


def test_one_person_becomes_one_customer(till):
    ann = make_user(username="ann@example.com", email="ann@example.com")

    outcomes = together(N, lambda: customers.reference_of(User.objects.get(pk=ann.pk)))

    made = {each for each in outcomes if isinstance(each, str)}
    assert made == {Customer.objects.get().reference}
