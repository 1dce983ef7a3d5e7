import asyncio
import signal
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shops import backoffice
from shops.models import User
from streams.models import Show
from streams.video import publisher


class Command(BaseCommand):
    help = "Send a film, looped and with a clock drawn in, into a live show, as its host would."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("film", type=Path)
        parser.add_argument("--as", dest="username", required=True)
        parser.add_argument("--seconds", type=float, default=7200)

    def handle(self, *args, slug, film, username, seconds, **options):
        user = User.objects.filter(username=username).first()
        shows = Show.objects.live().filter(slug=slug)
        if user is None or not shows.run_by(user, *backoffice.HOSTS).exists():
            raise CommandError(f"{username} has no live show called {slug}.")
        if not film.is_file():
            raise CommandError(f"There is no film at {film}.")
        asyncio.run(self.publish(slug, film, publisher.signed_in(user), seconds))

    async def publish(self, slug, film, session, seconds):
        task = asyncio.current_task()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        try:
            await publisher.publish(
                settings.SITE_URL, slug, film, session, seconds=seconds, tell=self.tell
            )
        except asyncio.CancelledError:
            self.stdout.write("stopped")
        except publisher.Over as over:
            self.stderr.write(str(over))
            sys.exit(1)

    def tell(self, words):
        self.stderr.write(f"{words} (tried again every second)")
