"""Our shop, somebody else's, and the owner of ours signed in."""

import pytest
from django.test import Client

from tests.admin.back_office import House, make_house, signed_in


@pytest.fixture
def ours(db) -> House:
    return make_house(name="Ours")


@pytest.fixture
def theirs(db) -> House:
    return make_house(name="Theirs")


@pytest.fixture
def owner(ours) -> Client:
    return signed_in(ours.owner)
