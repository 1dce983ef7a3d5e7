import pytest
from rest_framework.test import APIClient

from tests.factories import make_product, make_shop, make_variant

pytestmark = pytest.mark.django_db


def test_a_shop_tells_its_currency_and_price_of_delivery(client):
    make_shop(slug="clay", name="Clay", currency="jpy", shipping=700)

    answer = client.get("/api/v1/shops/clay/")

    assert answer.status_code == 200
    assert answer.json() == {
        "slug": "clay",
        "name": "Clay",
        "tagline": "",
        "about": "",
        "currency": "jpy",
        "shipping": 700,
        "hue": 25,
        "url": "/clay/",
        "avatar": None,
        "hero": None,
    }


def test_a_product_lists_only_variants_on_sale_with_what_is_left(client):
    product = make_product(on_hand=3, price=1900)
    make_variant(product, is_on_sale=False)

    answer = client.get(f"/api/v1/shops/{product.shop.slug}/products/{product.slug}/").json()

    (variant,) = answer["variants"]
    assert (variant["price"], variant["left"]) == (1900, 3)
    assert answer["currency"] == "eur"


def test_a_shop_lists_its_own_goods_on_sale_and_no_others(client):
    shop = make_shop()
    mine = make_product(shop=shop)
    make_product(shop=shop, is_on_sale=False)
    make_product()

    answer = client.get(f"/api/v1/shops/{shop.slug}/products/").json()

    assert [product["id"] for product in answer["results"]] == [mine.pk]


def test_a_product_of_another_shop_is_answered_like_none(client):
    shop, foreign = make_shop(), make_product()

    theirs = client.get(f"/api/v1/shops/{shop.slug}/products/{foreign.slug}/")
    none = client.get(f"/api/v1/shops/{shop.slug}/products/no-such-thing/")

    assert theirs.status_code == none.status_code == 404
    assert theirs.json() == none.json()


@pytest.mark.parametrize("products", [1, 7])
def test_a_list_of_products_takes_the_same_few_queries_whatever_its_length(
    client, django_assert_max_num_queries, products
):
    shop = make_shop()
    for _ in range(products):
        make_product(shop=shop)

    with django_assert_max_num_queries(6):
        client.get(f"/api/v1/shops/{shop.slug}/products/")


def test_a_page_has_a_largest_size(client):
    make_shop()

    answer = client.get("/api/v1/shops/", {"limit": 2**70, "offset": 2**70})

    assert answer.status_code == 200
    assert answer.json()["results"] == []


def test_an_address_that_does_not_exist_answers_in_json():
    for method in ("get", "post", "put", "delete"):
        answer = getattr(APIClient(), method)("/api/v1/no/such/thing/")

        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
