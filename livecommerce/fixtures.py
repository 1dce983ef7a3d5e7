"""Fixtures: people, shops, products, stock and shows from one JSON file.

What is there already (by username or slug) is left as it is, so loading twice changes nothing.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from orders.models import Coupon
from shops import pictures, stock
from shops.models import Member, Picture, Product, ProductPicture, Shop, User, Variant, Zone
from streams.models import LineupItem, Room, Show


@transaction.atomic
def load(path: Path) -> dict:
    """Load a file; answer the ids and addresses of everything it names.

    Pictures are read relative to the file. A show starts at `starts_at` (RFC 3339) or
    `starts_in` seconds from now.
    """
    plan = json.loads(path.read_text())
    people = {each["username"]: _person(each) for each in plan.get("people", [])}
    shops = [_shop(each, path.parent) for each in plan.get("shops", [])]
    return {
        "people": {name: person.pk for name, person in people.items()},
        "shops": [_report(shop) for shop in shops],
    }


def _person(plan: dict) -> User:
    person = User.objects.filter(username=plan["username"]).first()
    if person is None:
        person = User(is_staff=True, **{k: v for k, v in plan.items() if k != "password"})
        person.set_password(plan["password"])
        person.save()
    return person


def _shop(plan: dict, folder: Path) -> Shop:
    own = ("slug", "name", "tagline", "about", "currency", "hue", "contact", "address")
    shop, is_new = Shop.objects.get_or_create(
        slug=plan["slug"], defaults={field: plan[field] for field in own if field in plan}
    )
    if is_new:
        shop.avatar = _picture(shop, folder, plan.get("avatar"))
        shop.hero = _picture(shop, folder, plan.get("hero"))
        shop.save()
        for position, zone in enumerate(plan.get("zones", [])):
            Zone.objects.create(shop=shop, position=position, **zone)
        for coupon in plan.get("coupons", []):
            Coupon.objects.create(shop=shop, **coupon)
    for member in plan.get("members", []):
        user = User.objects.get(username=member["username"])
        Member.objects.get_or_create(shop=shop, user=user, defaults={"role": member["role"]})
    for position, product in enumerate(plan.get("products", [])):
        if not shop.products.filter(slug=product["slug"]).exists():
            _product(shop, product, folder, position)
    for show in plan.get("shows", []):
        if not Show.objects.filter(slug=show["slug"]).exists():
            _show(shop, show)
    return shop


def _picture(shop: Shop, folder: Path, name: str | None) -> Picture | None:
    if not name:
        return None
    with (folder / name).open("rb") as file:
        return pictures.store(shop, file)


def _product(shop: Shop, plan: dict, folder: Path, position: int) -> None:
    product = Product.objects.create(
        shop=shop,
        position=position,
        **{field: plan[field] for field in ("slug", "title", "description") if field in plan},
    )
    stored = {}
    for place, entry in enumerate(plan.get("pictures", [])):
        stored[entry["file"]] = _picture(shop, folder, entry["file"])
        ProductPicture.objects.create(
            product=product, picture=stored[entry["file"]], alt=entry["alt"], position=place
        )
    for place, entry in enumerate(plan["variants"]):
        variant = Variant.objects.create(
            product=product,
            position=place,
            picture=stored.get(entry.get("picture")),
            **{
                field: entry[field]
                for field in ("title", "sku", "swatch", "price")
                if field in entry
            },
        )
        stock.adjust(variant, entry.get("stock", 0))


def _show(shop: Shop, plan: dict) -> None:
    starts_at = (
        datetime.fromisoformat(plan["starts_at"])
        if "starts_at" in plan
        else timezone.now() + timedelta(seconds=plan.get("starts_in", 0))
    )
    show = Show.objects.create(
        shop=shop,
        slug=plan["slug"],
        title=plan["title"],
        description=plan.get("description", ""),
        host_name=plan.get("host", ""),
        starts_at=starts_at,
    )
    Room.objects.create(show=show)
    for number, item in enumerate(plan.get("items", []), start=1):
        LineupItem.objects.create(
            show=show,
            product=shop.products.get(slug=item["product"]),
            number=number,
            show_price=item.get("show_price"),
        )


def _report(shop: Shop) -> dict:
    def address(name, *args):
        return settings.SITE_URL + reverse(name, args=args)

    return {
        "id": shop.pk,
        "slug": shop.slug,
        "url": address("shop", shop.slug),
        "products": [
            {
                "id": product.pk,
                "slug": product.slug,
                "url": address("product", shop.slug, product.slug),
                "variants": {v.sku or v.title or "only": v.pk for v in product.variants.all()},
            }
            for product in shop.products.prefetch_related("variants")
        ],
        "shows": [
            {"id": show.pk, "slug": show.slug, "url": address("show", show.slug)}
            for show in shop.shows.all()
        ],
    }
