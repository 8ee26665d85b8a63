"""What an editor's panel says, for every page at once; the same rules, in a terminal or in CI."""

from django.core.management.base import BaseCommand

from articles import checks, loading
from articles.gate import allowed_of, public_paths
from articles.models import Article


class Command(BaseCommand):
    help = (
        "Check the words, numbers, headings, figures and links of every draft, or with --starter of the starter files "
        "without a database. Ends with 1 when something blocks."
    )

    def add_arguments(self, parser):
        parser.add_argument("slugs", nargs="*", help="the last part of a page's address; none: all pages")
        parser.add_argument("--starter", action="store_true", help="check the starter files, ask no database")
        parser.add_argument("--quiet", action="store_true", help="leave out what only warns")

    # The starter files are checked on machines that have no database yet.
    requires_system_checks = ()

    def handle(self, *, slugs, starter, quiet, **options):
        pages = starter_pages() if starter else stored_pages()
        blocked = warned = count = 0
        for content, paths, allowed in pages:
            if slugs and content["slug"] not in slugs:
                continue
            count += 1
            found = checks.check(content, paths=paths, allowed=allowed)
            blocked += sum(one.blocking for one in found)
            warned += sum(not one.blocking for one in found)
            self.tell(content, found, quiet)
        self.stdout.write(f"{count} pages: {blocked} findings block, {warned} warn")
        if blocked:
            raise SystemExit(1)

    def tell(self, content, found, quiet):
        grade = checks.grade(content)
        self.stdout.write(
            f"{content['slug']}: {grade.words} words, grade {grade.flesch_kincaid} (Flesch-Kincaid) and "
            f"{grade.automated_readability} (automated readability), {grade.average_sentence} words a sentence, "
            f"longest {grade.longest}"
        )
        if not quiet and content["kind"] == "article":
            for sentence in grade.hardest:
                self.stdout.write(f"  hard to read: {sentence}")
        for one in found:
            if one.blocking or not quiet:
                kind = "BLOCKS" if one.blocking else "warns"
                self.stdout.write(f"  {kind} {one.rule} [{one.where}] {one.message}")
                if one.excerpt:
                    self.stdout.write(f"    in: {one.excerpt}")
                if one.reason:
                    self.stdout.write(f"    because: {one.reason} ({one.source})")


def starter_pages():
    """Yield what `check` needs of each starter file. A link to any starter page leads somewhere."""
    contents = loading.starter_contents()
    paths = public_paths(contents)
    for content in contents:
        yield content, paths, ()


def stored_pages():
    articles = list(Article.objects.with_content())
    paths = public_paths([])
    for article in articles:
        yield article.content(), paths, allowed_of(article)
