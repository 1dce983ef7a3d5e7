"""How often strangers may try what costs others: codes to guess, lines to fill, letters to send.

Pages and API come through here; the rules themselves are those of orders.coupons and
orders.waiting.
"""

from django.conf import settings

from orders import coupons, waiting
from orders.models import Place
from shops import tries
from shops.models import Shop

MINUTES = 10
WRONG_CODES = 50  # from one address of the net in that time; many phones share one
LETTERS = 20  # steps into a line under one address of mail in an hour


def put_coupon(shop: Shop, owner: str, code: str, *, address: str) -> None:
    """Lay a code on the bag. Refused ones count, or somebody would find codes by guessing."""
    limit = {"most": WRONG_CODES, "minutes": MINUTES}
    if code.strip():  # an empty one takes off what is there
        tries.look("code", address, **limit)
    try:
        coupons.put(shop, owner, code)
    except coupons.CouponRefused:
        tries.count("code", address, **limit)
        raise


def join(
    shop: Shop,
    owner: str,
    variant_id: int,
    quantity: int,
    email: str,
    *,
    address: str,
    item_id: int | None = None,
) -> Place:
    """Step into a line.

    A call holds units as an unpaid order does, so that one address may not invent more people for
    it; and it writes to an address of mail that nobody proved to be theirs.
    """
    tries.count("line-from", address, most=settings.HOLDS_PER_ADDRESS, minutes=MINUTES)
    tries.count("line-for", email.lower(), most=LETTERS, minutes=60)
    return waiting.join(shop, owner, variant_id, quantity, email, item_id=item_id)
