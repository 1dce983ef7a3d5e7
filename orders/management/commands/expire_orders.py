from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Expire unpaid orders whose time is up, free their units, cancel their intents."

    def handle(self, *args, **options):
        for line in sweepers.expire():
            self.stdout.write(line)
