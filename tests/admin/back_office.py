"""Two shops, people who sign in, and admin forms as a browser sends them."""

from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shops.models import Product, Shop, User, Zone
from streams.models import LineupItem, Show
from tests.factories import make_item, make_product, make_shop, make_show, make_staff


@dataclass
class House:
    """A shop with one of everything."""

    shop: Shop
    owner: User
    product: Product
    show: Show
    item: LineupItem

    @property
    def variant(self):
        return self.product.variants.get()


def make_house(**values) -> House:
    shop = make_shop(**values)
    product = make_product(shop=shop)
    show = make_show(shop=shop)
    return House(
        shop, make_staff(shop=shop, is_staff=True), product, show, make_item(show, product)
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def staff(role, shop) -> Client:
    return signed_in(make_staff(role, shop=shop, is_staff=True))


def no_rows(*prefixes) -> dict:
    """The management fields of empty inlines."""
    return {
        f"{prefix}-{name}": 0 for prefix in prefixes for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }


def rows(prefix: str, *forms: dict) -> dict:
    """An inline as the browser sends it; rows with an id are there already."""
    sent = {
        f"{prefix}-TOTAL_FORMS": len(forms),
        f"{prefix}-INITIAL_FORMS": sum(1 for form in forms if form.get("id")),
    }
    for number, form in enumerate(forms):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in form.items()}
    return sent


def product_form(product: Product, *variants: dict, **values) -> dict:
    return {
        "title": product.title,
        "description": "",
        "position": 0,
        "is_on_sale": "on",
        **rows("variants", *variants),
        **no_rows("gallery"),
    } | values


def variant_row(variant, **values) -> dict:
    return {
        "id": variant.pk,
        "product": variant.product_id,
        "title": "",
        "price": "10.00",
        "swatch": "",
        "sku": "",
        "is_on_sale": "on",
        "position": 0,
        "delta": "",
    } | values


def show_form(show: Show, *items: dict, **values) -> dict:
    return {
        "title": show.title,
        "starts_at_0": "2026-12-01",
        "starts_at_1": "18:00:00",
        "host_name": "",
        "description": "",
        **rows("items", *items),
    } | values


def item_row(item: LineupItem, **values) -> dict:
    return {
        "id": item.pk,
        "show": item.show_id,
        "number": item.number,
        "product": item.product_id,
        "show_price": "",
    } | values


def settings_form(*zones: dict, **values) -> dict:
    return {
        "name": "Ours",
        "tagline": "",
        "about": "",
        "hue": 40,
        "contact": "",
        "address": "",
        "is_tax_included": "on",
        "undo_minutes": 0,
        **rows("zones", *zones),
    } | values


def zone_row(zone: Zone | None = None, **values) -> dict:
    return {
        **({"id": zone.pk, "shop": zone.shop_id} if zone else {}),
        "name": "World",
        "position": 0,
        "countries": ["*"],
        "shipping": "0.00",
        "free_from": "",
        "tax_rate": "0",
    } | values


def queries_of(client: Client, url: str) -> int:
    """How many queries a page takes, once it is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def errors(answer) -> dict:
    """{field: [errors]} of every form on the page, inlines included."""
    found = dict(answer.context["adminform"].form.errors)
    for inline in answer.context["inline_admin_formsets"]:
        found |= {"": inline.formset.non_form_errors()} if inline.formset.non_form_errors() else {}
        for form in inline.formset.forms:
            found |= form.errors
    return {name: list(messages) for name, messages in found.items()}
