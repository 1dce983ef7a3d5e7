from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Capture what was authorised, also where a worker died over it."

    def handle(self, *args, **options):
        for line in sweepers.capture_due():
            self.stdout.write(line)
