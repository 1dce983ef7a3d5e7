"""An order: what was promised, at which price, to whom."""

import uuid

from django.db import models
from django.db.models import F, Prefetch, Q

from orders.models.bags import Coupon
from shops.models import Shop, User, Variant
from streams.models import Deal, LineupItem, Show

NUMBERED_FROM = 10_000  # what a shopper calls her order is above this
NET = F("items_total") - F("discount") + F("shipping")


class OrderQuerySet(models.QuerySet):
    def run_by(self, user, *roles):
        return self.filter(shop__in=Shop.objects.run_by(user, *roles))

    def with_lines(self):
        """Each with a list of its lines as `sold`."""
        return self.prefetch_related(Prefetch("lines", to_attr="sold"))

    def overdue(self, now):
        return self.filter(status=Order.Status.PENDING, expires_at__lte=now)


class Order(models.Model):
    """A promise to sell. While pending, it is the hold on its units."""

    class Status(models.TextChoices):
        PENDING = "pending"  # placed; its stock is held until expires_at
        AUTHORIZED = "authorized"  # the card said yes; capture is due
        PAID = "paid"
        EXPIRED = "expired"
        CANCELLED = "cancelled"
        REFUNDED = "refunded"  # all of it

    NEXT = {
        Status.PENDING: {Status.AUTHORIZED, Status.EXPIRED, Status.CANCELLED},
        Status.AUTHORIZED: {Status.PAID, Status.CANCELLED},
        Status.PAID: {Status.REFUNDED},
        Status.REFUNDED: {Status.PAID},  # her bank sent the money back
    }
    HOLDING = (Status.PENDING, Status.AUTHORIZED)  # its units are in Stock.held
    COUNTED = (*HOLDING, Status.PAID, Status.REFUNDED)  # for a coupon's and a deal's limits
    SOLD = (Status.PAID, Status.REFUNDED)
    TAKINGS = (Status.AUTHORIZED, *SOLD)  # what merchants count as sold, before refunds

    token = models.UUIDField(default=uuid.uuid4, unique=True)  # the guest's unguessable link
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders")
    show = models.ForeignKey(Show, models.SET_NULL, null=True, related_name="orders")
    owner = models.CharField(max_length=64)  # of the bag it came from
    key = models.CharField(max_length=64)  # the shopper's idempotency key
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="orders")
    caller = models.GenericIPAddressField(null=True)  # who placed it; known while pending
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    line1 = models.CharField(max_length=160)
    line2 = models.CharField(max_length=160, blank=True)
    city = models.CharField(max_length=80)
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=20)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    items_total = models.PositiveIntegerField()  # minor units, as all amounts
    coupon = models.ForeignKey(Coupon, models.SET_NULL, null=True, related_name="orders")
    coupon_code = models.CharField(max_length=40, blank=True)
    discount = models.PositiveIntegerField(default=0)
    shipping = models.PositiveIntegerField()
    tax = models.PositiveIntegerField(default=0)  # contained in the total, or added to it
    tax_rate = models.PositiveIntegerField(default=0)  # hundredths of a percent
    is_tax_included = models.BooleanField(default=True)
    total = models.PositiveIntegerField()
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    capture_at = models.DateTimeField(null=True)  # until then the shopper may take it back
    settled_at = models.DateTimeField(null=True)  # paid, expired or cancelled

    objects = OrderQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_order_per_submit"),
            models.UniqueConstraint(
                fields=["shop", "owner"],
                condition=Q(status="pending"),
                name="one_hold_per_shop_and_visitor",
            ),
            models.CheckConstraint(
                condition=Q(is_tax_included=True, total=NET)
                | Q(is_tax_included=False, total=NET + F("tax")),
                name="total_is_the_sum",
            ),
            models.CheckConstraint(
                condition=Q(discount__lte=F("items_total")), name="discount_within_goods"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="pending"), name="orders_pending"
            ),
            models.Index(fields=["caller"], condition=Q(status="pending"), name="orders_callers"),
            models.Index(fields=["email"], condition=Q(status="pending"), name="orders_mailboxes"),
        ]

    def __str__(self):
        return f"order {self.number}"

    @property
    def number(self) -> str:
        return f"{NUMBERED_FROM + self.pk}"

    def quantities(self) -> dict[int, int]:
        """{variant id: units}."""
        return dict(self.lines.values_list("variant_id", "quantity"))


class OrderLine(models.Model):
    """What was sold, in the words and at the price of that moment."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    item = models.ForeignKey(LineupItem, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=210)
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="+")
    quantity = models.PositiveIntegerField()
    unit_price = models.PositiveIntegerField()
    list_price = models.PositiveIntegerField()  # outside the show, at that moment
    restocked = models.PositiveIntegerField(default=0)  # came back and are sold again

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="one_line_per_order_variant"),
            models.CheckConstraint(
                condition=Q(restocked__lte=F("quantity")), name="restocked_within_quantity"
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.title}"

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price
