"""Shoppers' accounts: an e-mail and a password. Nobody needs one to buy.

The e-mail is a name to sign in with. Nobody proved that it is theirs, so it opens nothing else.
"""

import unicodedata

from django.contrib import auth
from django.db import IntegrityError, transaction

from livecommerce.errors import DomainError
from shops import tries
from shops.models import User

MINUTES = 10
PER_ACCOUNT, PER_ADDRESS = 10, 50  # failed sign-ins in that time; many phones share an address
SIGN_UPS = 20  # from one address in that time


class EmailTaken(DomainError):
    code = "email_taken"


class WrongPassword(DomainError):
    """The same for a wrong password, an unknown e-mail and an account that was closed."""

    code = "wrong_password"


def normal(email: str) -> str:
    """The one way to write an e-mail: Ann@Example.com and ann@example.com are one account."""
    return unicodedata.normalize("NFKC", email).strip().lower()


def sign_up(email: str, password: str, *, address: str) -> User:
    """A new account. The password was checked by the form."""
    tries.count("sign-up", address, most=SIGN_UPS, minutes=MINUTES)
    name = normal(email)
    taken = EmailTaken("There is an account with this e-mail. Please sign in.", field="email")
    if User.objects.filter(username__iexact=name).exists():
        raise taken
    try:
        with transaction.atomic():
            return User.objects.create_user(name, email=name, password=password)
    except IntegrityError:  # two tabs at once
        raise taken from None


def check(request, email: str, password: str, *, address: str) -> User:
    """Who this is. An unknown e-mail costs as much time as a known one, and counts as much."""
    name = normal(email)
    tries.count("sign-in-from", address, most=PER_ADDRESS, minutes=MINUTES)
    tries.count("sign-in-as", name, most=PER_ACCOUNT, minutes=MINUTES)
    user = auth.authenticate(request, username=name, password=password)
    if user is None:
        raise WrongPassword("E-mail and password do not belong together.")
    tries.take_back("sign-in-from", address)
    tries.forget("sign-in-as", name)
    return user


def count_staff(username: str, *, address: str) -> None:
    """One more try at the back office's door.

    An account is counted for each address by itself: else anybody could keep a shop's people out
    in the middle of a show.
    """
    tries.count("sign-in-from", address, most=PER_ADDRESS, minutes=MINUTES)
    tries.count("staff-as", f"{normal(username)} {address}", most=PER_ACCOUNT, minutes=MINUTES)


def forget_staff(username: str, *, address: str) -> None:
    """They are in: what they tried before does not count any more."""
    tries.take_back("sign-in-from", address)
    tries.forget("staff-as", f"{normal(username)} {address}")
