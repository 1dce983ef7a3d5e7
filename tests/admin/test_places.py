"""The waiting line, seen by the shop."""

import pytest
from django.urls import reverse

from orders.models import Place
from tests.admin.back_office import queries_of, signed_in, staff
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
LIST = "admin:orders_place_changelist"


def wait(house, name, **values) -> Place:
    return Place.objects.create(
        shop=house.shop,
        variant=house.variant,
        owner=name,
        email=f"{name}@example.com",
        **{"quantity": 1} | values,
    )


@pytest.mark.parametrize("role", ["owner", "producer", "desk"])
def test_who_waits_stands_in_order(ours, theirs, role):
    wait(ours, "ann", status="left")
    wait(ours, "ben", status="called")
    wait(ours, "cleo")
    wait(ours, "dora", quantity=3)
    wait(theirs, "theirs")

    answer = staff(role, ours.shop).get(reverse(LIST))

    rows = answer.context["cl"].result_list
    assert [(row.owner, row.number) for row in rows] == [("ben", 0), ("cleo", 1), ("dora", 2)]
    assert "theirs@example.com" not in answer.content.decode()


@pytest.mark.parametrize("role", ["host", "moderator"])
def test_buyers_addresses_are_not_for_all(ours, role):
    wait(ours, "ann")

    assert staff(role, ours.shop).get(reverse(LIST)).status_code == 403


def test_nobody_changes_the_line(ours, owner):
    place = wait(ours, "ann")

    answers = [
        owner.post(reverse("admin:orders_place_change", args=[place.pk]), {"status": "called"}),
        owner.get(reverse("admin:orders_place_add")),
        owner.post(reverse("admin:orders_place_delete", args=[place.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert Place.objects.get().status == "waiting"


def test_the_product_list_counts_who_waits_and_leads_to_them(ours, theirs, owner):
    wait(ours, "ann")
    wait(ours, "ben")
    wait(ours, "cleo", status="served")
    wait(theirs, "dora")

    page = owner.get(reverse("admin:shops_product_changelist")).content.decode()
    line = owner.get(reverse(LIST), {"product": ours.product.pk})
    none = owner.get(reverse(LIST), {"product": theirs.product.pk})

    assert f'href="{reverse(LIST)}?product={ours.product.pk}">2 wait</a>' in page
    assert [row.owner for row in line.context["cl"].result_list] == ["ann", "ben"]
    assert not none.context["cl"].result_list


@pytest.mark.parametrize("wanted", ["x", "١", "9" * 30, "-1"])
def test_a_product_that_cannot_be_is_no_filter_and_no_error(ours, owner, wanted):
    wait(ours, "ann")

    assert owner.get(reverse(LIST), {"product": wanted}).status_code == 200


def test_lists_take_a_fixed_number_of_queries(ours, owner):
    urls = [reverse(LIST), reverse("admin:shops_product_changelist")]
    wait(ours, "ann")
    few = [queries_of(owner, url) for url in urls]
    for name in ("ben", "cleo", "dora"):
        wait(ours, name)

    assert [queries_of(owner, url) for url in urls] == few


def test_a_filter_counts_what_it_would_find_and_takes_no_odd_word(ours, theirs, owner):
    wait(ours, "ann")
    wait(theirs, "bob")

    for asked in ("_facets=True", "product=9e9", "product=-1", "shop=%D9%A1", "state=x"):
        assert owner.get(f"{reverse(LIST)}?{asked}").status_code == 200
    for asked in ("status__exact=%00", "state=%00", "product=%00", "q=%00"):
        assert owner.get(f"{reverse(LIST)}?{asked}").url == reverse(LIST)
    house = signed_in(make_staff(is_staff=True, is_superuser=True))
    assert house.get(f"{reverse(LIST)}?_facets=True").status_code == 200
