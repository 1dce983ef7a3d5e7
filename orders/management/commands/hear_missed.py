from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Ask the provider what it rang for, and answer what nobody heard."

    def handle(self, *args, **options):
        for line in sweepers.hear_missed():
            self.stdout.write(line)
