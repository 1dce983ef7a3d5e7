"""A row of another shop answers exactly like one that does not exist."""

import pytest
from django.urls import reverse

from orders.models import Coupon, Place
from shops.models import Member, Product, Shop, User
from streams.models import LineupItem, Show
from tests.admin.back_office import (
    errors,
    item_row,
    product_form,
    show_form,
    signed_in,
    staff,
    variant_row,
)
from tests.factories import make_order, make_product, make_show, make_user

NOWHERE = 987_654
VIEWS = ["change", "delete", "history"]
MODELS = ["shops_product", "shops_shop", "shops_member", "streams_show", "orders_order"]
MODELS += ["orders_coupon", "orders_place"]


def make_coupon_and_place(house) -> tuple[Coupon, Place]:
    coupon = Coupon.objects.create(shop=house.shop, code="THEIRS", value=1000)
    place = Place.objects.create(
        shop=house.shop, variant=house.variant, owner="x", email="wait@example.com", quantity=1
    )
    return coupon, place


def answer_for(client, url, method="get", **data):
    """What can be told from outside, with the asked id and the form's token taken out."""
    answer = getattr(client, method)(url, data, follow=True)
    words = [str(message) for message in answer.context["messages"]] if answer.context else []
    return answer.status_code, answer.redirect_chain, words


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.django_db(transaction=True)
def test_their_row_answers_like_no_row(ours, theirs, owner, name, view, method):
    order = make_order(variant=theirs.variant)
    coupon, place = make_coupon_and_place(theirs)
    theirs_id = {
        "shops_product": theirs.product.pk,
        "shops_shop": theirs.shop.pk,
        "shops_member": Member.objects.get(shop=theirs.shop).pk,
        "streams_show": theirs.show.pk,
        "orders_order": order.pk,
        "orders_coupon": coupon.pk,
        "orders_place": place.pk,
    }[name]

    found = answer_for(owner, reverse(f"admin:{name}_{view}", args=[theirs_id]), method)
    none = answer_for(owner, reverse(f"admin:{name}_{view}", args=[NOWHERE]), method)

    assert found[:2] == none[:2]
    assert [word.replace(str(theirs_id), "#") for word in found[2]] == [
        word.replace(str(NOWHERE), "#") for word in none[2]
    ]
    assert Product.objects.filter(shop=theirs.shop).exists()
    assert Coupon.objects.filter(shop=theirs.shop).exists()


@pytest.mark.parametrize("view", ["control_room", "studio"])
def test_their_stage_answers_like_no_stage(theirs, owner, view):
    found = owner.get(reverse(f"admin:streams_show_{view}", args=[theirs.show.pk]))
    none = owner.get(reverse(f"admin:streams_show_{view}", args=[NOWHERE]))

    assert (found.status_code, none.status_code) == (404, 404)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.django_db(transaction=True)
def test_no_list_names_them(ours, theirs, owner, name):
    make_order(variant=theirs.variant)
    make_coupon_and_place(theirs)

    page = owner.get(reverse(f"admin:{name}_changelist")).content.decode()

    for secret in (
        "Theirs",
        "THEIRS",
        "wait@example.com",
        theirs.product.title,
        theirs.show.title,
        theirs.owner.username,
    ):
        assert secret not in page


def test_no_first_page_and_no_form_names_them(ours, theirs, owner):
    pages = [
        reverse("admin:index"),
        reverse("admin:shops_product_add"),
        reverse("admin:streams_show_add"),
        reverse("admin:shops_member_add"),
        reverse("admin:streams_show_change", args=[ours.show.pk]),
        reverse("admin:streams_show_control_room", args=[ours.show.pk]),
    ]

    for page in pages:
        text = owner.get(page).content.decode()
        assert "Theirs" not in text
        assert theirs.product.title not in text
        assert theirs.show.title not in text


def test_a_product_cannot_be_put_into_their_shop(ours, theirs, owner):
    def put(shop_id):
        form = product_form(Product(title="New"), shop=shop_id, slug="new")
        return owner.post(reverse("admin:shops_product_add"), form)

    found, none = put(theirs.shop.pk), put(NOWHERE)

    assert found.status_code == 200
    assert errors(found) == errors(none)
    assert "shop" in errors(found)
    assert not Product.objects.filter(slug="new").exists()


def test_a_coupon_cannot_be_put_into_their_shop(ours, theirs, owner):
    def put(shop_id):
        form = {"shop": shop_id, "code": "NEW", "percent": "", "amount": "5.00"}
        return owner.post(reverse("admin:orders_coupon_add"), form)

    found, none = put(theirs.shop.pk), put(NOWHERE)

    assert found.status_code == 200
    assert errors(found) == errors(none)
    assert "shop" in errors(found)
    assert not Coupon.objects.exists()


def test_a_show_cannot_be_put_into_their_shop(ours, theirs, owner):
    form = show_form(Show(title="New"), shop=theirs.shop.pk, slug="new")

    answer = owner.post(reverse("admin:streams_show_add"), form)

    assert "shop" in errors(answer)
    assert not Show.objects.filter(slug="new").exists()


def test_nobody_can_be_put_into_their_shop(ours, theirs, owner):
    form = {
        "shop": theirs.shop.pk,
        "username": "spy",
        "full_name": "Spy",
        "password": "long-enough-7",
        "role": "owner",
    }

    answer = owner.post(reverse("admin:shops_member_add"), form)

    assert "shop" in errors(answer)
    assert not User.objects.filter(username="spy").exists()
    assert Member.objects.filter(shop=theirs.shop).count() == 1


