from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Send refunds that are due, and see what became of those on their way."

    def handle(self, *args, **options):
        for line in sweepers.settle_refunds():
            self.stdout.write(line)
