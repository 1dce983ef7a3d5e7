from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Call whoever waits for what is free; end calls whose time is up."

    def handle(self, *args, **options):
        for line in sweepers.walk_line():
            self.stdout.write(line)
