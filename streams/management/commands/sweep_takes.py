from django.core.management.base import BaseCommand

from streams import lifecycle
from streams.video import takes


class Command(BaseCommand):
    help = "Close takes whose publisher fell silent, and end shows that had no picture for long."

    def handle(self, *args, **options):
        for take in takes.close_silent():
            self.stdout.write(f"{take}: lost")
        for show in lifecycle.end_silent():
            self.stdout.write(f"{show}: ended")
