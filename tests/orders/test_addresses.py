"""Nobody types twice where she lives."""

import pytest

from orders import addresses
from orders import bag as bags
from orders.models import Order
from tests.factories import carry, make_order, make_product, make_shop, make_user, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(client):
    """Signed in; her last parcel went to Berlin, the one before to Hamburg."""
    user = make_user()
    for city in ("Hamburg", "Berlin"):
        order = make_order(owner="nora")
        Order.objects.filter(pk=order.pk).update(user=user, city=city, status="paid")
    client.force_login(user)
    return carry(client, "nora")


def test_who_is_signed_in_finds_her_last_address_in_the_form(nora):
    shop = make_shop()
    cup = make_product(shop=shop).variants.get()
    bags.put(shop, "nora", cup.pk, 1)

    form = nora.get(f"/checkout/{shop.slug}/").context["form"]

    assert (form["city"].value(), form["email"].value()) == ("Berlin", "nora@example.com")
    assert nora.get("/api/v1/address/").json()["city"] == "Berlin"


def test_a_guest_who_bought_before_is_told_nothing(client):
    make_order(owner="ann")

    assert carry(client, "ann").get("/api/v1/address/").json() == {}


def test_a_form_begins_where_the_shop_is_at_home_and_its_total_with_it(client):
    shop = make_shop()
    make_zone(shop, countries=["US"], shipping=500, tax_rate=700)
    make_zone(shop, shipping=900)
    cup = make_product(shop=shop, price=1000).variants.get()
    bags.put(shop, "ann", cup.pk, 1)

    answer = carry(client, "ann").get(f"/checkout/{shop.slug}/")

    assert answer.context["form"]["country"].value() == "US"
    assert answer.context["form"]["seen"].value() == 1500
    assert addresses.home_of(make_shop()) == {}
