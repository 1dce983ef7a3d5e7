"""Several people buy, pay, change their minds, are refunded, in any order: nothing breaks."""

import json
import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
import requests
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from livecommerce.errors import DomainError
from orders import books, payments, returns, sweepers
from orders.models import Coupon, Order, Payment
from shops import stock
from shops.models import Product
from streams import deals
from streams.models import Deal
from tests.factories import (
    DELIVERY,
    carry,
    make_item,
    make_product,
    make_shop,
    make_show,
    make_zone,
)

PEOPLE = ("ann", "bob", "cem")
CODES = ("TENTH", "FIVER", "ONCE", "nonsense")
CURRENCIES = ("eur", "jpy", "kwd")
CARDS = ("pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired")

people, shops, variants = st.sampled_from(PEOPLE), st.integers(0, 2), st.integers(0, 1)
numbers = st.integers(0, 10**6)


class Sale(RuleBasedStateMachine):
    till = None  # the running stand-in

    def __init__(self):
        super().__init__()
        self.world = transaction.atomic()
        self.world._from_testcase = True  # as around any test: durable blocks may be inside
        self.world.__enter__()
        self.shown = {}  # (person, shop) → the total on her page

    def teardown(self):
        try:
            self.settle()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    @initialize()
    def open_shops(self):
        self.clients = {name: carry(APIClient(), name) for name in PEOPLE}
        self.shops, self.goods, self.items = [], [], []
        for currency in CURRENCIES:
            shop = make_shop(currency=currency, is_tax_included=currency != "jpy")
            make_zone(shop, countries=["DE"], shipping=490, free_from=9000, tax_rate=1900)
            make_zone(shop, shipping=990, tax_rate=700)
            show = make_show(shop=shop)
            pair = [make_product(shop=shop, on_hand=4, price=price) for price in (2500, 40)]
            self.items.append([make_item(show, product, show_price=30) for product in pair])
            self.goods.append([product.variants.get() for product in pair])
            self.shops.append(shop)
            for code, kind, value, limit in (
                ("TENTH", "percent", 1000, None),
                ("FIVER", "fixed", 500, 3),
                ("ONCE", "percent", 10_000, 1),
            ):
                Coupon.objects.create(shop=shop, code=code, kind=kind, value=value, limit=limit)

    def ask(self, person, method, path, body=None):
        cache.clear()  # what is asked now and then only, is asked each time here
        act = getattr(self.clients[person], method)
        answer = act(f"/api/v1/{path}", json.dumps(body or {}), content_type="application/json")
        assert answer.status_code < 500, answer.content
        return answer

    def any_order(self, number, *statuses):
        rows = Order.objects.filter(status__in=statuses) if statuses else Order.objects.all()
        found = list(rows.select_related("payment", "shop").order_by("pk"))
        return found[number % len(found)] if found else None

    @rule(person=people, shop=shops, variant=variants, quantity=st.integers(0, 3))
    def put(self, person, shop, variant, quantity):
        path = f"bags/{self.shops[shop].slug}/lines/{self.goods[shop][variant].pk}/"
        item = self.items[shop][variant].pk
        if quantity:
            self.ask(person, "put", path, {"quantity": quantity, "item": item})
        else:
            self.ask(person, "delete", path)

    @rule(person=people, shop=shops, code=st.sampled_from(CODES))
    def claim(self, person, shop, code):
        self.ask(person, "put", f"bags/{self.shops[shop].slug}/coupon/", {"code": code})

    @rule(person=people, shop=shops, country=st.sampled_from(["DE", "US"]))
    def look(self, person, shop, country):
        path = f"/api/v1/bags/{self.shops[shop].slug}/?country={country}"
        self.shown[person, shop] = (country, self.clients[person].get(path).json()["total"])

    @rule(person=people, shop=shops)
    def place(self, person, shop):
        if (person, shop) not in self.shown:
            return
        country, seen = self.shown[person, shop]
        address = DELIVERY | {"email": f"{person}@example.com", "country": country}
        body = address | {
            "shop": self.shops[shop].slug,
            "key": uuid.uuid4().hex,
            "seen": seen,
        }
        answer = self.ask(person, "post", "orders/", body)
        if answer.status_code == 201:
            assert answer.json()["total"] == seen
        else:
            assert answer.json()["code"] in (
                *("price_changed", "out_of_stock", "empty_bag", "coupon_refused"),
                *("deal_ended", "too_many_holds"),
            )

    @rule(number=numbers, card=st.sampled_from(CARDS))
    def pay(self, number, card):
        order = self.any_order(number, "pending", "expired", "cancelled")
        if order is None:
            return
        self.ask(order.owner, "post", f"orders/{order.token}/payment/")
        order.payment.refresh_from_db()
        if order.payment.reference:
            requests.post(
                f"{self.till.address}/v1/payment_intents/{order.payment.reference}/confirm",
                data={
                    "client_secret": order.payment.client_secret,
                    "payment_method": card,
                    "return_url": "http://shop.test/",
                },
                headers={"Authorization": "Bearer pk_test_till"},
                timeout=10,
            )

    @rule(number=numbers)
    def come_back(self, number):
        if order := self.any_order(number):
            self.ask(order.owner, "get", f"orders/{order.token}/")

    @rule(number=numbers)
    def cancel(self, number):
        if order := self.any_order(number):
            self.ask(order.owner, "post", f"orders/{order.token}/cancel/")

    @rule(number=numbers)
    def run_out(self, number):
        if order := self.any_order(number, "pending"):
            past = timezone.now() - timedelta(seconds=1)
            Order.objects.filter(pk=order.pk).update(expires_at=past)
            list(sweepers.expire())

    @rule()
    def capture(self):
        list(sweepers.capture_due())

    @rule(number=numbers, amount=st.integers(1, 3000))
    def refund(self, number, amount):
        if order := self.any_order(number, "paid", "refunded"):
            with suppress(DomainError):
                returns.refund(order, amount, key=uuid.uuid4().hex)

    @rule(shop=shops, variant=variants, price=st.integers(4, 400))
    def change_price(self, shop, variant, price):
        goods = self.goods[shop][variant]
        goods.price = price * 10
        goods.save(update_fields=["price"])

    @rule(shop=shops, variant=variants, delta=st.integers(-2, 3))
    def count(self, shop, variant, delta):
        with suppress(stock.OutOfStock):
            stock.adjust(self.goods[shop][variant], delta)

    @rule(shop=shops, variant=variants, price=st.integers(1, 3), cap=st.integers(1, 3))
    def open_deal(self, shop, variant, price, cap):
        item = self.items[shop][variant]
        item.product = Product.objects.get(pk=item.product_id)
        with suppress(DomainError):
            deals.open(item, price=price * 10, seconds=60, cap=cap, limit_each=2)

    @rule(shop=shops, variant=variants)
    def close_deal(self, shop, variant):
        for deal in Deal.objects.filter(item=self.items[shop][variant], closed_at=None):
            deals.close(deal)

    @rule(person=people, shop=shops, variant=variants, quantity=st.integers(1, 2))
    def wait(self, person, shop, variant, quantity):
        body = {
            "shop": self.shops[shop].slug,
            "variant": self.goods[shop][variant].pk,
            "item": None,
            "quantity": quantity,
            "email": f"{person}@example.com",
        }
        self.ask(person, "post", "waiting/", body)

    @invariant()
    def books_are_right(self):
        found = books.check()
        assert found == {name: [] for name in found}

    def settle(self):
        """Everything that is due is done: then the provider's books are ours."""
        late = timezone.now() - timedelta(minutes=5)
        Payment.objects.update(changed_at=late)
        for payment in Payment.objects.filter(status="started", reference__isnull=False):
            payments.look(Payment.objects.select_related("order__shop").get(pk=payment.pk))
        for sweep in (sweepers.expire, sweepers.capture_due, sweepers.settle_refunds):
            list(sweep())
        if Order.objects.exists():
            found = books.check(with_provider=True)
            assert found == {name: [] for name in found}


@pytest.mark.django_db
def test_whatever_people_do_the_books_are_right(till, settings_of_the_till):
    Sale.till = till
    run_state_machine_as_test(
        Sale,
        settings=settings(
            max_examples=12,
            stateful_step_count=35,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_of_the_till(monkeypatch):
    """Nobody here is too fast."""
    monkeypatch.setattr("orders.api.orders.OrderThrottle.rate", "100000/min", raising=False)
