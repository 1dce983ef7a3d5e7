from django.core.management.base import BaseCommand, CommandError

from livecommerce.errors import DomainError
from orders import doorbell
from orders.models import Payment
from orders.models.orders import NUMBERED_FROM


class Command(BaseCommand):
    help = "Bring the rows of orders, by number, to where the provider is with their payments."

    def add_arguments(self, parser):
        parser.add_argument("orders", nargs="+", type=int, metavar="NUMBER")

    def handle(self, *args, orders, **options):
        for number in orders:
            payments = Payment.objects.select_related("order")
            payment = payments.filter(order=number - NUMBERED_FROM).first()
            if payment is None:
                raise CommandError(f"There is no order {number}.")
            try:
                doorbell.look(payment)
            except DomainError as refusal:
                raise CommandError(f"order {number}: {refusal.detail}") from refusal
            self.stdout.write(f"order {number}: {payment.get_status_display().lower()}")
