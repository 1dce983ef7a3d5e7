"""What was recorded of a show."""

import uuid

from django.db import models
from django.db.models import Q

from streams.models.shows import Show


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
