"""Shows, their line-up, and the screens they are run from."""

import re

import pytest
from django.urls import reverse

from shops.models import Member
from streams import pins
from streams.models import LineupItem, Show
from streams.talk import chat, polls
from tests.admin.back_office import errors, item_row, show_form, staff
from tests.factories import make_item, make_show


def save(client, show, *items, **values):
    return client.post(
        reverse("admin:streams_show_change", args=[show.pk]), show_form(show, *items, **values)
    )


def test_a_show_is_planned_with_its_line_up(ours, owner):
    first = {"number": 1, "product": ours.product.pk, "show_price": "8.50"}

    answer = owner.post(
        reverse("admin:streams_show_add"), show_form(Show(title="New"), first, slug="new")
    )

    assert answer.status_code == 302
    show = Show.objects.get(slug="new")
    assert (show.shop, show.status) == (ours.shop, "scheduled")
    assert show.items.get().show_price == 850


@pytest.mark.parametrize("show_price", ["24.00", "200"])
def test_a_show_price_that_is_no_lower_than_the_usual_one_is_refused(ours, owner, show_price):
    usual = ours.product.variants.get()
    usual.price = 2400
    usual.save()

    answer = save(owner, ours.show, item_row(ours.item, show_price=show_price))

    assert list(errors(answer)) == ["show_price"]
    assert ours.show.items.get().show_price is None


def test_a_new_show_and_a_new_product_begin_with_a_row_to_fill_in(owner):
    for name, rows in (("streams_show", "items"), ("shops_product", "variants")):
        html = owner.get(reverse(f"admin:{name}_add")).content.decode()

        assert f'name="{rows}-0-' in html


def test_two_items_swap_their_numbers(ours, owner):
    second = make_item(ours.show)

    answer = save(owner, ours.show, item_row(ours.item, number=2), item_row(second, number=1))

    assert answer.status_code == 302
    numbers = dict(ours.show.items.values_list("pk", "number"))
    assert numbers == {ours.item.pk: 2, second.pk: 1}


def test_an_item_takes_the_number_of_one_that_goes(ours, owner):
    second = make_item(ours.show)

    answer = save(owner, ours.show, item_row(second, number=1), item_row(ours.item, DELETE="on"))

    assert answer.status_code == 302
    assert list(ours.show.items.values_list("pk", "number")) == [(second.pk, 1)]


@pytest.mark.parametrize("number", ["0", "-1", "10000", "1.5", "", "x"])
def test_a_number_that_cannot_be_is_refused_at_its_field(ours, owner, number):
    answer = save(owner, ours.show, item_row(ours.item, number=number))

    assert list(errors(answer)) == ["number"]
    assert ours.show.items.get().number == 1


def test_the_same_number_or_product_twice_is_refused_at_its_field(ours, owner):
    new = {"show": ours.show.pk, "number": 1, "product": ours.product.pk, "show_price": ""}

    answer = save(owner, ours.show, item_row(ours.item), new)

    assert set(errors(answer)) == {"number", "product"}
    assert ours.show.items.count() == 1


def test_an_item_that_was_shown_stays_in_the_line_up(ours, owner):
    pins.open(ours.item)

    answer = save(owner, ours.show, item_row(ours.item, DELETE="on"))

    assert answer.status_code == 200
    assert LineupItem.objects.filter(pk=ours.item.pk).exists()
    assert pins.current(ours.show).item == ours.item


def test_saving_a_form_never_sets_the_status_back(ours, owner, monkeypatch):
    show = make_show(shop=ours.shop, status="scheduled")
    clean = Show.clean

    def gone_live_meanwhile(self):
        Show.objects.filter(pk=show.pk).update(status="live")
        clean(self)

    monkeypatch.setattr(Show, "clean", gone_live_meanwhile)

    save(owner, show, title="New title", status="ended")

    show.refresh_from_db()
    assert (show.title, show.status) == ("New title", "live")


def test_what_was_announced_is_cancelled_what_is_on_air_is_not(ours, owner):
    coming = make_show(shop=ours.shop, status="scheduled")

    owner.post(
        reverse("admin:streams_show_changelist"),
        {"action": "cancel_shows", "_selected_action": [coming.pk, ours.show.pk]},
    )

    assert Show.objects.get(pk=coming.pk).status == "cancelled"
    assert Show.objects.get(pk=ours.show.pk).status == "live"


def test_a_show_that_was_aired_cannot_be_deleted(ours, owner):
    url = reverse("admin:streams_show_delete", args=[ours.show.pk])

    answer = owner.post(url, {"post": "yes"})

    assert answer.status_code == 403
    assert Show.objects.filter(pk=ours.show.pk).exists()


@pytest.mark.parametrize(
    ("role", "room", "studio", "products", "orders", "settings"),
    [
        ("owner", 200, 200, 200, 200, 200),
        ("producer", 200, 200, 200, 200, 200),
        ("host", 200, 200, 403, 403, 403),
        ("moderator", 200, 403, 403, 403, 403),
        ("desk", 404, 404, 403, 200, 403),
    ],
)
def test_each_role_has_its_rooms(ours, role, room, studio, products, orders, settings):
    client = staff(role, ours.shop)

    answers = [
        client.get(url).status_code
        for url in (
            reverse("admin:streams_show_control_room", args=[ours.show.pk]),
            reverse("admin:streams_show_studio", args=[ours.show.pk]),
            reverse("admin:shops_product_changelist"),
            reverse("admin:orders_order_changelist"),
            reverse("admin:shops_shop_changelist"),
        )
    ]

    assert answers == [room, studio, products, orders, settings]


