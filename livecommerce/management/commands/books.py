import json
import sys

from django.core.management.base import BaseCommand, CommandError

from livecommerce.errors import DomainError
from orders import books


class Command(BaseCommand):
    help = "Check the books B1 to B7; exit code 1 on a difference. --provider asks Stripe too."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--provider", action="store_true")

    def handle(self, *args, provider, **options):
        try:
            found = books.check(with_provider=provider)
        except DomainError as refusal:
            raise CommandError(f"The books could not be compared: {refusal.detail}") from refusal
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for name, differences in found.items():
                promise = books.RULES[name].__doc__.partition(": ")[2].rstrip(".")
                self.stdout.write(f"{name} {'ok ' if not differences else 'NOT'} {promise}")
                for difference in differences:
                    self.stdout.write(f"       {difference}")
        if any(found.values()):
            sys.exit(1)
