"""What a visitor is about to buy: one bag per shop. The only writer of Bag and BagLine."""

from django.db import transaction
from django.db.models import F

from livecommerce.errors import DomainError, Invalid
from orders.models import MAX_QUANTITY, Bag, BagLine, Coupon
from shops.models import Shop, Variant, on_sale
from streams.models import LineupItem

MAX_LINES = 30


class NotOnSale(DomainError):
    code = "not_on_sale"


def find(shop: Shop, owner: str) -> Bag | None:
    return Bag.objects.filter(shop=shop, owner=owner).first()


@transaction.atomic
def put(
    shop: Shop, owner: str, variant_id: int, quantity: int, *, item_id: int | None = None
) -> Bag:
    """Have exactly so many units of a variant in the bag; 0 takes the line out.

    `item_id` says which line-up item the visitor was looking at, for its show price. What does
    not belong to this shop is answered like what does not exist.
    """
    if not 0 <= quantity <= MAX_QUANTITY:
        raise Invalid(f"Between 0 and {MAX_QUANTITY} of one thing.", field="quantity")
    bag, _ = Bag.objects.get_or_create(shop=shop, owner=owner)
    if quantity == 0:
        bag.lines.filter(variant=variant_id).delete()
        return bag
    variant = Variant.objects.filter(
        on_sale("product__"), pk=variant_id, is_on_sale=True, product__shop=shop
    ).first()
    if variant is None:
        raise NotOnSale("This is not on sale here.", field="variant")
    item = LineupItem.objects.filter(
        pk=item_id, show__shop=shop, product=variant.product_id
    ).first()
    changes = {"quantity": quantity} | ({"item": item} if item else {})
    if bag.lines.exclude(variant=variant).count() >= MAX_LINES:
        raise Invalid(f"At most {MAX_LINES} different things.", field="variant")
    BagLine.objects.update_or_create(bag=bag, variant=variant, defaults=changes)
    bag.save(update_fields=["changed_at"])
    return bag


@transaction.atomic
def add(
    shop: Shop, owner: str, variant_id: int, quantity: int = 1, *, item_id: int | None = None
) -> Bag:
    """Have so many units more."""
    if quantity < 1:
        raise Invalid("At least one.", field="quantity")
    hers = BagLine.objects.filter(bag__shop=shop, bag__owner=owner, variant=variant_id)
    line = hers.select_for_update(of=("self",)).first()  # two clicks at once are two more
    there = line.quantity if line else 0
    return put(shop, owner, variant_id, there + quantity, item_id=item_id)


def set_coupon(shop: Shop, owner: str, coupon: Coupon | None) -> None:
    """Lay a coupon on the bag, in the place of another; None takes it off."""
    if coupon:
        Bag.objects.update_or_create(shop=shop, owner=owner, defaults={"coupon": coupon})
    else:
        Bag.objects.filter(shop=shop, owner=owner).update(coupon=None)


@transaction.atomic
def take_out(
    shop_id: int, owner: str, quantities: dict[int, int], *, coupon_id: int | None = None
) -> None:
    """What was bought, and used for it, leaves the bag; what was put in meanwhile stays."""
    lines = BagLine.objects.filter(bag__shop=shop_id, bag__owner=owner)
    for variant_id, bought in sorted(quantities.items()):
        line = lines.filter(variant=variant_id)
        if not line.filter(quantity__gt=bought).update(quantity=F("quantity") - bought):
            line.delete()
    if coupon_id:
        Bag.objects.filter(shop=shop_id, owner=owner, coupon=coupon_id).update(coupon=None)
