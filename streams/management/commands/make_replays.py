from django.core.management.base import BaseCommand

from streams.video.replay import renditions


class Command(BaseCommand):
    help = "Make the posters and renditions of ended shows that are due, here and now."

    def handle(self, *args, **options):
        for line in renditions.sweep():
            self.stdout.write(line)
