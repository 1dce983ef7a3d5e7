"""What one unit costs a viewer of a show. The order of the rules: docs/prices.md."""

from dataclasses import dataclass

from shops.models import Variant
from streams.models import Deal, LineupItem


@dataclass(frozen=True)
class Price:
    """Minor units. `amount` is asked now, `usual` without the deal, `list` outside the show."""

    amount: int
    usual: int
    list: int

    @property
    def is_deal(self) -> bool:
        return self.amount < self.usual


def of(
    variant: Variant,
    item: LineupItem | None,
    pinned: dict | None = None,
    deal: Deal | None = None,
) -> Price:
    """The lowest that was promised: nothing of this ever raises a price.

    `pinned` are the prices copied when the item's pin opened; they hold while it is open, and a
    moment longer. Whether the deal counts, the caller knows.
    """
    usual = variant.price
    if item is not None and item.show.has_show_prices and item.show_price:
        usual = min(usual, item.show_price)
    if pinned is not None:
        usual = min(usual, pinned.get(str(variant.pk), usual))
    return Price(min(usual, deal.price) if deal else usual, usual, variant.price)
