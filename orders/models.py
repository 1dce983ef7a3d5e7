"""A bag becomes an order becomes money."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from shops.models import Shop, Variant
from streams.models import LineupItem, Show

MAX_QUANTITY = 20


class Bag(models.Model):
    """What one visitor is about to buy in one shop. Only orders.bag writes here."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="bags")
    owner = models.CharField(max_length=64)  # who carries it: orders.bag.owner_of
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "owner"], name="one_bag_per_shop_and_visitor")
        ]

    def __str__(self):
        return f"bag {self.pk}"


class BagLine(models.Model):
    bag = models.ForeignKey(Bag, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    item = models.ForeignKey(LineupItem, models.SET_NULL, null=True, related_name="+")
    quantity = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["bag", "variant"], name="one_line_per_variant"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(quantity__lte=MAX_QUANTITY),
                name="quantity_is_sane",
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.variant_id}"


class OrderQuerySet(models.QuerySet):
    def run_by(self, user, *roles):
        return self.filter(shop__in=Shop.objects.run_by(user, *roles))

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

    NEXT = {
        Status.PENDING: {Status.AUTHORIZED, Status.EXPIRED, Status.CANCELLED},
        Status.AUTHORIZED: {Status.PAID, Status.CANCELLED},
    }
    HOLDING = (Status.PENDING, Status.AUTHORIZED)  # its units are in Stock.held

    token = models.UUIDField(default=uuid.uuid4, unique=True)  # the guest's unguessable link
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders")
    show = models.ForeignKey(Show, models.SET_NULL, null=True, related_name="orders")
    owner = models.CharField(max_length=64)  # of the bag it came from
    key = models.CharField(max_length=64)  # the shopper's idempotency key
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
    shipping = models.PositiveIntegerField()
    total = models.PositiveIntegerField()
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
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
                condition=Q(total=models.F("items_total") + models.F("shipping")),
                name="total_is_the_sum",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], condition=Q(status="pending"), name="orders_pending"
            )
        ]

    def __str__(self):
        return f"order {self.number}"

    @property
    def number(self) -> str:
        return f"{10_000 + self.pk}"

    def quantities(self) -> dict[int, int]:
        """{variant id: units}."""
        return dict(self.lines.values_list("variant_id", "quantity"))


class OrderLine(models.Model):
    """What was sold, in the words and at the price of that moment."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, models.PROTECT, related_name="+")
    item = models.ForeignKey(LineupItem, models.SET_NULL, null=True, related_name="+")
    title = models.CharField(max_length=210)
    quantity = models.PositiveIntegerField()
    unit_price = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "variant"], name="one_line_per_order_variant")
        ]

    def __str__(self):
        return f"{self.quantity} × {self.title}"

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


class Payment(models.Model):
    """One PaymentIntent, as we know it. Only orders.payments writes here."""

    class Status(models.TextChoices):
        STARTED = "started"
        AUTHORIZED = "authorized"
        CAPTURING = "capturing"  # claimed: from here on it cannot be voided
        CAPTURED = "captured"
        VOIDED = "voided"
        FAILED = "failed"

    NEXT = {
        Status.STARTED: {Status.AUTHORIZED, Status.VOIDED, Status.FAILED},
        Status.AUTHORIZED: {Status.CAPTURING, Status.VOIDED},
        Status.CAPTURING: {Status.CAPTURED, Status.FAILED},
    }
    VOIDABLE = (Status.STARTED, Status.AUTHORIZED)

    order = models.OneToOneField(Order, models.PROTECT)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STARTED)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    # pi_…, once it exists. Null before that: many rows may have none, no two the same.
    reference = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    client_secret = models.CharField(max_length=200, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)  # that ended unclear; numbers the keys
    captured = models.PositiveIntegerField(default=0)
    refunded = models.PositiveIntegerField(default=0)
    refusal = models.CharField(max_length=300, blank=True)  # what the shopper is told
    is_void_due = models.BooleanField(default=False)  # its order ended; cancel the intent
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__lte=models.F("captured")), name="refunded_within_captured"
            ),
            models.CheckConstraint(
                condition=Q(captured__lte=models.F("amount")), name="captured_within_amount"
            ),
        ]

    def __str__(self):
        return f"payment {self.pk}"


class WebhookEvent(models.Model):
    """A ring of the provider's doorbell, kept so that it is answered once."""

    event_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.type} {self.event_id}"
