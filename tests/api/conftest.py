"""Who calls: a shopper with a cookie, a passer-by without, somebody of the shop."""

import pytest
from rest_framework.test import APIClient

from tests.factories import carry


@pytest.fixture
def shopper() -> APIClient:
    """Ann, who carries a visitor's cookie."""
    return carry(APIClient(), "ann")


@pytest.fixture
def stranger() -> APIClient:
    """Bob, who carries a cookie of his own."""
    return carry(APIClient(), "bob")


@pytest.fixture
def signed_in():
    """signed_in(user): a client with this person's session."""

    def sign_in(user) -> APIClient:
        client = APIClient()
        client.force_login(user)
        return client

    return sign_in
