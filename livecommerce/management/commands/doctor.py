import sys

from django.core.management.base import BaseCommand

from livecommerce import doctor


class Command(BaseCommand):
    help = "Say what is configured, what is missing and what that means; exit code 1 if wrong."

    def handle(self, *args, **options):
        findings = list(doctor.examine())
        for finding in findings:
            self.stdout.write(f"{finding.level:<6}{finding.what:<18}{finding.words}")
        if any(finding.level == "wrong" for finding in findings):
            sys.exit(1)
