"""How much one person may have: one visitor, one address of mail, one address of the net."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from django.conf import settings
from django.db.models import Q, Sum

from livecommerce import kept
from livecommerce.errors import DomainError
from orders.models import Order, OrderLine
from orders.submit import Submit
from streams.deals import DealEnded
from streams.models import Deal


class TooManyHolds(DomainError):
    """So many unpaid orders wait already; they end by themselves."""

    code = "too_many_holds"


def countable(address: str | None) -> str | None:
    """An address of the public net; inside a house or behind a proxy all would be one person."""
    try:
        return str(address) if ip_address(address or "").is_global else None
    except ValueError:
        return None


class Crowd:
    """What those who submit hold at this moment, read at once for all of them."""

    def __init__(self, submits: Sequence[Submit]):
        rows = _holds(
            emails={submit.delivery.email for submit in submits},
            callers={submit.caller for submit in submits if submit.caller},
        )
        self._hers = {(owner, shop): {email, caller} for owner, shop, email, caller in rows}
        self._holds = Counter(address for hers in self._hers.values() for address in hers)

    def check(self, submit: Submit) -> None:
        """Refuse a hold too many, and count one more. Hers in this shop is about to end."""
        before = self._hers.get((submit.owner, submit.shop.pk), set())
        most = {submit.delivery.email: settings.HOLDS_PER_EMAIL}
        if submit.caller:
            most[submit.caller] = settings.HOLDS_PER_ADDRESS
        if any(self._holds[each] - (each in before) >= limit for each, limit in most.items()):
            raise TooManyHolds("You hold so many unpaid orders already. Pay or cancel one first.")
        self._holds.subtract(before)
        self._holds.update(most.keys())


@kept.Query
def _holds(emails, callers):
    theirs = Q(email__in=emails) | Q(caller__in=callers)
    pending = Order.objects.filter(theirs, status=Order.Status.PENDING)
    return pending.values_list("owner", "shop", "email", "caller")


@dataclass
class Share:
    """What one visitor has of a coupon's uses or a deal's units.

    `held` by her unpaid order, which ends when she places anew; `had` by all her others.
    """

    had: int = 0
    held: int = 0


class Past:
    """What these visitors have of coupons and deals already, read at once for all of them."""

    def __init__(self, owners: Iterable[str], coupons: Iterable[int], deals: Iterable[int]):
        self._coupons, self._deals = defaultdict(Share), defaultdict(Share)
        coupons, deals = set(coupons), set(deals)
        if not coupons and not deals:
            return
        rows = OrderLine.objects.filter(
            Q(order__coupon__in=coupons) | Q(deal__in=deals),
            order__owner__in=set(owners),
            order__status__in=Order.COUNTED,
        ).values_list("order__owner", "order__status", "order", "order__coupon", "deal", "quantity")
        used = set()
        for owner, status, order, coupon, deal, quantity in rows:
            kind = "held" if status == Order.Status.PENDING else "had"
            _count(self._deals[owner, deal], kind, quantity)
            if order not in used:
                _count(self._coupons[owner, coupon], kind, 1)
            used.add(order)

    def coupon(self, owner: str, coupon_id: int) -> Share:
        return self._coupons[owner, coupon_id]

    def deal(self, owner: str, deal_id: int) -> Share:
        return self._deals[owner, deal_id]


def _count(share: Share, kind: str, units: int) -> None:
    setattr(share, kind, getattr(share, kind) + units)


def check_deal(deal: Deal, order: Order) -> None:
    """Refuse an order that was just written and has more of a deal than its customer may have.

    Part of a transaction that has the deal's row: nobody else's order of this deal comes between.
    """
    if deal.limit_each is None:
        return
    hers = Q(order__owner=order.owner) | Q(order__email__iexact=order.email)
    lines = OrderLine.objects.filter(hers, deal=deal, order__status__in=Order.COUNTED)
    units = lines.aggregate(
        all=Sum("quantity", default=0),
        before=Sum("quantity", default=0, filter=~Q(order=order)),
    )
    if units["all"] > deal.limit_each:
        left = max(0, deal.limit_each - units["before"])
        raise DealEnded(f"At most {deal.limit_each} of it for each customer.", left)
