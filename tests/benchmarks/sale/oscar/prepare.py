"""Rows for one measurement of oscar: products, and a basket and a session for each buyer.

python -m tests.benchmarks.sale.oscar.prepare ITEMS UNITS BUYERS FILE: writes what
tests.benchmarks.sale.buyers sends.
"""

import json
import os
import secrets
import sys
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.sale.oscar.settings")
django.setup()

from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.contrib.sites.models import Site  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.signing import Signer  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

Basket, Line = get_model("basket", "Basket"), get_model("basket", "Line")
Product, ProductClass = get_model("catalogue", "Product"), get_model("catalogue", "ProductClass")
StockRecord, Partner = get_model("partner", "StockRecord"), get_model("partner", "Partner")
Country = get_model("address", "Country")
TOKEN = "b" * 32
ADDRESS = {
    "first_name": "Ann",
    "last_name": "Example",
    "line1": "Harbour Street 1",
    "line4": "Hamburg",
    "postcode": "20457",
    "country_id": "DE",
}
REQUEST = (
    "POST /place/ HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
    "Content-Type: application/json\r\nCookie: sessionid={session}; oscar_open_basket={basket}; "
    "csrftoken={token}\r\nX-CSRFToken: {token}\r\nContent-Length: {length}\r\n\r\n{body}"
)


@transaction.atomic
def baskets(items: int, units: int, buyers: int) -> list[tuple[int, str]]:
    """[(basket, session)]: a guest each, with one unit of one product."""
    Site.objects.create(pk=1, domain="127.0.0.1", name="Bench")
    Country.objects.create(
        iso_3166_1_a2="DE", printable_name="Germany", name="Germany", is_shipping_country=True
    )
    kind = ProductClass.objects.create(name="Goods", track_stock=True)
    partner = Partner.objects.create(name="Bench")
    records = []
    for number in range(items):
        product = Product.objects.create(product_class=kind, title=f"Product {number}")
        records.append(
            StockRecord.objects.create(
                product=product,
                partner=partner,
                partner_sku=f"sku-{number}",
                price="10.00",
                num_in_stock=units,
            )
        )
    made = Basket.objects.bulk_create(Basket() for _ in range(buyers))
    Line.objects.bulk_create(
        Line(
            basket=basket,
            line_reference=f"{record.product_id}_{record.pk}",
            product_id=record.product_id,
            stockrecord=record,
            quantity=1,
            price_currency=record.price_currency,
            price_excl_tax="10.00",
            price_incl_tax="10.00",
        )
        for turn, basket in enumerate(made)
        for record in [records[turn % items]]
    )
    return list(zip([basket.pk for basket in made], _sessions(buyers), strict=True))


def _sessions(buyers: int) -> list[str]:
    """As oscar leaves a guest's once she told her mail address."""
    store, ends = SessionStore(), timezone.now() + timedelta(days=1)
    keys = [secrets.token_hex(16) for _ in range(buyers)]
    Session.objects.bulk_create(
        Session(
            session_key=key,
            session_data=store.encode(
                {"checkout_data": {"guest": {"email": f"{key}@example.com"}}}
            ),
            expire_date=ends,
        )
        for key in keys
    )
    return keys


def afresh(items: int, units: int, buyers: int) -> list[tuple[int, str]]:
    """The same in an empty database."""
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    made = baskets(items, units, buyers)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("ANALYZE")
    return made


def request(basket: int, session: str) -> str:
    """The whole request of one buyer."""
    body = json.dumps(ADDRESS)
    return REQUEST.format(
        session=session, basket=Signer().sign(basket), token=TOKEN, length=len(body), body=body
    )


if __name__ == "__main__":
    *numbers, file = sys.argv[1:]
    made = [request(*one) for one in afresh(*map(int, numbers))]
    told = {"requests": made, "placed": "/checkout/thank-you/", "refused": "ocation: /basket/"}
    Path(file).write_text(json.dumps(told))
