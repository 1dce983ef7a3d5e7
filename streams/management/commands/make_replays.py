from django.core.management.base import BaseCommand

from streams.video import replay


class Command(BaseCommand):
    help = "Make the posters and renditions of ended shows that are due, here and now."

    def handle(self, *args, **options):
        for line in replay.sweep():
            self.stdout.write(line)
