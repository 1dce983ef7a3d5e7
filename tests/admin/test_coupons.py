"""Coupons in the back office: what a code takes off, typed as people write it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Coupon, Order
from shops.models import Member, Shop
from tests.admin.back_office import errors, queries_of, signed_in, staff
from tests.factories import make_order, make_shop

pytestmark = pytest.mark.django_db
ADD = "admin:orders_coupon_add"


def make_coupon(shop, **values) -> Coupon:
    return Coupon.objects.create(
        shop=shop, **{"code": "KILN10", "kind": "percent", "value": 1000} | values
    )


def coupon_form(**values) -> dict:
    return {
        "code": "kiln10",
        "percent": "10",
        "amount": "",
        "minimum": "",
        "starts_at_0": "",
        "starts_at_1": "",
        "ends_at_0": "",
        "ends_at_1": "",
        "limit": "",
        "limit_each": "",
        "is_active": "on",
    } | values


def change(client, coupon, **values):
    url = reverse("admin:orders_coupon_change", args=[coupon.pk])
    return client.post(url, coupon_form(**values))


@pytest.mark.parametrize("role", ["owner", "producer"])
def test_a_percentage_is_kept_in_hundredths_and_the_code_as_it_is_found(ours, role):
    form = coupon_form(code=" kiln 10", percent="8,1", minimum="20", limit="50", limit_each="1")

    answer = staff(role, ours.shop).post(reverse(ADD), form)

    assert answer.status_code == 302
    made = Coupon.objects.get()
    assert (made.shop, made.code, made.kind, made.value) == (ours.shop, "KILN10", "percent", 810)
    assert (made.minimum, made.limit, made.limit_each, made.is_active) == (2000, 50, 1, True)


def test_an_amount_is_kept_in_minor_units(ours, owner):
    owner.post(reverse(ADD), coupon_form(percent="", amount="5.00"))

    made = Coupon.objects.get()
    assert (made.kind, made.value, made.minimum) == ("fixed", 500, 0)


def test_an_amount_is_in_the_currency_of_the_shop_that_is_chosen(ours):
    yen = make_shop(currency="jpy")
    Member.objects.create(shop=yen, user=ours.owner, role="owner")
    form = coupon_form(percent="", amount="500", shop=yen.pk)

    signed_in(ours.owner).post(reverse(ADD), form)

    assert (Coupon.objects.get().shop, Coupon.objects.get().value) == (yen, 500)


@pytest.mark.parametrize("role", ["host", "moderator", "desk"])
def test_who_does_not_manage_the_shop_makes_no_coupon(ours, role):
    client, coupon = staff(role, ours.shop), make_coupon(ours.shop)

    answers = [
        client.get(reverse("admin:orders_coupon_changelist")),
        client.post(reverse(ADD), coupon_form(code="NEW")),
    ]
    change(client, coupon, percent="99")

    assert [answer.status_code for answer in answers] == [403, 403]
    assert list(Coupon.objects.values_list("code", "value")) == [("KILN10", 1000)]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("percent", {"percent": ""}),
        ("percent", {"percent": "10", "amount": "5.00"}),
        ("percent", {"percent": "0"}),
        ("percent", {"percent": "100.01"}),
        ("percent", {"percent": "1e1"}),
        ("amount", {"percent": "", "amount": "0"}),
        ("amount", {"percent": "", "amount": "5.001"}),
        ("minimum", {"minimum": "-1"}),
        ("code", {"code": "  "}),
        ("code", {"code": "ﷺ" * 3}),
        ("code", {"code": "\u200b"}),
        ("limit", {"limit": "0"}),
        ("limit_each", {"limit_each": "0"}),
        (
            "ends_at",
            {
                "starts_at_0": "2026-12-02",
                "starts_at_1": "12:00:00",
                "ends_at_0": "2026-12-02",
                "ends_at_1": "12:00:00",
            },
        ),
    ],
)
def test_a_coupon_that_cannot_be_is_refused_at_its_field(ours, owner, field, values):
    answer = owner.post(reverse(ADD), coupon_form(**values))

    assert list(errors(answer)) == [field]
    assert not Coupon.objects.exists()


def test_where_minor_units_are_thousandths_the_last_is_zero(ours, owner):
    Shop.objects.update(currency="kwd")

    answer = owner.post(reverse(ADD), coupon_form(percent="", amount="1.505"))

    assert errors(answer) == {"amount": ["In KWD the last decimal is 0."]}
    assert not Coupon.objects.exists()


def test_a_code_is_unique_in_its_shop_and_free_in_others(ours, theirs, owner):
    make_coupon(theirs.shop, code="KILN10")
    owner.post(reverse(ADD), coupon_form(code="kiln10"))

    again = owner.post(reverse(ADD), coupon_form(code="Kiln 10", percent="50"))

    assert errors(again) == {"code": ["There is a coupon with this code."]}
    assert list(ours.shop.coupons.values_list("code", "value")) == [("KILN10", 1000)]


def test_a_change_leaves_the_code_and_the_uses_alone(ours, owner):
    coupon = make_coupon(ours.shop, used=3)

    answer = change(
        owner, coupon, code="OTHER", used="0", percent="", amount="5", limit="9", is_active=""
    )

    assert answer.status_code == 302
    coupon.refresh_from_db()
    assert (coupon.code, coupon.used, coupon.limit) == ("KILN10", 3, 9)
    assert (coupon.kind, coupon.value, coupon.is_active) == ("fixed", 500, False)


def test_a_limit_is_not_below_the_uses_so_far(ours, owner):
    coupon = make_coupon(ours.shop, used=3)

    answer = change(owner, coupon, limit="2")

    assert errors(answer) == {"limit": ["It was used 3 times."]}
    coupon.refresh_from_db()
    assert coupon.limit is None


def test_a_coupon_is_shown_as_it_is_typed(ours, owner):
    coupon = make_coupon(ours.shop, value=810, minimum=2000)
    url = reverse("admin:orders_coupon_change", args=[coupon.pk])

    page = owner.get(url).content.decode()

    assert 'value="8.1"' in page
    assert 'value="20.00"' in page


@pytest.mark.django_db(transaction=True)
def test_a_coupon_that_an_order_speaks_of_stays(ours, owner):
    coupon, free = make_coupon(ours.shop), make_coupon(ours.shop, code="FREE")
    order = make_order(variant=ours.variant)
    Order.objects.filter(pk=order.pk).update(coupon=coupon, coupon_code=coupon.code)

    for each in (coupon, free):
        owner.post(reverse("admin:orders_coupon_delete", args=[each.pk]), {"post": "yes"})

    assert list(Coupon.objects.all()) == [coupon]


def test_the_list_says_how_each_stands(ours, theirs, owner):
    now, hour = timezone.now(), timedelta(hours=1)
    make_coupon(ours.shop, code="<b>A</b>", used=3, limit=10)
    make_coupon(ours.shop, code="B", is_active=False)
    make_coupon(ours.shop, code="C", ends_at=now - hour)
    make_coupon(ours.shop, code="D", starts_at=now + hour)
    make_coupon(ours.shop, code="E", limit=2, used=2, kind="fixed", value=500)
    make_coupon(theirs.shop, code="THEIRS")

    page = owner.get(reverse("admin:orders_coupon_changelist")).content.decode()

    for shown in ("&lt;b&gt;A", "3 of 10", "switched off", "over", "not yet", "used up", "€5.00"):
        assert shown in page
    assert "THEIRS" not in page


def test_the_list_takes_a_fixed_number_of_queries(ours, owner):
    url = reverse("admin:orders_coupon_changelist")
    make_coupon(ours.shop, code="A")
    few = queries_of(owner, url)
    for code in "BCDE":
        make_coupon(ours.shop, code=code)

    assert queries_of(owner, url) == few


@pytest.mark.parametrize("role", ["owner", "producer", "host"])
def test_a_host_chooses_among_the_codes_that_are_valid_now(ours, theirs, role):
    make_coupon(ours.shop)
    make_coupon(ours.shop, code="FIVER", kind="fixed", value=500)
    make_coupon(ours.shop, code="OFF", is_active=False)
    make_coupon(ours.shop, code="GONE", limit=1, used=1)
    make_coupon(theirs.shop, code="THEIRS")
    url = reverse("admin:orders_coupon_of_show", args=[ours.show.pk])

    answer = staff(role, ours.shop).get(url)

    assert answer.json() == {
        "coupons": [
            {"code": "FIVER", "label": "€5.00 off"},
            {"code": "KILN10", "label": "10 % off"},
        ]
    }


@pytest.mark.parametrize("role", ["moderator", "desk"])
def test_who_does_not_host_is_told_no_codes(ours, theirs, role):
    make_coupon(ours.shop)
    client = staff(role, ours.shop)

    pages = [
        client.get(reverse("admin:orders_coupon_of_show", args=[pk]))
        for pk in (ours.show.pk, theirs.show.pk, 987_654)
    ]

    assert [page.status_code for page in pages] == [404, 404, 404]
    assert all("KILN10" not in page.content.decode() for page in pages)
