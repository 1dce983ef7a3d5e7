"""Products in the back office: amounts, counts by delta, pictures."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shops import stock
from shops.models import Picture, Product, ProductPicture, Shop, Stock, StockMove
from tests.admin.back_office import errors, product_form, rows, variant_row
from tests.admin.pictures import a_picture
from tests.factories import make_order


def save(client, product, **values):
    row = variant_row(product.variants.get(), **values)
    return client.post(
        reverse("admin:shops_product_change", args=[product.pk]), product_form(product, row)
    )


def test_an_amount_is_kept_in_minor_units(ours, owner):
    answer = save(owner, ours.product, price="34.00")

    assert answer.status_code == 302
    assert ours.variant.price == 3400


def test_an_amount_is_shown_as_it_is_typed(ours, owner):
    page = owner.get(reverse("admin:shops_product_change", args=[ours.product.pk]))

    assert 'value="10.00"' in page.content.decode()


def test_a_currency_without_decimals_has_none(ours, owner):
    Shop.objects.update(currency="jpy")

    page = owner.get(reverse("admin:shops_product_change", args=[ours.product.pk]))
    refused = save(owner, ours.product, price="34.50")
    save(owner, ours.product, price="3400")

    assert 'value="1000"' in page.content.decode()
    assert errors(refused) == {"price": ["JPY has no decimal places."]}
    assert ours.variant.price == 3400


@pytest.mark.parametrize(
    "typed", ["-1", "0", "1.234", "1e3", "NaN", "١٢", "", "99999999", "1,000.00", "<b>", "0x10"]
)
def test_an_amount_that_cannot_be_is_refused_at_its_field(ours, owner, typed):
    answer = save(owner, ours.product, price=typed)

    assert list(errors(answer)) == ["price"]
    assert ours.variant.price == 1000


def test_a_count_changes_by_so_many(ours, owner):
    save(owner, ours.product, delta="+7")
    save(owner, ours.product, delta="-2")

    assert ours.variant.stock.on_hand == 10
    moves = StockMove.objects.filter(by=ours.owner).order_by("pk")
    assert list(moves.values_list("delta", flat=True)) == [7, -2]


def test_saving_a_product_leaves_the_count_alone(ours, owner):
    save(owner, ours.product)

    assert ours.variant.stock.on_hand == 5
    assert not StockMove.objects.filter(by=ours.owner).exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_held_cannot_be_taken_away(ours, owner):
    make_order(variant=ours.variant, quantity=3)

    answer = save(owner, ours.product, delta="-3", price="20.00")

    assert errors(answer) == {"delta": ["Only 2 are free to take away; the others are held."]}
    assert (ours.variant.stock.on_hand, ours.variant.stock.held) == (5, 3)
    assert ours.variant.price == 1000
    assert not StockMove.objects.filter(by=ours.owner).exists()


@pytest.mark.django_db(transaction=True)
def test_a_buyer_who_is_faster_than_the_save_wins(ours, owner, monkeypatch):
    adjust = stock.adjust

    def bought_meanwhile(variant, delta, *, by):
        Stock.objects.filter(variant=variant).update(held=4)
        adjust(variant, delta, by=by)

    monkeypatch.setattr(stock, "adjust", bought_meanwhile)

    answer = save(owner, ours.product, delta="-3", price="20.00")

    assert answer.status_code == 302
    assert ours.variant.stock.on_hand == 5
    assert ours.variant.price == 1000


@pytest.mark.parametrize("typed", ["1.5", "١", "1e9", "9999999999", "--1", "NaN"])
def test_a_delta_that_cannot_be_is_refused_at_its_field(ours, owner, typed):
    answer = save(owner, ours.product, delta=typed)

    assert list(errors(answer)) == ["delta"]
    assert ours.variant.stock.on_hand == 5


def test_a_new_product_is_made_with_variants_and_stock_in_the_only_shop(ours, owner):
    form = product_form(Product(title="Cup"), slug="cup") | rows(
        "variants",
        {"title": "Sage", "price": "12,50", "position": 0, "delta": "4", "is_on_sale": "on"},
    )

    answer = owner.post(reverse("admin:shops_product_add"), form)

    assert answer.status_code == 302
    cup = Product.objects.get(slug="cup")
    assert cup.shop == ours.shop
    assert (cup.variants.get().price, cup.variants.get().stock.on_hand) == (1250, 4)


def test_a_slug_that_is_taken_in_the_shop_is_refused(ours, owner):
    form = product_form(Product(title="Twin"), slug=ours.product.slug)

    answer = owner.post(reverse("admin:shops_product_add"), form)

    assert answer.status_code == 200
    assert not Product.objects.filter(title="Twin").exists()


@pytest.mark.django_db(transaction=True)
def test_a_variant_that_was_sold_stays(ours, owner):
    make_order(variant=ours.variant)

    answer = save(owner, ours.product, DELETE="on")

    assert answer.status_code == 200
    assert ours.product.variants.count() == 1


def upload(client, product, file, **values):
    form = product_form(product, variant_row(product.variants.get()))
    form |= rows("gallery", {"product": product.pk, "alt": "Cup", "position": 0, **values})
    if file:
        form["gallery-0-upload"] = file
    return client.post(reverse("admin:shops_product_change", args=[product.pk]), form)


def test_a_picture_comes_into_the_gallery(ours, owner):
    answer = upload(owner, ours.product, a_picture())

    assert answer.status_code == 302
    picture = ours.product.gallery.get().picture
    assert (picture.shop, picture.width, picture.height) == (ours.shop, 40, 50)
    assert "etc" not in picture.path


def test_a_picture_can_be_of_one_variant(ours, owner):
    upload(owner, ours.product, a_picture(), variant=ours.variant.pk)

    assert ours.variant.picture == ours.product.gallery.get().picture


def test_a_picture_that_goes_is_of_no_variant_any_more(ours, owner):
    upload(owner, ours.product, a_picture(), variant=ours.variant.pk)
    entry = ours.product.gallery.get()

    upload(owner, ours.product, None, id=entry.pk, DELETE="on")

    assert not ours.product.gallery.exists()
    assert ours.variant.picture is None


def test_a_picture_cannot_be_of_their_variant(ours, theirs, owner):
    answer = upload(owner, ours.product, a_picture(), variant=theirs.variant.pk)

    assert list(errors(answer)) == ["variant"]
    assert theirs.variant.picture is None
    assert not Picture.objects.exists()


def test_a_picture_that_would_fill_the_memory_is_refused_at_its_field(ours, owner):
    bomb = a_picture(6000, 6000)

    answer = upload(owner, ours.product, bomb)

    assert errors(answer) == {"upload": ["At most 25 megapixels."]}
    assert not Picture.objects.exists()
    assert not ProductPicture.objects.exists()


def test_what_is_no_picture_is_refused_at_its_field(ours, owner):
    answer = upload(owner, ours.product, SimpleUploadedFile("cup.png", b"<svg onload=alert(1)>"))

    assert errors(answer) == {"upload": ["This is not a picture we can read."]}
    assert not Picture.objects.exists()


def test_a_row_without_a_picture_is_refused_at_its_field(ours, owner):
    answer = upload(owner, ours.product, None)

    assert errors(answer) == {"upload": ["Please choose a picture."]}
    assert not ProductPicture.objects.exists()


def test_a_drop_is_planned_and_told_in_the_list(ours, owner):
    hour = timezone.localtime() + timedelta(days=2)

    answer = owner.post(
        reverse("admin:shops_product_change", args=[ours.product.pk]),
        product_form(
            ours.product,
            variant_row(ours.variant),
            reveal_at_0=f"{hour:%Y-%m-%d}",
            reveal_at_1="18:30:00",
        ),
    )

    assert answer.status_code == 302
    ours.product.refresh_from_db()
    assert timezone.localtime(ours.product.reveal_at).hour == 18
    page = owner.get(reverse("admin:shops_product_changelist")).content.decode()
    assert f"{hour.day} {hour:%b}, 18:30" in page


def test_a_drop_that_showed_itself_is_none_any_more(ours, owner):
    Product.objects.update(reveal_at=timezone.now() - timedelta(hours=1))

    page = owner.get(reverse("admin:shops_product_changelist"))

    assert page.context["cl"].model_admin.drop(page.context["cl"].result_list[0]) == "–"