@pytest.mark.parametrize("role", ["host", "moderator"])
def test_who_only_runs_a_show_cannot_edit_it(ours, role):
    client = staff(role, ours.shop)

    answer = save(client, ours.show, item_row(ours.item, show_price="0.01"), title="Changed")

    assert answer.status_code == 403
    assert client.get(reverse("admin:streams_show_add")).status_code == 403
    ours.show.refresh_from_db()
    assert ours.show.title != "Changed"
    assert ours.show.items.get().show_price is None


def test_a_moderator_has_no_buttons_that_would_be_refused(ours):
    room = reverse("admin:streams_show_control_room", args=[ours.show.pk])

    theirs = staff("moderator", ours.shop).get(room).content.decode()
    hosts = staff("host", ours.shop).get(room).content.decode()

    for button in ("data-pin ", "data-start", "data-end"):
        assert button not in theirs
        assert button in hosts


def links(html: str) -> set[str]:
    """Where a page leads to in the back office."""
    return set(re.findall(r'href="(/admin/[^"?#]*)', html))


@pytest.mark.parametrize("role", ["moderator", "host", "producer"])
def test_no_link_of_a_shows_page_is_refused(ours, role):
    client = staff(role, ours.shop)

    page = client.get(reverse("admin:streams_show_change", args=[ours.show.pk])).content.decode()

    found = links(page)
    assert reverse("admin:streams_show_control_room", args=[ours.show.pk]) in found
    refused = {link for link in found if client.get(link).status_code in (403, 404)}
    assert refused == set()


def test_who_only_reads_a_line_up_reads_prices_as_money(ours):
    ours.show.items.update(show_price=850)

    page = staff("moderator", ours.shop).get(
        reverse("admin:streams_show_change", args=[ours.show.pk])
    )

    text = page.content.decode()
    assert "€8.50" in text
    assert ">850<" not in text
    assert "New poster" not in text


def test_a_moderator_has_all_of_the_talk_and_none_of_the_money(ours):
    room = reverse("admin:streams_show_control_room", args=[ours.show.pk])

    theirs = staff("moderator", ours.shop).get(room).content.decode()
    hosts = staff("host", ours.shop).get(room).content.decode()

    for tab in ("chat", "waiting", "questions", "poll", "rules", "activity"):
        assert f'id="panel-{tab}"' in theirs
        assert f'id="panel-{tab}"' in hosts
    for money in ("data-sum=", "data-orders", 'id="order"'):
        assert money not in theirs
        assert money in hosts


def test_what_is_written_in_the_control_room_ends_where_it_would_be_refused(ours, owner):
    answer = owner.get(reverse("admin:streams_show_control_room", args=[ours.show.pk]))

    for field, most in (
        ("text", chat.MAX_TEXT),
        ("question", polls.MAX_QUESTION),
        ("option", polls.MAX_OPTION),
    ):
        assert f'name="{field}" maxlength="{most}"' in answer.content.decode()


def test_the_control_room_asks_the_database_the_same_however_long_the_line_up(
    ours, owner, django_assert_max_num_queries
):
    url = reverse("admin:streams_show_control_room", args=[ours.show.pk])
    for _ in range(12):
        make_item(ours.show)

    with django_assert_max_num_queries(14):
        answer = owner.get(url)

    assert answer.content.decode().count("data-item=") == 13


def test_what_is_not_for_hands_has_no_form(owner):
    for name in ("roomevent", "pin", "take", "segment"):
        assert owner.get(f"/admin/streams/{name}/").status_code == 404
    for name in ("stock", "stockmove", "picture"):
        assert owner.get(f"/admin/shops/{name}/").status_code == 404


def test_an_owner_brings_somebody_in_and_gives_another_role(ours, owner, client):
    form = {"username": "tom", "full_name": "Tom", "password": "long-enough-7", "role": "host"}

    owner.post(reverse("admin:shops_member_add"), form)
    tom = Member.objects.get(user__username="tom")
    owner.post(reverse("admin:shops_member_change", args=[tom.pk]), {"role": "moderator"})

    tom.refresh_from_db()
    assert (tom.shop, tom.role, tom.user.is_superuser) == (ours.shop, "moderator", False)
    assert client.login(username="tom", password="long-enough-7")
    assert client.get(reverse("admin:index")).status_code == 200


def test_the_last_owner_stays(ours, owner):
    member = Member.objects.get(user=ours.owner)

    changed = owner.post(reverse("admin:shops_member_change", args=[member.pk]), {"role": "host"})
    owner.post(reverse("admin:shops_member_delete", args=[member.pk]), {"post": "yes"})

    assert errors(changed) == {"role": ["A shop needs an owner."]}
    assert Member.objects.get(pk=member.pk).role == "owner"
