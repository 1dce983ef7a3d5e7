"""Counts SQL statements inside the product's own process: run by `manage.py shell`."""

import json
import uuid

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shops.models import Variant

COUNTED = ("SELECT", "INSERT", "UPDATE", "DELETE")


def counted(act) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        act()
    return sum(query["sql"].lstrip().startswith(COUNTED) for query in queries)


def count() -> dict[str, int]:
    """{page: statements} for a visitor without a session, and for placing an order."""
    pages = {
        "home": "/",
        "shop": "/claymoor/",
        "product": "/claymoor/stoneware-mug/",
        "live show": "/live/kiln-opening/",
        "replay": "/live/first-frost-table/",
    }
    found = {
        name: counted(lambda path=path: Client(HTTP_HOST="127.0.0.1").get(path))
        for name, path in pages.items()
    }
    return found | {"placing an order": _placing()}


def _placing() -> int:
    client = Client(HTTP_HOST="127.0.0.1")
    variant = Variant.objects.get(sku="CM-CAN")
    client.post(reverse("put-in-bag", args=["claymoor"]), {"variant": variant.pk, "add": 1})
    bag = client.get("/api/v1/bags/claymoor/").json()
    fields = {
        "key": uuid.uuid4().hex,
        "seen": bag["total"],
        "email": "bench@example.com",
        "name": "Bench",
        "line1": "Street 1",
        "postcode": "10115",
        "city": "Berlin",
        "country": "DE",
    }
    answers = []
    statements = counted(
        lambda: answers.append(client.post(reverse("checkout", args=["claymoor"]), fields))
    )
    assert answers[0].status_code == 302, answers[0].content
    client.post(answers[0].url + "cancel/")
    return statements


print(json.dumps(count()))
