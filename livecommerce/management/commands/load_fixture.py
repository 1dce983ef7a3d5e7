import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from livecommerce import fixtures


class Command(BaseCommand):
    help = "Load shops, people, products, stock and shows from a JSON file; print ids and URLs."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            loaded = fixtures.load(file)
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"{file} was not loaded, nothing changed: {error!r}") from error
        self.stdout.write(json.dumps(loaded, indent=1))
