"""What is on air, what is said and shown, and what was recorded of it."""

import uuid

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


class Room(models.Model):
    """Everyone watching one show: the row whose counter numbers the log.

    Apart from the show, so that saving a form can never set the counter back.
    """

    show = models.OneToOneField(Show, models.CASCADE, primary_key=True)
    last_seq = models.PositiveBigIntegerField(default=0)

    def __str__(self):
        return f"room of {self.show}"


class RoomEvent(models.Model):
    """One fact of a show. Append-only, numbered without gaps. Only streams.log writes here."""

    show = models.ForeignKey(Show, models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    type = models.CharField(max_length=32)
    at = models.DateTimeField()
    author = models.CharField(max_length=64, blank=True)  # user-7, guest-3f2a…; never shown
    data = models.JSONField(default=dict)
    is_hidden = models.BooleanField(default=False)  # its number stays, its data is withheld

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["show", "seq"], name="one_fact_per_number")]

    def __str__(self):
        return f"{self.show_id}#{self.seq} {self.type}"


class Presence(models.Model):
    """How many pages one process serves in one room. Old rows count for nothing."""

    show = models.ForeignKey(Show, models.CASCADE, related_name="presences")
    process = models.CharField(max_length=40)
    viewers = models.PositiveIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["show", "process"], name="one_count_per_process")
        ]

    def __str__(self):
        return f"{self.viewers} in {self.show_id}"


class Take(models.Model):
    """One unbroken stretch of incoming video."""

    class Status(models.TextChoices):
        RECEIVING = "receiving"
        LOST = "lost"
        FINISHED = "finished"

    NEXT = {Status.RECEIVING: {Status.LOST, Status.FINISHED}}

    show = models.ForeignKey(Show, models.CASCADE, related_name="takes")
    key = models.UUIDField(default=uuid.uuid4, unique=True)  # in the files' names: unguessable
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.RECEIVING)
    opened_at = models.DateTimeField()
    heard_at = models.DateTimeField()  # when a segment last closed
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["show"],
                condition=Q(status="receiving"),
                name="one_publisher_per_show",
            )
        ]

    def __str__(self):
        return f"take {self.pk} of {self.show_id}"


class Rendition(models.Model):
    """One quality of a show's recording. The source is written live, the others are made later."""

    class Status(models.TextChoices):
        DUE = "due"
        MAKING = "making"
        READY = "ready"
        FAILED = "failed"

    NEXT = {
        Status.DUE: {Status.MAKING},
        Status.MAKING: {Status.READY, Status.FAILED, Status.DUE},
        Status.FAILED: {Status.DUE},
    }
    SOURCE = "source"

    show = models.ForeignKey(Show, models.CASCADE, related_name="renditions")
    name = models.CharField(max_length=10)  # "source", or its short side: "480p"
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DUE)
    tries = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    codecs = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["show", "name"], name="one_rendition_per_name")
        ]

    def __str__(self):
        return f"{self.name} of {self.show_id}"


class Segment(models.Model):
    """About one second of one take in one rendition. Its file is stored before its row."""

    rendition = models.ForeignKey(Rendition, models.CASCADE, related_name="segments")
    take = models.ForeignKey(Take, models.CASCADE, related_name="segments")
    number = models.PositiveIntegerField()  # within take and rendition, from 0
    at = models.DateTimeField()  # wall clock of its first frame
    duration = models.FloatField()  # seconds
    size = models.PositiveIntegerField()  # bytes
    path = models.CharField(max_length=120)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rendition", "take", "number"], name="one_segment_per_number"
            )
        ]

    def __str__(self):
        return self.path
