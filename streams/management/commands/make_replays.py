from django.core.management.base import BaseCommand

from streams.video.replay import workshop


class Command(BaseCommand):
    help = "Make all that is due of ended shows and uploaded films, here and now."

    def handle(self, *args, **options):
        for line in workshop.work():
            self.stdout.write(line)