def test_a_product_of_ours_cannot_be_moved_to_their_shop(ours, theirs, owner):
    form = product_form(ours.product, shop=theirs.shop.pk, title="Moved", slug="moved")

    owner.post(reverse("admin:shops_product_change", args=[ours.product.pk]), form)

    ours.product.refresh_from_db()
    assert ours.product.shop == ours.shop
    assert ours.product.slug != "moved"


def test_their_product_cannot_come_into_our_line_up(ours, theirs, owner):
    def put(product_id):
        new = {"show": ours.show.pk, "number": 2, "product": product_id, "show_price": ""}
        form = show_form(ours.show, item_row(ours.item), new)
        return owner.post(reverse("admin:streams_show_change", args=[ours.show.pk]), form)

    found, none = put(theirs.product.pk), put(NOWHERE)

    assert found.status_code == 200
    assert "product" in errors(found)
    assert errors(found) == errors(none)
    assert ours.show.items.count() == 1


def test_who_works_for_both_shops_still_cannot_mix_them(ours, theirs):
    Member.objects.create(shop=theirs.shop, user=ours.owner, role="owner")
    new = {"show": ours.show.pk, "number": 2, "product": theirs.product.pk, "show_price": ""}

    for page, form in (
        (
            reverse("admin:streams_show_change", args=[ours.show.pk]),
            show_form(ours.show, item_row(ours.item), new),
        ),
        (
            reverse("admin:streams_show_add"),
            show_form(Show(title="New"), new | {"show": ""}, shop=ours.shop.pk, slug="new"),
        ),
    ):
        answer = signed_in(ours.owner).post(page, form)
        assert "product" in errors(answer)

    assert not LineupItem.objects.filter(show__shop=ours.shop, product=theirs.product).exists()
    assert not Show.objects.filter(slug="new").exists()


def test_their_rows_cannot_be_smuggled_in_through_our_inline(ours, theirs, owner):
    smuggled = variant_row(theirs.variant, price="0.01", delta="-5", product=ours.product.pk)

    owner.post(
        reverse("admin:shops_product_change", args=[ours.product.pk]),
        product_form(ours.product, smuggled),
    )

    variant = theirs.variant
    assert (variant.price, variant.product, variant.stock.on_hand) == (1000, theirs.product, 5)


def test_an_action_on_their_row_does_nothing(ours, theirs, owner):
    coming = make_show(shop=theirs.shop, status="scheduled")

    for action in ("cancel_shows", "delete_selected"):
        owner.post(
            reverse("admin:streams_show_changelist"),
            {"action": action, "_selected_action": [coming.pk], "post": "yes"},
        )

    coming.refresh_from_db()
    assert coming.status == "scheduled"


def test_a_filter_by_their_shop_finds_nothing(ours, theirs, owner):
    page = reverse("admin:shops_product_changelist")

    found = owner.get(page, {"shop": theirs.shop.pk})

    assert theirs.product.title not in found.content.decode()


def test_a_role_there_is_no_role_here(ours, theirs):
    Member.objects.create(shop=theirs.shop, user=ours.owner, role="moderator")
    client = signed_in(ours.owner)

    room = client.get(reverse("admin:streams_show_control_room", args=[theirs.show.pk]))
    studio = client.get(reverse("admin:streams_show_studio", args=[theirs.show.pk]))
    product = client.get(reverse("admin:shops_product_change", args=[theirs.product.pk]))
    client.post(
        reverse("admin:streams_show_change", args=[theirs.show.pk]),
        show_form(theirs.show, item_row(theirs.item), title="Changed"),
    )

    assert (room.status_code, studio.status_code, product.status_code) == (200, 403, 302)
    theirs.show.refresh_from_db()
    assert theirs.show.title != "Changed"


def test_a_member_who_left_sees_nothing(ours, owner):
    Member.objects.filter(user=ours.owner).delete()

    answer = owner.get(reverse("admin:shops_product_changelist"))

    assert answer.status_code == 403


def test_a_shopper_with_an_account_is_sent_to_sign_in(ours):
    shopper = signed_in(make_user())

    answer = shopper.get(reverse("admin:streams_show_control_room", args=[ours.show.pk]))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


def test_the_house_sees_every_shop(ours, theirs):
    client = signed_in(make_user(is_staff=True, is_superuser=True))

    page = client.get(reverse("admin:shops_product_changelist")).content.decode()

    assert ours.product.title in page
    assert theirs.product.title in page


@pytest.mark.parametrize("role", ["producer", "host", "moderator", "desk"])
def test_only_an_owner_sees_people(ours, role):
    client = staff(role, ours.shop)

    for view in ("changelist", "add"):
        assert client.get(reverse(f"admin:shops_member_{view}")).status_code == 403


def test_a_second_shop_cannot_be_opened_by_a_merchant(owner):
    answer = owner.post(reverse("admin:shops_shop_add"), {"name": "Mine", "slug": "mine"})

    assert answer.status_code == 403
    assert not Shop.objects.filter(slug="mine").exists()


def test_goods_of_several_shops_are_not_mixed_in_one_list(ours, theirs, owner):
    make_product(shop=ours.shop, title="Only ours")

    answer = owner.get(reverse("admin:shops_product_changelist"))

    assert {row.shop_id for row in answer.context["cl"].result_list} == {ours.shop.pk}


def test_accounts_are_for_the_house(owner, theirs):
    assert owner.get(reverse("admin:shops_user_changelist")).status_code == 403
