"""Oscar without HTTP: the statements of an order, then threads that place.

python -m tests.benchmarks.sale.oscar.inside ITEMS,… BUYERS,… SECONDS: a JSON line for each.
"""

import json
import sys

from tests.benchmarks.sale.oscar import prepare  # sets Django up  # isort: skip

from django.contrib.auth.models import AnonymousUser
from django.db import connections
from django.test import Client
from oscar.core.loading import get_class

from tests.benchmarks.sale import threads
from tests.benchmarks.sale.oscar.views import Repository, ShippingAddress
from tests.benchmarks.sale.statements import statements

Applicator = get_class("offer.applicator", "Applicator")
Selector = get_class("partner.strategy", "Selector")
OrderPlacementMixin = get_class("checkout.mixins", "OrderPlacementMixin")
MOST = 600  # orders a second that there are baskets for
PLENTY = 1_000_000


def count() -> int:
    """Statements of one order over HTTP."""
    ((basket, session),) = prepare.afresh(1, PLENTY, 1)
    client = Client(HTTP_HOST="127.0.0.1")
    client.cookies["sessionid"] = session
    client.cookies["oscar_open_basket"] = prepare.Signer().sign(basket)
    answers = []

    def post():
        answers.append(client.post("/place/", prepare.ADDRESS, content_type="application/json"))

    single = statements(post)
    assert answers[0].headers["Location"] == "/checkout/thank-you/", answers[0].content
    return single


def place(basket_id: int) -> bool:
    """What the view does, without request, session and cookies."""
    basket = prepare.Basket.open.get(pk=basket_id, owner=None)
    basket.strategy = Selector().strategy()
    Applicator().apply(basket)
    for line in basket.all_lines():
        availability = basket.strategy.fetch_for_line(line).availability
        if not availability.is_purchase_permitted(line.quantity)[0]:
            return False
    method = Repository().get_default_shipping_method(basket=basket)
    charge = method.calculate(basket)
    steps = OrderPlacementMixin()
    steps.request = None
    total = steps.get_order_totals(basket, shipping_charge=charge, surcharges=None)
    number = steps.generate_order_number(basket)
    basket.freeze()
    steps.place_order(
        number,
        AnonymousUser(),
        basket,
        ShippingAddress(**prepare.ADDRESS),
        method,
        charge,
        total,
        request=None,
        guest_email=f"{basket_id}@example.com",
    )
    basket.submit()
    return True


if __name__ == "__main__":
    items, buyers, seconds = sys.argv[1:]
    print(json.dumps({"statements": count()}), flush=True)
    for wide in map(int, items.split(",")):
        for many in map(int, buyers.split(",")):
            jobs = [
                one
                for one, _ in prepare.afresh(
                    wide, PLENTY, int(MOST * (float(seconds) + threads.WARM))
                )
            ]
            told = threads.crowd(many, jobs, place, float(seconds), connections.close_all)
            where = {"name": "django-oscar", "items": wide, "buyers": many}
            print(json.dumps(where | told), flush=True)
