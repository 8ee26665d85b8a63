from django.core.management.base import BaseCommand
from django.db import transaction

from articles import search
from articles.models import Release


class Command(BaseCommand):
    help = "Read every public text anew for the search. Needed only after a change of what counts as a word."

    @transaction.atomic
    def handle(self, **options):
        self.stdout.write(f"{search.rebuild(Release.objects.all())} texts indexed")
