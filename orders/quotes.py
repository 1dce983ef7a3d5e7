"""What a bag costs now: the rows of a bag, priced by orders.pricing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, prefetch_related_objects
from django.utils import timezone

from livecommerce import kept
from orders import coupons, limits, pricing, waiting
from orders.models import Bag, BagLine, Coupon
from shops.models import Shop, Variant, Zone, on_sale
from streams import deals, pins, prices
from streams.models import Deal


@dataclass(frozen=True)
class QuotedLine:
    variant: Variant
    item_id: int | None
    show_id: int | None
    quantity: int
    unit_price: int  # minor units, as all amounts
    list_price: int
    deal: Deal | None = None
    called: int = 0  # units that are held for her place in the line

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price

    @property
    def left(self) -> int:
        """What she can have."""
        free = self.variant.stock.free if hasattr(self.variant, "stock") else 0
        return free + self.called


@dataclass(frozen=True)
class Ask:
    """Whose bag, and where to; no country yet: the shop's home."""

    shop: Shop
    owner: str
    country: str | None = None


@dataclass(frozen=True)
class Quote:
    shop: Shop
    lines: tuple[QuotedLine, ...]
    totals: pricing.Totals
    zone: Zone | None = None
    is_delivered: bool = True  # False: the shop does not go to that country
    coupon: Coupon | None = None
    terms: pricing.Terms = field(default_factory=pricing.Terms)

    @property
    def currency(self) -> str:
        return self.shop.currency

    @property
    def items_total(self) -> int:
        return self.totals.items_total

    @property
    def discount(self) -> int:
        return self.totals.discount

    @property
    def shipping(self) -> int:
        return self.totals.shipping

    @property
    def tax(self) -> int:
        return self.totals.tax

    @property
    def total(self) -> int:
        return self.totals.total

    @property
    def tax_rate(self) -> int:
        return self.terms.tax_rate

    @property
    def is_tax_included(self) -> bool:
        return self.terms.is_tax_included

    @property
    def quantities(self) -> dict[int, int]:
        return {line.variant.pk: line.quantity for line in self.lines}


def quote(bag: Bag, country: str | None = None) -> Quote:
    """One bag. It need not have been stored: its shop and owner say whose lines they are."""
    return read([Ask(bag.shop, bag.owner, country)])[0]


def read(asks: Sequence[Ask]) -> list[Quote]:
    """What these bags cost now, from the database alone, in four queries however many they are."""
    now, shops = timezone.now(), {ask.shop.pk for ask in asks}
    owners = {ask.owner for ask in asks}
    rows = _lines_in_bags(shops=shops, owners=owners, now=now, since=now - pins.GRACE)
    bags = defaultdict(list)
    for row in rows:
        bags[row.bag.shop_id, row.bag.owner].append(row)
    laid = {bag: lines[0].bag.coupon for bag, lines in bags.items()}
    laid |= _on_empty_bags([ask for ask in asks if (ask.shop.pk, ask.owner) not in bags])
    promised = deals.promised(row.item_id for row in rows if row.item_id)
    past = limits.Past(
        owners,
        (each.pk for each in laid.values() if each and coupons.is_limited(each)),
        (each.pk for found in promised.values() for each in found if deals.is_limited(each)),
    )
    zones = defaultdict(list)
    for zone in _zones(shops=shops):
        zones[zone.shop_id].append(zone)
    return [
        _quote(
            ask,
            tuple(_lines(ask, bags[ask.shop.pk, ask.owner], promised, past)),
            laid.get((ask.shop.pk, ask.owner)),
            zones[ask.shop.pk],
            past,
        )
        for ask in asks
    ]


@kept.Query
def _lines_in_bags(shops, owners, now, since):
    return (
        BagLine.objects.filter(
            on_sale("variant__product__", now=now),
            bag__shop__pk__in=shops,
            bag__owner__in=owners,
            variant__is_on_sale=True,
        )
        .select_related(
            "bag__coupon", "variant__product", "variant__picture", "variant__stock", "item__show"
        )
        .defer("variant__product__description", "item__show__description")
        .annotate(
            pinned=pins.recent_prices(OuterRef("item"), since),
            called=waiting.called(OuterRef("variant"), OuterRef("bag__owner")),
        )
    )


@kept.Query
def _zones(shops):
    return Zone.objects.filter(shop__pk__in=shops)


def _on_empty_bags(asks: Sequence[Ask]) -> dict[tuple[int, str], Coupon]:
    """{(shop id, owner): coupon}: one may be claimed before there is anything to buy."""
    if not asks:
        return {}
    rows = Bag.objects.filter(
        shop__in={ask.shop.pk for ask in asks},
        owner__in={ask.owner for ask in asks},
        coupon__isnull=False,
    )
    return {(bag.shop_id, bag.owner): bag.coupon for bag in rows.select_related("coupon")}


def _quote(
    ask: Ask,
    lines: tuple[QuotedLine, ...],
    coupon: Coupon | None,
    zones: list[Zone],
    past: limits.Past,
) -> Quote:
    if coupon and not coupons.is_valid(coupon, past.coupon(ask.owner, coupon.pk)):
        coupon = None
    zone = pricing.zone_for(zones, ask.country)
    terms = terms_of(ask.shop, zone)
    totals = pricing.add_up(
        [pricing.Line(each.unit_price, each.quantity, bool(each.deal)) for each in lines],
        terms,
        ask.shop.currency,
        coupon and reduction_of(coupon),
    )
    is_delivered = zone is not None or not zones
    return Quote(ask.shop, lines, totals, zone, is_delivered, coupon, terms)


def _lines(
    ask: Ask, rows: Iterable[BagLine], promised: dict[int, list[Deal]], past: limits.Past
) -> Iterator[QuotedLine]:
    """A line has its deal's price for all of its units or for none, in the order of the bag."""
    in_bag = Counter()  # units of each deal: two variants may share one
    for row in rows:
        fitting = (
            deal
            for deal in promised.get(row.item_id, ())
            if deals.allows(
                deal, in_bag[deal.pk] + row.quantity, **vars(past.deal(ask.owner, deal.pk))
            )
        )
        line = _line(row, next(fitting, None))
        if line.deal:
            in_bag[line.deal.pk] += line.quantity
        yield line


def _line(row: BagLine, deal: Deal | None) -> QuotedLine:
    price = prices.of(row.variant, row.item, row.pinned, deal)
    return QuotedLine(
        variant=row.variant,
        item_id=row.item_id,
        show_id=row.item and row.item.show_id,
        quantity=row.quantity,
        unit_price=price.amount,
        list_price=price.list,
        deal=deal if price.is_deal else None,
        called=row.called or 0,
    )


def terms_of(shop: Shop, zone: Zone | None) -> pricing.Terms:
    """A shop that names no zones delivers everywhere, free, and says nothing of tax."""
    if zone is None:
        return pricing.Terms(is_tax_included=shop.is_tax_included)
    return pricing.Terms(zone.shipping, zone.free_from, zone.tax_rate, shop.is_tax_included)


def reduction_of(coupon: Coupon) -> pricing.Reduction:
    if coupon.kind == Coupon.Kind.PERCENT:
        return pricing.Reduction(percent=coupon.value, minimum=coupon.minimum)
    return pricing.Reduction(amount=coupon.value, minimum=coupon.minimum)


def illustrate(quote: Quote) -> None:
    """Have a picture for each line: two queries, and none where every variant has its own."""
    bare = [line.variant for line in quote.lines if line.variant.picture is None]
    prefetch_related_objects(bare, "product__gallery__picture")
