from django.core.management.base import BaseCommand
from django.utils import timezone

from leads import notices


def send_all(after_each=lambda: True):
    """Send what is due until nothing is left or `after_each` says stop. Return how many were sent, how many failed."""
    sent = failed = 0
    while result := notices.send_next(timezone.now()):
        sent += result == "sent"
        failed += result == "failed"
        if not after_each():
            break
    return sent, failed


class Command(BaseCommand):
    help = "Send the notices that are due, once. The `work` loop does the same every few seconds."

    def handle(self, **options):
        sent, failed = send_all()
        self.stdout.write(f"{sent} sent, {failed} failed and kept for later")
