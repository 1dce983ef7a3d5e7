"""Rows for one measurement of ours: a live show's products, and a bag for each buyer.

python -m tests.benchmarks.sale.ours.prepare ITEMS UNITS BUYERS FILE: writes what
tests.benchmarks.sale.buyers sends.
"""

import json
import os
import secrets
import sys
import uuid
from dataclasses import asdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livecommerce.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from livecommerce import visitors  # noqa: E402
from orders import quotes  # noqa: E402
from orders.models import Bag, BagLine  # noqa: E402
from orders.submit import Submit  # noqa: E402
from tests import factories  # noqa: E402

TOKEN = "b" * 32  # of the form; its cookie says the same
REQUEST = (
    "POST /api/v1/orders/ HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
    "Content-Type: application/json\r\nCookie: visitor={visitor}; csrftoken={token}\r\n"
    "X-CSRFToken: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
)


@transaction.atomic
def submits(items: int, units: int, buyers: int) -> list[Submit]:
    """So many products with so many units each, and buyers with one unit of one in their bags."""
    shop = factories.make_shop(name="Bench", slug="bench", shipping=490)
    show = factories.make_show(shop=shop)
    lineup = [
        factories.make_item(show, factories.make_product(shop=shop, on_hand=units, price=1000))
        for _ in range(items)
    ]
    variants = [item.product.variants.get() for item in lineup]
    owners = [secrets.token_urlsafe(16) for _ in range(buyers)]
    bags = Bag.objects.bulk_create(Bag(shop=shop, owner=owner) for owner in owners)
    BagLine.objects.bulk_create(
        BagLine(bag=bag, variant=variants[turn % items], item=lineup[turn % items], quantity=1)
        for turn, bag in enumerate(bags)
    )
    total = quotes.quote(bags[0]).total
    return [
        Submit(shop, owner, uuid.uuid4().hex, factories.make_delivery(owner), total)
        for owner in owners
    ]


def afresh(items: int, units: int, buyers: int) -> list[Submit]:
    """The same in an empty database."""
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    made = submits(items, units, buyers)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("ANALYZE")
    return made


def request(submit: Submit) -> str:
    """The whole request of one buyer, as our own page would send it."""
    said = {"shop": submit.shop.slug, "key": submit.key, "seen": submit.seen}
    body = json.dumps(said | asdict(submit.delivery))
    cookie = visitors.cookie_for(submit.owner)
    return REQUEST.format(visitor=cookie, token=TOKEN, length=len(body), body=body)


if __name__ == "__main__":
    *numbers, file = sys.argv[1:]
    made = [request(submit) for submit in afresh(*map(int, numbers))]
    told = {"requests": made, "placed": "HTTP/1.1 201", "refused": '"code":"out_of_stock"'}
    Path(file).write_text(json.dumps(told))
