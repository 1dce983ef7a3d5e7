from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Cancel intents at the provider that no payment answers for."

    def handle(self, *args, **options):
        for line in sweepers.cancel_orphans():
            self.stdout.write(line)
