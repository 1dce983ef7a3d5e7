from django.core.management.base import BaseCommand

from orders import sweepers


class Command(BaseCommand):
    help = "Send the mail that is owed."

    def handle(self, *args, **options):
        for line in sweepers.send_letters():
            self.stdout.write(line)
