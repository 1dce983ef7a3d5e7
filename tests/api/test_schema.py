"""The API against its own description: it is complete, and what it says is what is answered."""

from contextlib import suppress

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from rest_framework.test import APIClient
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance

from livecommerce.wsgi import application
from orders import bag as bags
from streams import deals
from tests.factories import (
    carry,
    make_coupon,
    make_item,
    make_order,
    make_product,
    make_shop,
    make_show,
    make_staff,
)
from tests.streams.asking import make_question

TOKEN = "a" * 32
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_the_description_is_written_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "api.yml"))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(GenerationMode.POSITIVE, {200, 201, 204, 409}), (GenerationMode.NEGATIVE, {400})],
)
def test_every_call_answers_as_described_whatever_it_is_sent(
    mode, expected, till, transactional_db
):
    show = make_show(slug="ours", shop=make_shop(slug="ours"))
    item, other = (
        make_item(show, make_product(shop=show.shop, slug=slug, price=1000, on_hand=50))
        for slug in ("ours", "other")
    )
    variant, order = item.product.variants.get(), make_order(variant=item.product.variants.get())
    bags.put(show.shop, order.owner, other.product.variants.get().pk, 1)
    known = {"slug": "ours", "shop": "ours", "product": "ours", "item": item.pk, "seen": 1000}
    known |= {"variant": variant.pk, "token": str(order.token), "country": "DE"}
    known |= {"number": make_question(show).pk, "code": make_coupon(show.shop).code}
    known |= {"deal": deals.open(other, price=900, seconds=600).pk}
    cookies = cookies_of(make_staff(shop=show.shop), order.owner)
    described = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    seen = set()

    for found in described.get_all_operations():
        operation = found.ok()

        @EXAMPLES
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case):
            case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
            if mode == GenerationMode.POSITIVE and isinstance(case.body, dict):
                case.body |= {name: known[name] for name in case.body if name in known}
            answer = case.call_and_validate(
                headers={"X-CSRFToken": TOKEN, "Accept-Encoding": "identity"},
                cookies=cookies,
                checks=[not_a_server_error, response_schema_conformance],
            )
            seen.add(answer.status_code)

        with suppress(Unsatisfiable):  # a call that takes nothing has nothing to get wrong
            call()

    assert expected <= seen


def cookies_of(user, visitor) -> dict[str, str]:
    """The cookies of a browser that is signed in and has been on our pages."""
    client = carry(APIClient(), visitor)
    client.force_login(user)
    return {"csrftoken": TOKEN} | {name: each.value for name, each in client.cookies.items()}
