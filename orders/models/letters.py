"""Mail that is owed."""

from django.db import models


class Letter(models.Model):
    """One letter about one thing, owed from the moment that thing is true.

    Only orders.letters writes here.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt"  # subject: an order
        REFUND = "refund"  # a refund
        CALL = "call"  # a place in the line
        AUTHORIZATION = "authorization"  # a payment that runs out; goes to the shop

    class Status(models.TextChoices):
        DUE = "due"
        SENT = "sent"
        FAILED = "failed"  # given up; or there was nothing to tell any more, or nobody

    NEXT = {Status.DUE: {Status.SENT, Status.FAILED}}

    kind = models.CharField(max_length=13, choices=Kind.choices)
    subject = models.PositiveBigIntegerField()  # the row it tells of
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.DUE)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="one_letter_per_event")
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=models.Q(status="due"), name="letters_due"
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.subject}"
