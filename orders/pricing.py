"""What an order costs: sums over plain values, in minor units. The one place of a total.

1. A line costs its unit price times its quantity.
2. One coupon an order: a share of the goods, or an amount off them, but never of units in a flash
   deal, never more than the rest of the goods costs, and only from its minimum on (all goods).
3. Delivery costs what the zone says; nothing, once goods less coupon reach its free sum.
4. Tax is the zone's rate of goods less coupon plus delivery: contained in them, or added.

What a percentage makes is rounded half up, to an amount that the currency can be paid in.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from livecommerce.money import step
from shops.models import Zone

WHOLE = 10_000  # a percentage in hundredths: 100 %


@dataclass(frozen=True)
class Line:
    unit_price: int
    quantity: int
    is_deal: bool = False

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Reduction:
    """What a coupon takes off: `percent` (in hundredths) of the goods, or an `amount` off them."""

    percent: int = 0
    amount: int = 0
    minimum: int = 0


@dataclass(frozen=True)
class Terms:
    """How a shop delivers to one place; rates in hundredths of a percent."""

    shipping: int = 0
    free_from: int | None = None
    tax_rate: int = 0
    is_tax_included: bool = True


@dataclass(frozen=True)
class Totals:
    items_total: int
    discount: int
    shipping: int
    tax: int
    total: int


def add_up(
    lines: Iterable[Line], terms: Terms, currency: str, reduction: Reduction | None = None
) -> Totals:
    """The sums of an order. No lines: nothing is delivered, all sums are 0."""
    lines = tuple(lines)
    goods = sum(line.total for line in lines)
    discount = 0
    if reduction and goods >= reduction.minimum:
        reducible = sum(line.total for line in lines if not line.is_deal)
        share = rounded(reducible * reduction.percent, WHOLE, currency)
        discount = min(reducible, share + reduction.amount)
        discount -= discount % step(currency)
    net = goods - discount
    is_free = terms.free_from is not None and net >= terms.free_from
    shipping = 0 if is_free or not lines else terms.shipping
    taxed = net + shipping
    if terms.is_tax_included:
        tax = rounded(taxed * terms.tax_rate, WHOLE + terms.tax_rate, currency)
        return Totals(goods, discount, shipping, tax, taxed)
    tax = rounded(taxed * terms.tax_rate, WHOLE, currency)
    return Totals(goods, discount, shipping, tax, taxed + tax)


def rounded(dividend: int, divisor: int, currency: str) -> int:
    """dividend / divisor, half up, to the least amount the currency is paid in."""
    least = step(currency)
    return (2 * dividend + divisor * least) // (2 * divisor * least) * least


def zone_for(zones: Iterable[Zone], country: str | None) -> Zone | None:
    """The first zone that names the country, else the first for everywhere else.

    Without a country: the first of all, where the shop is at home.
    """
    zones = list(zones)
    if country is None:
        return zones[0] if zones else None
    named = (zone for zone in zones if country in zone.countries)
    rest = (zone for zone in zones if not zone.countries)
    return next(named, None) or next(rest, None)
