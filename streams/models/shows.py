"""What is shown: a show, its line-up, and what is pinned."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from shops.models import MAX_PRICE, Picture, Product, Shop


class ShowQuerySet(models.QuerySet):
    def run_by(self, user, *roles):
        return self.filter(shop__in=Shop.objects.run_by(user, *roles))

    def live(self):
        return self.filter(status=Show.Status.LIVE)

    def coming_up(self):
        return self.filter(status=Show.Status.SCHEDULED)

    def replays(self):
        return self.filter(status=Show.Status.ENDED)


class Show(models.Model):
    """One live session of a shop, with one address for its whole life."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"
        LIVE = "live"
        ENDED = "ended"
        CANCELLED = "cancelled"

    NEXT = {
        Status.SCHEDULED: {Status.LIVE, Status.CANCELLED},
        Status.LIVE: {Status.ENDED},
    }

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="shows")
    title = models.CharField(max_length=120)
    slug = models.SlugField(max_length=120, unique=True)
    description = models.TextField(max_length=2000, blank=True)
    host_name = models.CharField(max_length=60, blank=True)
    starts_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(
        max_length=10, choices=Status.choices, default=Status.SCHEDULED, editable=False
    )
    live_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    # What the replay leaves out: everything before, everything after.
    trim_from = models.DateTimeField(null=True, editable=False)
    trim_to = models.DateTimeField(null=True, editable=False)
    poster = models.ForeignKey(
        Picture, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )

    objects = ShowQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]

    def __str__(self):
        return self.title

    @property
    def has_show_prices(self) -> bool:
        """Show prices count while the show is live and in its replay."""
        return self.status in (self.Status.LIVE, self.Status.ENDED)


class LineupItem(models.Model):
    """The n-th thing a show presents, perhaps at a price of its own."""

    show = models.ForeignKey(Show, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1)])
    show_price = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PRICE)],
        help_text="For every variant, in minor units; empty: the list price.",
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["show", "number"], name="number_is_unique_in_show"),
            models.UniqueConstraint(fields=["show", "product"], name="product_once_per_show"),
            models.CheckConstraint(
                condition=Q(show_price__isnull=True) | Q(show_price__gte=1),
                name="show_price_is_payable",
            ),
        ]

    def __str__(self):
        return f"{self.number}. {self.product}"


class Pin(models.Model):
    """An item is on screen, from one moment to another. Only streams.pins writes here.

    `prices` maps variant id (as text) to the minor units it sells for while the pin is open.
    """

    show = models.ForeignKey(Show, models.CASCADE, related_name="pins")
    item = models.ForeignKey(LineupItem, models.CASCADE, related_name="pins")
    prices = models.JSONField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["show"], condition=Q(closed_at__isnull=True), name="one_open_pin_per_show"
            )
        ]

    def __str__(self):
        return f"pin of {self.item}"


class Deal(models.Model):
    """A flash deal: an item at a price, until a time, perhaps for so many units only.

    Only streams.deals writes here.
    """

    item = models.ForeignKey(LineupItem, models.CASCADE, related_name="deals")
    price = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_PRICE)]
    )  # of every variant, in minor units
    cap = models.PositiveIntegerField(null=True)  # units in all
    limit_each = models.PositiveIntegerField(null=True)  # units a customer
    taken = models.PositiveIntegerField(default=0)  # by orders that hold or are paid
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)  # told to be over; by the host, or by the clock

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(closed_at__isnull=True), name="one_open_deal_per_item"
            ),
            models.CheckConstraint(
                condition=Q(cap__isnull=True) | Q(taken__lte=models.F("cap")),
                name="deal_taken_within_cap",
            ),
        ]

    def __str__(self):
        return f"deal on {self.item}"


class Offer(models.Model):
    """A code the host shows in the player, to be claimed there. Only streams.offers writes here.

    What the code is worth is the shop's business, not the show's.
    """

    show = models.ForeignKey(Show, models.CASCADE, related_name="offers")
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=80)  # "20 % off", as shoppers read it
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["show"], condition=Q(closed_at__isnull=True), name="one_open_offer_per_show"
            )
        ]

    def __str__(self):
        return self.code
