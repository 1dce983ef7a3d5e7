"""The line in front of what is sold out."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from orders.models.bags import MAX_QUANTITY
from shops.models import Shop, Variant
from streams.models import LineupItem


class Place(models.Model):
    """Somebody's place in the line for one variant. While called, it holds its units.

    Only orders.waiting writes here.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        CALLED = "called"  # its units are held until called_until
        SERVED = "served"  # they went into an order
        LAPSED = "lapsed"
        LEFT = "left"

    NEXT = {
        Status.WAITING: {Status.CALLED, Status.LEFT},
        Status.CALLED: {Status.SERVED, Status.LAPSED, Status.LEFT},
    }
    OPEN = (Status.WAITING, Status.CALLED)

    token = models.UUIDField(default=uuid.uuid4, unique=True)  # the link to see and leave it
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="places")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="places")
    item = models.ForeignKey(LineupItem, models.SET_NULL, null=True, related_name="+")
    owner = models.CharField(max_length=64)  # as of a bag
    email = models.EmailField()
    quantity = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(MAX_QUANTITY)]
    )
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    joined_at = models.DateTimeField(auto_now_add=True)
    called_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]  # who came first is called first
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "owner"],
                condition=Q(status__in=["waiting", "called"]),
                name="one_place_per_variant_and_visitor",
            )
        ]
        indexes = [
            models.Index(
                fields=["variant"],
                condition=Q(status__in=["waiting", "called"]),
                name="places_open",
            )
        ]

    def __str__(self):
        return f"place {self.pk}"
