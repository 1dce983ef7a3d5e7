"""What somebody is about to buy, and what makes it cheaper."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from shops.models import MAX_PRICE, Shop, Variant
from streams.models import LineupItem

MAX_QUANTITY = 20
WHOLE = 10_000  # a percentage in hundredths: 100 %


class Coupon(models.Model):
    """A code that takes something off a bag's goods. Only orders.coupons counts its uses."""

    class Kind(models.TextChoices):
        PERCENT = "percent"
        FIXED = "fixed", "amount"

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="coupons")
    code = models.CharField(max_length=40)  # as orders.coupons.normal writes it
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.PERCENT)
    value = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PRICE)],
        help_text="Hundredths of a percent, or minor units.",
    )
    minimum = models.PositiveIntegerField(
        default=0, validators=[MaxValueValidator(MAX_PRICE)], help_text="Of goods, in minor units."
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    limit = models.PositiveIntegerField(null=True, blank=True, help_text="Orders in all.")
    limit_each = models.PositiveIntegerField(null=True, blank=True, help_text="Orders a customer.")
    used = models.PositiveIntegerField(default=0, editable=False)  # by orders that hold or are paid
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="coupon_code_is_unique_in_shop"),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(used__lte=F("limit")),
                name="coupon_used_within_limit",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=1) & (Q(kind="fixed") | Q(value__lte=WHOLE)),
                name="coupon_value_is_sane",
            ),
        ]

    def __str__(self):
        return self.code


class Bag(models.Model):
    """What one visitor is about to buy in one shop. Only orders.bag writes here."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="bags")
    owner = models.CharField(max_length=64)  # who carries it: orders.bag.owner_of
    coupon = models.ForeignKey(Coupon, models.SET_NULL, null=True, related_name="+")
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
