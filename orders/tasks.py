"""The bells of this app: ids in, one call."""

from contextlib import suppress

from celery import shared_task

from livecommerce.states import StaleState
from orders import payments, sweepers
from orders.gateway import GatewayUnavailable
from orders.models import Payment


@shared_task(autoretry_for=(GatewayUnavailable,), retry_backoff=True, max_retries=6)
def capture_payment(payment_id: int) -> None:
    with suppress(StaleState):  # captured or voided meanwhile: nothing is owed
        payments.capture(Payment.objects.select_related("order").get(pk=payment_id))


@shared_task
def expire_orders() -> None:
    list(sweepers.expire())


@shared_task
def capture_due() -> None:
    list(sweepers.capture_due())


@shared_task
def settle_unclear() -> None:
    list(sweepers.settle_unclear())
    list(sweepers.capture_due())


@shared_task
def settle_refunds() -> None:
    list(sweepers.settle_refunds())


@shared_task
def hear_missed() -> None:
    list(sweepers.hear_missed())


@shared_task
def cancel_orphans() -> None:
    list(sweepers.cancel_orphans())


@shared_task
def walk_line() -> None:
    list(sweepers.walk_line())


@shared_task
def send_letters() -> None:
    list(sweepers.send_letters())
