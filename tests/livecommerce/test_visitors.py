import pytest
from django.core import signing

from livecommerce import visitors
from tests.factories import make_show


def test_a_visitor_is_known_by_the_cookie_we_signed():
    assert visitors.read(visitors.cookie_for("ann")) == "ann"


@pytest.mark.parametrize(
    "forged",
    [None, "", "ann", "ann:abc", signing.dumps("ann"), visitors.cookie_for("ann")[:-1]],
)
def test_a_cookie_we_did_not_sign_is_nobodys(forged):
    assert visitors.read(forged) is None


@pytest.mark.django_db
def test_who_only_looks_gets_no_cookie(client):
    assert visitors.COOKIE not in client.get("/").cookies


@pytest.mark.django_db
def test_who_comes_to_talk_or_buy_gets_a_cookie_once_and_scripts_cannot_read_it(client):
    show = make_show()

    cookie = client.get(f"/live/{show.slug}/").cookies[visitors.COOKIE]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert visitors.COOKIE not in client.get(f"/live/{show.slug}/").cookies
