from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from livecommerce import embedded


class Command(BaseCommand):
    help = "The whole product in one process: pages, sockets, pictures, worker and beat."

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args, host, port, **options):
        for number in filter(None, (port, settings.RTMP_PORT)):
            if not embedded.is_free(host, number):
                raise CommandError(f"Port {number} is taken. Is the product running already?")
        embedded.serve(host, port, rtmp_port=settings.RTMP_PORT)
