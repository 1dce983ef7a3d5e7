"""Refunds and cancellations: by whom, of what, once however often it is pressed."""

import pytest
from django.urls import reverse

from orders import payments
from orders.models import Order, OrderLine, Payment, Refund
from shops.models import StockMove
from tests.admin.back_office import queries_of, staff
from tests.factories import make_order
from tests.orders.paying import pay, payment_of, state_of

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "6a1c2a4e-0f5d-4a9e-9a55-0f1e2d3c4b5a"
NOWHERE = 987_654


def make_sale(till, house, *, owner="ann", quantity=2) -> Order:
    """A paid order of 10.00 a unit."""
    order = make_order(variant=house.variant, quantity=quantity, owner=owner)
    pay(till, order)
    payments.look(payment_of(order))
    payments.capture(payment_of(order))
    return Order.objects.get(pk=order.pk)


def page_of(order, view="refund") -> str:
    return reverse(f"admin:orders_order_{view}", args=[order.pk])


def refund(client, order, *, back=0, **values):
    line = order.lines.get()
    form = {"amount": "20.00", "reason": "", "key": KEY, f"restock-{line.pk}": back} | values
    return client.post(page_of(order), form)


def words(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("role", ["owner", "producer", "desk"])
def test_who_looks_after_orders_gives_money_back(till, ours, role, books_are_right):
    order = make_sale(till, ours)

    answer = refund(staff(role, ours.shop), order, amount="7.50", reason="A chip", back=1)

    assert (answer.status_code, answer["Location"]) == (302, page_of(order, "change"))
    made = Refund.objects.get()
    assert (made.amount, made.reason, made.status) == (750, "A chip", "done")
    assert made.by.memberships.get().role == role
    assert OrderLine.objects.get().restocked == 1
    assert ours.variant.stock.on_hand == 4
    books_are_right()


@pytest.mark.parametrize("role", ["host", "moderator"])
@pytest.mark.parametrize("view", ["refund", "cancel"])
def test_who_does_not_look_after_orders_finds_none(till, ours, role, view):
    order = make_sale(till, ours)
    client = staff(role, ours.shop)

    asked = client.get(page_of(order, view))
    sent = refund(client, order) if view == "refund" else client.post(page_of(order, view))

    assert (asked.status_code, sent.status_code) == (404, 404)
    assert not Refund.objects.exists()
    assert state_of(order) == ("paid", "captured")


@pytest.mark.parametrize("view", ["refund", "cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_their_order_answers_like_no_order(till, ours, theirs, owner, view, method):
    order = make_sale(till, theirs)

    found = getattr(owner, method)(page_of(order, view), {"amount": "1.00", "key": KEY})
    none = getattr(owner, method)(
        reverse(f"admin:orders_order_{view}", args=[NOWHERE]), {"amount": "1.00", "key": KEY}
    )

    assert (found.status_code, none.status_code) == (404, 404)
    assert not Refund.objects.exists()
    assert state_of(order) == ("paid", "captured")


def test_the_amount_is_what_is_left(till, ours, owner):
    order = make_sale(till, ours)
    refund(owner, order, amount="7.50")

    page = owner.get(page_of(order)).content.decode()

    assert 'value="12.50"' in page
    assert "€20.00 captured, €12.50 can still be given back." in page


def test_each_page_names_a_submit_of_its_own(till, ours, owner):
    order = make_sale(till, ours)

    keys = {str(owner.get(page_of(order)).context["form"]["key"].value()) for _ in range(2)}

    assert len(keys) == 2


def test_pressed_twice_it_is_one_refund(till, ours, owner, books_are_right):
    order = make_sale(till, ours)

    first = refund(owner, order, amount="7.50", back=1)
    again = refund(owner, order, amount="7.50", back=1)

    assert (first.status_code, again.status_code) == (302, 302)
    assert Refund.objects.get().amount == 750
    assert payment_of(order).refunded == 750
    assert OrderLine.objects.get().restocked == 1
    books_are_right()


def test_the_key_of_another_orders_submit_refunds_this_one(till, ours, theirs, owner):
    here, there = make_sale(till, ours), make_sale(till, theirs, owner="ben")
    refund(staff("owner", theirs.shop), there)

    refund(owner, here)

    assert set(Refund.objects.values_list("payment__order", "amount")) == {
        (here.pk, 2000),
        (there.pk, 2000),
    }


def test_more_than_is_left_is_refused_in_words(till, ours, owner):
    order = make_sale(till, ours)

    answer = refund(owner, order, amount="20.01", back=1)

    assert words(answer) == ["€20.00 can be given back. Nothing was given back."]
    assert 'value="20.01"' in answer.content.decode()
    assert not Refund.objects.exists()
    assert OrderLine.objects.get().restocked == 0
    assert not StockMove.objects.filter(reason="returned").exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("amount", "0"),
        ("amount", "-1"),
        ("amount", "1.005"),
        ("amount", ""),
        ("reason", "x" * 201),
        ("key", "1"),
        ("restock", "3"),
        ("restock", "-1"),
    ],
)
def test_what_cannot_be_refunded_is_refused_at_its_field(till, ours, owner, field, typed):
    order = make_sale(till, ours)
    name = f"restock-{order.lines.get().pk}" if field == "restock" else field

    answer = refund(owner, order, **{name: typed})

    assert list(answer.context["form"].errors) == [name]
    assert not Refund.objects.exists()
    assert OrderLine.objects.get().restocked == 0


def test_what_went_back_whole_is_refunded_and_cannot_go_again(till, ours, owner):
    order = make_sale(till, ours)

    refund(owner, order)

    answer = owner.get(page_of(order))

    assert "Nothing is left to give back" in answer.content.decode()
    assert state_of(order) == ("refunded", "captured")


def test_an_order_shows_its_refunds_and_what_they_say_is_text(till, ours, owner):
    order = make_sale(till, ours)
    refund(owner, order, amount="7.50", reason="<script>alert(1)</script>")
    Payment.objects.update(flag="<img src=x onerror=alert(2)>", dispute="needs_response")

    page = owner.get(page_of(order, "change")).content.decode()

    for shown in ("€7.50", "€12.50", "&lt;script&gt;alert(1)", "&lt;img src=x", "needs response"):
        assert shown in page
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page


def test_an_order_is_drawn_in_a_fixed_number_of_queries(till, ours, owner):
    few, many = make_sale(till, ours), make_sale(till, ours, owner="ben")
    refund(owner, few, amount="1.00")
    for number in range(3):
        refund(owner, many, amount="1.00", key=KEY[:-1] + str(number))

    asked = [queries_of(owner, page_of(order, "change")) for order in (few, many)]

    assert asked[0] == asked[1]


@pytest.mark.parametrize("role", ["owner", "producer", "desk"])
def test_an_order_is_cancelled_before_its_capture(till, ours, role, books_are_right):
    order = make_order(variant=ours.variant, quantity=2)
    pay(till, order)
    payments.look(payment_of(order))
    client = staff(role, ours.shop)

    asked = client.get(page_of(order, "cancel"))
    assert state_of(order) == ("authorized", "authorized")
    answer = client.post(page_of(order, "cancel"))

    assert "Cancel the order" in asked.content.decode()
    assert answer.status_code == 302
    assert state_of(order)[0] == "cancelled"
    assert payment_of(order).is_void_due
    assert (ours.variant.stock.on_hand, ours.variant.stock.held) == (5, 0)
    books_are_right()


def test_an_order_whose_money_is_ours_is_not_cancelled(till, ours, owner):
    order = make_sale(till, ours)

    asked = owner.get(page_of(order, "cancel"))
    sent = owner.post(page_of(order, "cancel"), follow=True)

    assert "too late" in asked.content.decode()
    assert words(sent) == ["Too late to cancel it: its money is taken, or let go."]
    assert state_of(order) == ("paid", "captured")
    assert ours.variant.stock.on_hand == 3


def test_an_order_offers_what_can_be_done_with_it(till, ours, owner):
    waiting = make_order(variant=ours.variant)
    sold = make_sale(till, ours, owner="ben")

    pages = {
        order.pk: owner.get(page_of(order, "change")).content.decode() for order in (waiting, sold)
    }

    assert [page_of(waiting, view) in pages[waiting.pk] for view in ("refund", "cancel")] == [
        False,
        True,
    ]
    assert [page_of(sold, view) in pages[sold.pk] for view in ("refund", "cancel")] == [True, False]
