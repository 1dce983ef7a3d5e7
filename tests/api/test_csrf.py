"""A foreign page can make a browser send its cookies, but it cannot read our token."""

import pytest
from rest_framework.test import APIClient

from orders.models import BagLine, Order
from streams.models import Show
from tests.factories import DELIVERY, carry, make_product, make_show, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> APIClient:
    return carry(APIClient(enforce_csrf_checks=True), "ann")


def test_a_foreign_page_does_not_fill_a_visitors_bag(browser):
    variant = make_product().variants.get()
    path = f"/api/v1/bags/{variant.product.shop.slug}/lines/{variant.pk}/"

    answer = browser.put(path, {"quantity": 1}, format="json")

    assert answer.status_code == 403
    assert not BagLine.objects.exists()


def test_a_foreign_page_places_no_order(browser):
    body = DELIVERY | {"shop": make_product().shop.slug, "key": "0" * 32, "seen": 1000}

    answer = browser.post("/api/v1/orders/", body, format="json")

    assert answer.status_code == 403
    assert not Order.objects.exists()


def test_a_foreign_page_does_not_end_a_show(browser):
    show = make_show()
    browser.force_login(make_staff(shop=show.shop))

    answer = browser.post(f"/api/v1/shows/{show.slug}/end/")

    assert answer.status_code == 403
    show.refresh_from_db()
    assert show.status == Show.Status.LIVE


def test_our_own_page_echoes_the_token_that_the_bag_gave_it(browser):
    variant = make_product().variants.get()
    bag = f"/api/v1/bags/{variant.product.shop.slug}/"
    token = browser.get(bag).cookies["csrftoken"].value

    answer = browser.put(
        f"{bag}lines/{variant.pk}/", {"quantity": 1}, format="json", headers={"x-csrftoken": token}
    )

    assert answer.status_code == 200
    assert BagLine.objects.get().quantity == 1
