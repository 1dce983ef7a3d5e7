"""What keeps a shop's rooms fit to talk in."""

from django.db import models

from shops.models import Shop
from streams.models.room import RoomEvent


class Standing(models.Model):
    """What is held against somebody in the rooms of one shop. Only streams.talk.standings writes.

    Kept by author, so that a new nickname or a new socket changes nothing. No row: all is well.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="standings")
    author = models.CharField(max_length=64)
    name = models.CharField(max_length=80)  # as they called themselves then
    muted_until = models.DateTimeField(null=True)
    is_banned = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "author"], name="one_standing_per_author")
        ]

    def __str__(self):
        return f"standing of {self.name}"


class WordList(models.Model):
    """Words that are not said in a shop's rooms. Only streams.talk.moderation writes here."""

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="word_list")
    words = models.JSONField(default=list)

    def __str__(self):
        return f"words not said at {self.shop}"


class Report(models.Model):
    """A viewer says that a message should not stand. Only streams.talk.reports writes here."""

    class Reason(models.TextChoices):
        SPAM = "spam", "Spam or advertising"
        ABUSE = "abuse", "Insult or hate"
        FRAUD = "fraud", "Deceives buyers"
        OTHER = "other", "Something else"

    event = models.ForeignKey(RoomEvent, models.CASCADE, related_name="reports")
    author = models.CharField(max_length=64)  # who reports
    reason = models.CharField(max_length=10, choices=Reason.choices)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["made_at"]
        constraints = [
            models.UniqueConstraint(fields=["event", "author"], name="one_report_per_author")
        ]

    def __str__(self):
        return f"report of {self.event}"
