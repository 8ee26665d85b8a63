from django.core.management.base import BaseCommand, CommandError

from leads import intake, spool


class Command(BaseCommand):
    help = (
        "Bring requests that wait outside the database into it, once. The `work` loop does the same every few seconds."
    )

    def handle(self, **options):
        try:
            brought_in, bad = intake.bring_in()
        except spool.Busy as error:
            raise CommandError("Another process is at it. Try again in a moment.") from error
        self.stdout.write(f"{brought_in} brought in, {bad} could not be read and were set aside")
