"""Coupons: found by their code, put on a bag, counted when an order is placed.

The only writer of Coupon.used. One coupon an order; what it takes off says orders.pricing.
"""

import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Q
from django.utils import timezone

from livecommerce import money
from livecommerce.errors import DomainError
from orders import bag
from orders.limits import Past, Share
from orders.models import Coupon, Order
from shops.models import Shop

LONGEST = 200  # characters; what is longer is no code, and not worth the work
NOBODY = Share()


class CouponRefused(DomainError):
    """The code is not known, not valid now, or used up."""

    code = "coupon_refused"


def normal(code: str) -> str:
    """A code as it is kept: " welcome‑10" and "WELCOME-10" are the same."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", code).upper())
    return unicodedata.normalize("NFKC", "".join(map(_plain, parts)))


def _plain(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind == "Pd":  # keyboards and typesetters have many dashes
        return "-"
    # What cannot be seen makes no other code; NUL and halves of pairs no database would take.
    return "" if kind[0] in "CZ" else letter


def find(shop: Shop, code: str) -> Coupon:
    """The coupon behind a code, if it may be used now. Raises CouponRefused."""
    coupon = _known(shop, code)
    check(coupon)
    return coupon


def _known(shop: Shop, code: str) -> Coupon:
    coupon = None
    if len(code) <= LONGEST:
        coupon = Coupon.objects.filter(shop=shop, code=normal(code)).first()
    if coupon is None:
        raise CouponRefused("This code is not known here.", field="code")
    return coupon


def check(coupon: Coupon, share: Share = NOBODY) -> None:
    """Refuse what cannot be used at this moment; `share` is what she has of it already."""
    now = timezone.now()
    if not coupon.is_active or (coupon.ends_at and coupon.ends_at <= now):
        raise CouponRefused("This code is no longer valid.", field="code")
    if coupon.starts_at and coupon.starts_at > now:
        raise CouponRefused("This code is not valid yet.", field="code")
    if coupon.limit is not None and coupon.used - share.held >= coupon.limit:
        raise CouponRefused("This code is used up.", field="code")
    if coupon.limit_each is not None and share.had >= coupon.limit_each:
        raise CouponRefused("You have used this code already.", field="code")


def is_valid(coupon: Coupon, share: Share = NOBODY) -> bool:
    try:
        check(coupon, share)
    except CouponRefused:
        return False
    return True


def is_limited(coupon: Coupon) -> bool:
    """Whether it matters who used it before."""
    return coupon.limit is not None or coupon.limit_each is not None


def put(shop: Shop, owner: str, code: str) -> None:
    """Put a coupon on the visitor's bag, in the place of another. An empty code takes it off."""
    coupon = None
    if code.strip():
        coupon = _known(shop, code)
        check(coupon, Past([owner], [coupon.pk], []).coupon(owner, coupon.pk))
    bag.set_coupon(shop, owner, coupon)


def label(coupon: Coupon) -> str:
    """What a code is worth, as shoppers read it: "10 % off" or "€5.00 off"."""
    if coupon.kind == Coupon.Kind.PERCENT:
        return f"{Decimal(coupon.value) / 100:f} % off"
    return f"{money.text(coupon.value, coupon.shop.currency)} off"


def lock(coupon_ids: Iterable[int | None]) -> None:
    """Have these rows, in the order of their ids, for a transaction that will use several verbs."""
    rows = Coupon.objects.filter(pk__in=set(coupon_ids) - {None}).order_by("pk")
    # Not their keys: an order that was written a moment ago has those, of its coupon.
    list(rows.select_for_update(no_key=True))


def take(coupon: Coupon, *, owner: str, email: str) -> None:
    """Count one use by an order that was just written. Never past a limit.

    Part of a transaction: the coupon's row is locked here, so that what this customer's other
    orders used is read after them.
    """
    rows = Coupon.objects.filter(Q(limit=None) | Q(limit__gt=F("used")), pk=coupon.pk)
    if not rows.update(used=F("used") + 1):
        raise CouponRefused("This code is used up.", field="code")
    if coupon.limit_each is not None:
        hers = Q(owner=owner) | Q(email__iexact=email)
        uses = Order.objects.filter(hers, coupon=coupon, status__in=Order.COUNTED).count()
        if uses > coupon.limit_each:
            raise CouponRefused("You have used this code already.", field="code")


def give_back(coupon_id: int) -> None:
    """An order that used it ended without a sale. Part of a transaction."""
    Coupon.objects.filter(pk=coupon_id, used__gt=0).update(used=F("used") - 1)
