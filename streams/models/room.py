"""A room, its log, and who is in it."""

from django.db import models
from django.db.models import Q

from streams.models.shows import Show


class Room(models.Model):
    """Everyone watching one show: the row whose counter numbers the log, and the room's rules.

    Apart from the show, so that saving a form can never set the counter back.
    """

    show = models.OneToOneField(Show, models.CASCADE, primary_key=True)
    last_seq = models.PositiveBigIntegerField(default=0)
    slow_seconds = models.PositiveSmallIntegerField(default=0)  # between two messages of a guest
    no_links = models.BooleanField(default=False)
    holds_first = models.BooleanField(default=False)  # a newcomer's first words wait for review
    pinned = models.ForeignKey(
        "RoomEvent", models.SET_NULL, null=True, related_name="+"
    )  # the message above the chat

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
        indexes = [
            models.Index(fields=["show", "type", "-seq"], name="facts_by_type"),
            models.Index(fields=["author"], condition=~Q(author=""), name="facts_by_author"),
        ]

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
