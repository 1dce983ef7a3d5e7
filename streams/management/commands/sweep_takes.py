from django.core.management.base import BaseCommand

from streams.video import takes


class Command(BaseCommand):
    help = "Close the takes of publishers that fell silent without a word."

    def handle(self, *args, **options):
        for take in takes.close_silent():
            self.stdout.write(f"{take}: lost")
