"""Ours without HTTP: the statements of an order, then threads that place, together and alone.

python -m tests.benchmarks.sale.ours.inside ITEMS,… BUYERS,… SECONDS: a JSON line for each.
"""

import json
import sys

from tests.benchmarks.sale.ours import prepare  # sets Django up  # isort: skip

from django.db import connections
from django.test import Client

from livecommerce import visitors
from orders import checkout, counter
from shops.stock import OutOfStock
from tests.benchmarks.sale import threads
from tests.benchmarks.sale.ours import alone
from tests.benchmarks.sale.statements import statements

WAYS = {"ours": counter.place, "ours, one by one": alone.place}
MOST = 2000  # orders a second that there are bags for
PLENTY = 1_000_000
BATCH = 8


def count() -> dict:
    """{"over HTTP", "together"}: statements of one order, and of one among a few."""
    one, *few = prepare.afresh(1, PLENTY, 1 + BATCH)
    client, text = Client(HTTP_HOST="127.0.0.1"), prepare.request(one)
    client.cookies[visitors.COOKIE] = visitors.cookie_for(one.owner)
    body = text.partition("\r\n\r\n")[2]
    answers = []

    def post():
        answers.append(client.post("/api/v1/orders/", body, content_type="application/json"))

    single = statements(post)
    assert answers[0].status_code == 201, answers[0].content
    return {"statements": single, "together": statements(lambda: checkout.place_all(few)) / BATCH}


def placed(place, submit) -> bool:
    try:
        place(submit)
    except OutOfStock:
        return False
    return True


if __name__ == "__main__":
    items, buyers, seconds = sys.argv[1:]
    print(json.dumps(count()), flush=True)
    for wide in map(int, items.split(",")):
        for many in map(int, buyers.split(",")):
            for way, place in WAYS.items():
                jobs = prepare.afresh(wide, PLENTY, int(MOST * (float(seconds) + threads.WARM)))
                told = threads.crowd(
                    many,
                    jobs,
                    lambda job, place=place: placed(place, job),
                    float(seconds),
                    connections.close_all,
                )
                print(json.dumps({"name": way, "items": wide, "buyers": many} | told), flush=True)
