import pytest

from orders.models import BagLine
from tests.factories import carry, make_product

pytestmark = pytest.mark.django_db
LARGE = b"x" * (2 * 1024 * 1024 + 1)


def test_a_form_that_is_too_large_gets_413_and_changes_nothing(client):
    variant = make_product().variants.get()
    shop = variant.product.shop.slug

    answer = carry(client, "ann").post(
        f"/bag/{shop}/put/",
        b"variant=%d&add=1&more=" % variant.pk + LARGE,
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 413
    assert not BagLine.objects.exists()


def test_too_many_fields_stay_a_bad_request(client):
    shop = make_product().shop.slug
    fields = {f"field-{number}": "" for number in range(1001)}

    assert client.post(f"/bag/{shop}/put/", fields).status_code == 400
    assert not BagLine.objects.exists()
