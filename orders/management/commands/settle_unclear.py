from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Look up payments whose webhook never came."

    def handle(self, *args, **options):
        for line in sweepers.settle_unclear():
            self.stdout.write(line)
