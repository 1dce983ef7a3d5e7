from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from livecommerce import kept
from orders.models import Order, OrderLine
from shops.models import Product, Shop
from tests.factories import DELIVERY, make_product, make_shop

pytestmark = pytest.mark.django_db


def by_title():
    """A kept query, and how often it was written."""
    written = []

    @kept.Query
    def ask(titles, now):
        written.append(len(titles))
        rows = Product.objects.filter(title__in=titles, created_at__lte=now)
        return rows.select_related("shop").order_by("title")

    return ask, written


@pytest.fixture
def cups():
    return [make_product(title=f"Cup {number}") for number in range(5)]


def test_rows_are_those_of_the_values_it_is_asked_with(cups):
    ask, _ = by_title()

    for many in (1, 2, 3, 5, 3, 1):
        wanted = cups[-many:]
        found = ask(titles={cup.title for cup in wanted}, now=timezone.now())
        assert found == wanted
        assert [row.shop for row in found] == [cup.shop for cup in wanted]


def test_the_moment_is_a_value_like_the_others(cups):
    ask, _ = by_title()
    titles = {cup.title for cup in cups}

    assert len(ask(titles=titles, now=timezone.now())) == 5
    assert ask(titles=titles, now=timezone.now() - timedelta(days=1)) == []
    assert len(ask(titles=titles, now=timezone.now())) == 5


def test_nothing_is_in_an_empty_list(cups, django_assert_num_queries):
    ask, _ = by_title()

    with django_assert_num_queries(0):
        assert ask(titles=[], now=timezone.now()) == []


def test_it_is_written_once_for_lists_of_about_one_length(cups):
    ask, written = by_title()

    for many in (3, 4, 3, 5, 1, 4):
        ask(titles=[cup.title for cup in cups[:many]], now=timezone.now())

    assert written == [4, 8, 1]


def test_what_is_asked_now_does_not_change_what_was_found_before(cups):
    ask, _ = by_title()
    before = ask(titles=["Cup 1"], now=timezone.now())

    after = ask(titles=["Cup 2"], now=timezone.now())

    assert (before, after) == ([cups[1]], [cups[2]])


def order(shop: Shop, **values) -> Order:
    now = timezone.now()
    money = {"currency": "eur", "items_total": 900, "shipping": 490, "total": 1390}
    times = {"placed_at": now, "expires_at": now + timedelta(minutes=10)}
    return Order(**{"shop": shop, **money, **times, **DELIVERY} | values)


def test_rows_are_stored_as_bulk_create_stores_them():
    shop, given = make_shop(), {"key": "1", "caller": "2001:db8::1", "capture_at": timezone.now()}
    mine = [order(shop, owner="ann", **given), order(shop, owner="o'bob %s", **given, discount=0)]

    kept.insert(mine)

    theirs = [order(shop, owner=f"{row.owner}!", **given) for row in mine]
    Order.objects.bulk_create(theirs)
    own = {"id", "token", "owner", "placed_at", "expires_at"}
    shared = [field.attname for field in Order._meta.fields if field.attname not in own]
    for one, other in zip(mine, theirs, strict=True):
        one, other = Order.objects.get(pk=one.pk), Order.objects.get(pk=other.pk)
        assert [getattr(one, name) for name in shared] == [getattr(other, name) for name in shared]


def test_each_row_is_told_its_own_id_and_can_be_pointed_at():
    shop = make_shop()
    orders = [order(shop, owner=f"visitor {number}", key="1") for number in range(40)]

    kept.insert(orders)

    found = dict(Order.objects.values_list("pk", "owner"))
    assert {row.pk: row.owner for row in orders} == found
    cup = make_product().variants.get()
    facts = {"variant": cup, "title": "Cup", "quantity": 1, "unit_price": 1, "list_price": 1}
    lines = [OrderLine(order=row, **facts) for row in orders]
    kept.insert(lines)
    assert set(OrderLine.objects.values_list("order__owner", flat=True)) == set(found.values())
    orders[0].name = "Bob"
    orders[0].save()  # it is no new row
    assert Order.objects.count() == 40


def test_rows_that_a_rule_forbids_are_not_stored():
    shop = make_shop()

    with pytest.raises(IntegrityError), transaction.atomic():
        kept.insert([order(shop, owner="ann", key="1"), order(shop, owner="bob", key="1", tax=-1)])

    assert not Order.objects.exists()
