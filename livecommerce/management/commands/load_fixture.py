import json
from pathlib import Path

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from livecommerce import fixtures
from livecommerce.errors import DomainError

# What a file that is not as it should be makes of us.
UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError)
IMPOSSIBLE = (ObjectDoesNotExist, DatabaseError, DomainError)


class Command(BaseCommand):
    help = "Load shops, people, products, stock and shows from a JSON file; print ids and URLs."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            loaded = fixtures.load(file)
        except (*UNREADABLE, *IMPOSSIBLE) as error:
            raise CommandError(f"{file} was not loaded, nothing changed: {error!r}") from error
        self.stdout.write(json.dumps(loaded, indent=1))
