"""Money: a payment, what went back of it, and who told us."""

from django.db import models
from django.db.models import F, Q

from orders.models.orders import Order
from shops.models import User


class Payment(models.Model):
    """One PaymentIntent, as we know it.

    Only orders.payments writes here, and orders.returns what tells of refunds and disputes.
    """

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
    UNTAKEN = (Status.AUTHORIZED, Status.CAPTURING)  # the bank keeps it for us

    order = models.OneToOneField(Order, models.PROTECT)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.STARTED)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    # pi_…, once it exists. Null before that: many rows may have none, no two the same.
    reference = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    client_secret = models.CharField(max_length=200, blank=True)
    calls = models.PositiveSmallIntegerField(default=0)  # that ended unclear; numbers the keys
    captured = models.PositiveIntegerField(default=0)
    refunding = models.PositiveIntegerField(default=0)  # claimed by refunds, done or under way
    refunded = models.PositiveIntegerField(default=0)  # gone back for certain
    capture_before = models.DateTimeField(null=True)  # the bank lets the money go then
    dispute = models.CharField(max_length=30, blank=True)  # the provider's word for its state
    disputed = models.PositiveIntegerField(default=0)
    flag = models.CharField(max_length=300, blank=True)  # what a person has to look at
    refusal = models.CharField(max_length=300, blank=True)  # what the shopper is told
    is_void_due = models.BooleanField(default=False)  # its order ended; cancel the intent
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(refunded__lte=F("refunding")), name="refunded_within_refunding"
            ),
            models.CheckConstraint(
                condition=Q(refunding__lte=F("captured")), name="refunding_within_captured"
            ),
            models.CheckConstraint(
                condition=Q(captured__lte=F("amount")), name="captured_within_amount"
            ),
        ]

    def __str__(self):
        return f"payment {self.pk}"


class Refund(models.Model):
    """Money on its way back. The row is written first, then the provider is asked.

    Only orders.returns writes here.
    """

    class Status(models.TextChoices):
        DUE = "due"
        DONE = "done"
        FAILED = "failed"

    NEXT = {Status.DUE: {Status.DONE, Status.FAILED}, Status.DONE: {Status.FAILED}}

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.DUE)
    amount = models.PositiveIntegerField()
    reason = models.CharField(max_length=200, blank=True)  # the shopper reads it
    key = models.CharField(max_length=64, unique=True)  # of the submit that asked for it
    # re_…, once it exists.
    reference = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    calls = models.PositiveSmallIntegerField(default=0)  # that ended unclear; numbers the keys
    is_ours = models.BooleanField(default=True)  # False: made in the provider's own pages
    refusal = models.CharField(max_length=300, blank=True)  # why it failed
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=1), name="refund_is_something")
        ]

    def __str__(self):
        return f"refund {self.pk}"


class Customer(models.Model):
    """Somebody signed in, as the provider knows them: it keeps the cards, we keep the name."""

    user = models.OneToOneField(User, models.CASCADE)
    reference = models.CharField(max_length=64, unique=True)  # cus_…

    def __str__(self):
        return self.reference


class WebhookEvent(models.Model):
    """A ring of the provider's doorbell, kept so that it is answered once."""

    event_id = models.CharField(max_length=64, unique=True)
    type = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.type} {self.event_id}"
