from django.core.management.base import BaseCommand

from streams import deals


class Command(BaseCommand):
    help = "Tell the rooms of deals whose time is up."

    def handle(self, *args, **options):
        for deal in deals.sweep():
            self.stdout.write(f"{deal}: over")
