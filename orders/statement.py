"""The provider's statement beside our rows: captures, refunds and disputes, line by line.

What differs is looked at again, one by one, before it is called a difference: while the two were
read, shoppers went on paying.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import timedelta

from orders import gateway
from orders.answers import Dispute, Intent
from orders.answers import Refund as Made
from orders.models import Order, Payment, Refund

FINAL = ("succeeded", "failed", "canceled")  # what the provider says of a refund that is over
CATCH_UP = "Run `manage.py catch_up {order}`, which brings our rows to the provider's."


def differences() -> Iterator[str]:
    """B2, both sides: the provider holds, per order, just what we wrote down."""
    first = Order.objects.order_by("placed_at").values_list("placed_at", flat=True).first()
    if first is None:
        return
    since = first - timedelta(hours=1)  # their clock may be another
    ours = {payment.reference: payment for payment in _payments()}
    theirs = {intent.reference: intent for intent in gateway.intents(since)}
    back = _by_intent(gateway.all_refunds(since))
    disputes = _by_intent(gateway.all_disputes(since))
    for reference, payment in ours.items():
        intent = theirs.get(reference)
        if list(_compare(payment, intent, back[reference], disputes[reference])):
            yield from _once_more(payment)
    strangers = [intent for reference, intent in theirs.items() if reference not in ours]
    yield from _strangers(strangers)


def _payments():
    rows = Payment.objects.filter(reference__isnull=False)
    return rows.select_related("order").prefetch_related("refunds")


def _by_intent(things: Iterable[Made | Dispute]) -> dict[str, list]:
    found = defaultdict(list)
    for thing in things:
        found[thing.intent].append(thing)
    return found


def _once_more(payment: Payment) -> Iterator[str]:
    reference, intent = payment.reference, None
    payment = _payments().get(pk=payment.pk)
    with suppress(gateway.PaymentRefused):  # it does not know this payment
        intent = gateway.retrieve(reference)
    back, disputes = list(gateway.refunds(reference)), list(gateway.disputes(reference))
    yield from _compare(payment, intent, back, disputes)


def _compare(
    payment: Payment, intent: Intent | None, back: list[Made], disputes: list[Dispute]
) -> Iterator[str]:
    order = payment.order
    catch_up = CATCH_UP.format(order=order.number)
    if intent is None:
        yield (
            f"{order}: the provider does not know {payment.reference}. "
            "Are these the keys of another account?"
        )
        return
    if payment.status != Payment.Status.CAPTURING and intent.captured != payment.captured:
        yield (
            f"{order}: the provider took {intent.captured}, "
            f"our books say {payment.captured}. {catch_up}"
        )
    if not payment.refunded <= intent.refunded <= payment.refunding:
        yield (
            f"{order}: the provider gave back {intent.refunded}, "
            f"our books say {payment.refunded}. {catch_up}"
        )
    rows = {refund.reference: refund for refund in payment.refunds.all()}
    for made in back:
        row = rows.pop(made.reference, None)
        if made.status in FINAL and _says(row) != _says(made):
            yield (
                f"{order}: the provider's refund {made.reference} of {made.amount} is "
                f"{made.status}, ours {row.status if row else 'unknown'}. {catch_up}"
            )
    for reference, row in rows.items():
        if row.status == Refund.Status.DONE:
            yield (
                f"{order}: {row.amount} went back by {reference} in our books; the provider does "
                "not know of it. Look at the payment there and give it back again."
            )
    if disputes and disputes[0].status != payment.dispute:
        yield (
            f"{order}: the provider's dispute {disputes[0].reference} is {disputes[0].status}, "
            f"our books say {payment.dispute or 'nothing'}. {catch_up}"
        )


def _says(refund: Refund | Made | None) -> tuple[bool, int]:
    """(whether it went back, how much), in the same words for both sides."""
    if refund is None or refund.status in ("failed", "canceled"):
        return False, 0
    return refund.status in ("succeeded", Refund.Status.DONE), refund.amount


def _strangers(intents: list[Intent]) -> Iterator[str]:
    """Money that no payment of ours answers for."""
    for intent in intents:
        if "order" not in intent.metadata:  # another trade on the same account
            continue
        named = f"{intent.reference} for order {intent.metadata['order']}"
        if intent.captured > intent.refunded:
            yield (
                f"{named}: {intent.captured - intent.refunded} was taken at the provider for an "
                "order we do not have. Find the order in a backup, or give the money back there."
            )
        elif intent.capturable:
            yield (
                f"{named}: {intent.capturable} is held at the provider for an order we do not "
                "have. Run `manage.py cancel_orphans`, or cancel it there."
            )
