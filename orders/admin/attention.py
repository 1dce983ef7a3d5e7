"""Money that a person has to look at: flagged, disputed, or about to be let go by the bank."""

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from livecommerce import money
from orders.models import Order, Payment
from orders.sweepers import WARNED

SETTLED = ("won", "lost", "warning_closed", "prevented")  # disputes that wait for nobody
OPEN = (Payment.Status.AUTHORIZED, Payment.Status.CAPTURING)


def pressing(payment: str = "") -> Q:
    """The condition that somebody has to look; `payment` leads to it: "" or "payment__"."""

    def of(**conditions) -> Q:
        return Q(**{f"{payment}{name}": value for name, value in conditions.items()})

    ends_soon = of(status__in=OPEN, capture_before__lte=timezone.now() + WARNED)
    return ~of(flag="") | (~of(dispute="") & ~of(dispute__in=SETTLED)) | ends_soon


def reasons(payment: Payment) -> list[str]:
    """Why, in sentences; none: nothing is to be done."""
    found = [payment.flag] if payment.flag else []
    if payment.dispute and payment.dispute not in SETTLED:
        amount = money.text(payment.disputed, payment.currency)
        found.append(f"{amount} are disputed: {payment.dispute.replace('_', ' ')}.")
    ends_at = payment.capture_before if payment.status in OPEN else None
    if ends_at and ends_at <= timezone.now() + WARNED:
        found.append(f"The bank lets the money go at {moment(ends_at)}.")
    return found


def notices(shops, most: int) -> list[dict]:
    """[{order, reasons}] of these shops, the newest first."""
    orders = (
        Order.objects.filter(pressing("payment__"), shop__in=shops)
        .select_related("payment", "shop")
        .order_by("-pk")[:most]
    )
    return [{"order": order, "reasons": reasons(order.payment)} for order in orders]


def moment(when) -> str:
    return date_format(timezone.localtime(when), "j M, H:i")
