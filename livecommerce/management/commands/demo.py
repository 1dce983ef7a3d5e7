import subprocess
import sys
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from livecommerce import embedded
from livecommerce.demo import seed
from livecommerce.errors import DomainError
from orders.till.server import Till
from streams.video import takes

RTMP_PORT = 1935  # the one that encoders think of by themselves
NOTICE = """
  The shop is open.

    Shoppers      {site}/
    On air        {site}/live/{slug}/
    Back office   {site}/admin/
    API           {site}/api/schema/
    OBS           {rtmp}  (the key is in the studio)
    The till      {till}  (test cards only; no money moves)
    Mail          {mail}  (files; nothing leaves this machine)

    Sign in as    mara / mara-demo    owner of Claymoor
                  noor / noor-demo    moderator of Claymoor
                  rosa / rosa-demo    owner of Lumière Rosé
                  ops  / ops-demo     everything

    Ctrl-C ends it.
"""


class Command(BaseCommand):
    help = "Run the whole product on this machine, on a shop that is worth looking at."

    def handle(self, *args, **options):
        site = urlsplit(settings.SITE_URL)
        port = site.port or 80
        self.check_ground(site.hostname, port)
        call_command("migrate", verbosity=0)
        collect_static()
        till = self.open_till(port)
        self.stdout.write("Filling the shelves…")
        seed.fill()
        show = seed.on_air()
        publisher = Publisher(show)
        rtmp_port = self.rtmp_port(site.hostname)
        connections.close_all()

        def up():
            takes.close_silent(patience=takes.SILENCE * 0)  # left by a demo that was killed
            publisher.start()
            self.stdout.write(
                NOTICE.format(
                    site=settings.SITE_URL,
                    rtmp=settings.RTMP_URL or "no port is free for it; set RTMP_PORT",
                    slug=show.slug,
                    till=till.address,
                    mail=settings.MAIL_DIR,
                )
            )
            self.stdout.flush()

        embedded.serve(site.hostname, port, rtmp_port=rtmp_port, up=up, down=publisher.stop)
        till.stop()
        self.stdout.write("Closed.")

    def check_ground(self, host, port):
        if not settings.IS_STAND_IN:
            raise CommandError("The demo sells for play money. Unset STRIPE_SECRET_KEY.")
        ports = {"SITE_URL": port, "STRIPE_API_BASE": self.till_port()}
        if settings.RTMP_PORT:
            ports["RTMP_PORT"] = settings.RTMP_PORT
        for name, number in ports.items():
            if not embedded.is_free(host, number):
                raise CommandError(
                    f"Port {number} is taken. Is the demo running already? "
                    f"Otherwise choose another one in {name}."
                )

    def rtmp_port(self, host) -> int:
        """The one that was chosen, or one that is free; what hosts are shown follows it."""
        if settings.RTMP_PORT:
            return settings.RTMP_PORT
        port = embedded.free_from(host, RTMP_PORT) or 0
        if port and not settings.RTMP_URL:
            settings.RTMP_URL = f"rtmp://{host}:{port}/live"
        return port

    def till_port(self) -> int:
        return urlsplit(settings.STRIPE_API_BASE).port or 80

    def open_till(self, port) -> Till:
        return Till(
            str(settings.VAR_DIR / "till.sqlite3"),
            webhook_url=f"http://127.0.0.1:{port}/webhooks/stripe",
            webhook_secret=settings.STRIPE_WEBHOOK_SECRET,
            port=self.till_port(),
        ).start()


class Publisher:
    """The film goes on air from a process of its own, as a host's machine would send it."""

    def __init__(self, show):
        self.show = show
        self.process = None
        self.over = threading.Event()

    def start(self):
        command = ["publish_film", self.show.slug, str(seed.FILM), "--as", seed.HOST]
        command += ["--seconds", str(seed.LONGEST.total_seconds())]
        self.process = subprocess.Popen(
            [sys.executable, sys.argv[0], *command], stdin=subprocess.DEVNULL
        )
        threading.Thread(target=self.pin, name="demo host", daemon=True).start()

    def pin(self):
        mine = seed.open_pin(self.show)
        while mine and not self.over.wait(0.5):
            with suppress(DomainError):
                mine = seed.pin_in_step(self.show, mine)
        connections.close_all()

    def stop(self):
        self.over.set()
        if self.process:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(3)
            self.process.kill()
            self.process.wait()


def collect_static():
    """Gather and hash the static files, unless nothing is newer than the last time."""
    if not settings.STATICFILES_HASHED:
        return
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    newest = max(
        (
            storage.get_modified_time(path)
            for finder in get_finders()
            for path, storage in finder.list([])
        ),
        default=None,
    )
    if manifest.exists() and newest and manifest.stat().st_mtime >= newest.timestamp():
        return
    call_command("collectstatic", interactive=False, verbosity=0)
