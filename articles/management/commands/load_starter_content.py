from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from articles import loading


class Command(BaseCommand):
    help = "Load the clinic's first articles and pages from files. What a person has edited is left alone."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and store nothing.")

    def handle(self, *, dry_run, **options):
        try:
            report = loading.load(timezone.now(), dry_run=dry_run)
        except loading.StarterError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Dry run, nothing stored: {report}" if dry_run else str(report))
