"""Rows for tests: plain functions, one per noun, each with defaults that can be sold."""

from itertools import count

from django.utils import timezone

from livecommerce import visitors
from orders import bag as bags
from orders import checkout, quotes
from orders.models import Coupon, Order
from orders.submit import Delivery
from shops import stock
from shops.models import Member, Product, Shop, User, Variant, Zone
from streams.models import LineupItem, Show

_numbers = count(1)
DELIVERY = {
    "email": "ann@example.com",
    "name": "Ann Example",
    "line1": "Harbour Street 1",
    "line2": "",
    "postcode": "20457",
    "city": "Hamburg",
    "region": "",
    "country": "DE",
}


def make_shop(*, shipping: int | None = None, **values) -> Shop:
    """A shop; with `shipping`, it delivers everywhere for that."""
    number = next(_numbers)
    shop = Shop.objects.create(
        **{"name": f"Shop {number}", "slug": f"shop-{number}", "currency": "eur"} | values
    )
    if shipping is not None:
        make_zone(shop, shipping=shipping)
    return shop


def make_zone(shop: Shop, **values) -> Zone:
    """Where it delivers; without countries: everywhere else."""
    return Zone.objects.create(
        shop=shop, **{"name": "World", "position": shop.zones.count()} | values
    )


def make_coupon(shop: Shop | None = None, **values) -> Coupon:
    """A code for a tenth off, unless it says otherwise."""
    return Coupon.objects.create(
        shop=shop or make_shop(),
        **{"code": f"CODE-{next(_numbers)}", "kind": Coupon.Kind.PERCENT, "value": 1000} | values,
    )


def make_product(*, shop: Shop | None = None, on_hand=5, price=1000, **values) -> Product:
    """A product with one variant, in stock."""
    number = next(_numbers)
    product = Product.objects.create(
        shop=shop or make_shop(),
        **{"title": f"Product {number}", "slug": f"product-{number}"} | values,
    )
    make_variant(product, on_hand=on_hand, price=price)
    return product


def make_variant(product: Product, *, on_hand=5, price=1000, **values) -> Variant:
    variant = Variant.objects.create(product=product, price=price, **values)
    stock.adjust(variant, on_hand)
    return variant


def make_show(*, shop: Shop | None = None, status=Show.Status.LIVE, **values) -> Show:
    """A show in any state, without the facts that led there."""
    number, now = next(_numbers), timezone.now()
    began = status in (Show.Status.LIVE, Show.Status.ENDED)
    moments = {
        "live_at": now if began else None,
        "ended_at": now if status == Show.Status.ENDED else None,
    }
    return Show.objects.create(
        shop=shop or make_shop(),
        status=status,
        **{"title": f"Show {number}", "slug": f"show-{number}"} | moments | values,
    )


def make_item(show: Show, product: Product | None = None, **values) -> LineupItem:
    """The show's next item."""
    return LineupItem.objects.create(
        show=show,
        product=product or make_product(shop=show.shop),
        **{"number": show.items.count() + 1} | values,
    )


def make_user(**values) -> User:
    return User.objects.create_user(**{"username": f"user-{next(_numbers)}"} | values)


def make_staff(role=Member.Role.OWNER, *, shop: Shop | None = None, **values) -> User:
    """Somebody with a part in a shop: make_staff("moderator", shop=shop)."""
    user = make_user(**{"is_staff": True} | values)
    Member.objects.create(shop=shop or make_shop(), user=user, role=role)
    return user


def make_order(*, variant: Variant | None = None, quantity=1, owner="ann", item=None) -> Order:
    """A pending order through the real checkout; it holds its units."""
    variant = variant or make_product().variants.get()
    shop = variant.product.shop
    bag = bags.put(shop, owner, variant.pk, quantity, item_id=item and item.pk)
    total = quotes.quote(bag).total
    key = f"key-{next(_numbers)}"
    return checkout.place(shop, owner, key, make_delivery(owner), seen=total)


def make_delivery(owner: str, **values) -> Delivery:
    """Where a visitor's parcels go; each has an address of mail of her own."""
    return Delivery(**DELIVERY | {"email": f"{owner}@example.com"} | values)


def carry(client, visitor: str):
    """Give a test client the cookie of a visitor; answers the client."""
    client.cookies[visitors.COOKIE] = visitors.cookie_for(visitor)
    return client
