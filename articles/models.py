"""Publishing: the editor's draft (Article) and what readers see (Release)."""

import calendar
import hashlib
import json
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django_prose_editor.fields import ProseEditorField

from clinic_site.models import statement_texts

from . import editorial, images, marks, markup


class CategoryQuerySet(models.QuerySet):
    def with_pages(self, at):
        """Topics that have something to read at `at`: a page of their own, or a public one that introduces them."""
        listed = Release.objects.listed(at).filter(kind=Article.Kind.ARTICLE).order_by()
        slugs = listed.filter(content__category__isnull=False).values_list("content__category__slug", flat=True)
        return self.filter(Q(slug__in=set(slugs)) | Q(introduction__in=listed.values("article_id")))


class Category(models.Model):
    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.CharField(max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_condition = models.BooleanField(
        "names a condition",
        default=False,
        help_text="Such as PTSD: an honest page about it, never an offer to treat it.",
    )
    introduction = models.ForeignKey(
        "Article",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The page whose summary and key points introduce this topic, as readers see them.",
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]
        verbose_name = "topic"

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("articles:topic", args=[self.slug])

    @property
    def about_suicide(self):
        """Tell whether help must come before anything else on this topic's page."""
        return bool(editorial.ABOUT_SUICIDE.search(self.name))

    def introduced_by(self, at):
        """Return the release that introduces this topic to readers at `at`, or None."""
        return Release.objects.listed(at).filter(article=self.introduction_id).first() if self.introduction_id else None

    def releases(self, at):
        """Return the articles of this topic at `at`: its own, and those that its introduction leads on to."""
        first = self.introduced_by(at)
        mine = Q(content__category__slug=self.slug)
        if first:
            mine = (mine | Q(slug__in=first.content["related"])) & ~Q(pk=first.pk)
        return Release.objects.listed(at).filter(mine, kind=Article.Kind.ARTICLE)


class ContributorQuerySet(models.QuerySet):
    def named(self, releases):
        """People with a profile page whom one of these releases names as its writer or reviewer."""
        slugs = {release.content.get("author_slug") for release in releases} - {"", None}
        reviewers = {release.reviewed_by_id for release in releases}
        return self.exclude(slug=None).filter(Q(slug__in=slugs) | Q(pk__in=reviewers))


class Contributor(models.Model):
    """A real person or team that writes or reviews. Never invented."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(
        "address", max_length=120, unique=True, null=True, blank=True, help_text="Of the profile page. Empty: no page."
    )
    credentials = models.CharField(max_length=120, blank=True, help_text="Such as: MD, board certified in psychiatry.")
    about = models.TextField(blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="contributor",
        help_text="The account this person signs with.",
    )

    objects = ContributorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("person", args=[self.slug]) if self.slug else ""


class Reference(models.Model):
    """One published source, used by any number of articles."""

    class Kind(models.TextChoices):
        TRIAL = "trial"
        REVIEW = "review"
        GUIDELINE = "guideline"
        LABEL = "label"
        OTHER = "other"

    key = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=30, blank=True)
    authors = models.TextField(blank=True)
    title = models.TextField()
    journal = models.CharField(max_length=300, blank=True)
    year = models.CharField(max_length=10, blank=True)
    volume = models.CharField(max_length=40, blank=True)
    pages = models.CharField(max_length=40, blank=True)
    doi = models.CharField("DOI", max_length=120, blank=True)
    pmid = models.CharField("PubMed number", max_length=12, blank=True)
    url = models.URLField(max_length=500)
    checked = models.TextField(blank=True, help_text="What was seen of this source, where and by whom. For staff.")

    class Meta:
        ordering = ["key"]

    def __str__(self):
        return f"{self.key}: {self.title[:80]}"

    @classmethod
    def kind_choices(cls, present=""):
        """Return the kinds a source may have as groups for a choice; `present` is one that stays a choice."""
        known = {name for names in KINDS.values() for name in names}
        groups = [(kind.label, [(name, name.capitalize()) for name in KINDS[kind]]) for kind in cls.Kind]
        return groups + ([("As it is", [(present, present)])] if present and present not in known else [])

    @property
    def broad_kind(self):
        """Return which of the five kinds this source is: trial, review, guideline, label or other."""
        return next((kind for kind, names in KINDS.items() if self.kind in names), self.Kind.OTHER)

    def value(self):
        """Return the plain values a release keeps of this source."""
        return {
            "key": self.key,
            "authors": self.authors,
            "title": self.title,
            "journal": self.journal,
            "year": self.year,
            "doi": self.doi,
            "pmid": self.pmid,
            "kind": self.kind,
            "url": self.url,
        }


# What sources call themselves, by the five kinds that say how much they weigh. What is not named here is "other".
KINDS = {
    Reference.Kind.TRIAL: (
        "trial", "open-label study", "reanalysis", "secondary analysis", "trial protocol", "clinic records study",
        "cross-sectional study", "questionnaire study", "human biomarker study", "animal study",
    ),
    Reference.Kind.REVIEW: ("review", "systematic review", "pooled analysis", "systematic comparison"),
    Reference.Kind.GUIDELINE: (
        "guideline", "guideline summary", "consensus statement", "professional guidance", "professional standards",
        "agency guidance", "federal guides", "federal rule",
    ),
    Reference.Kind.LABEL: ("drug label", "label", "patient drug information"),
    Reference.Kind.OTHER: (
        "other", "agency alert", "agency explainer", "commentary", "company news report", "crisis service",
        "expert opinion", "news report", "news report of agency action", "price guide", "questionnaire",
    ),
}  # fmt: skip

# Reviews of pages signed in one week are spread over so many weeks before the latest day.
SPREAD_WEEKS = 6
# The at-a-glance box of a treatment page: label for readers, field.
GLANCE = (
    ("What it is", "glance_what"),
    ("For whom", "glance_for_whom"),
    ("How long", "glance_minutes"),
    ("Approval", "glance_approval"),
    ("Main risks", "glance_risks"),
    ("Cost", "glance_cost"),
)


# Kept letter by letter in a revision: what readers see of them is made of these texts.
DRAFT_FIELDS = ("key_points", "timeline", "review_months", "facts", *(name for _, name in GLANCE))


class ArticleQuerySet(models.QuerySet):
    _brings_glossary = False

    def with_content(self):
        """Bring along everything `content()` reads, in a fixed number of queries."""
        found = self.select_related("author", "category", "signed_by").prefetch_related(
            "citations", "related", "figures__picture"
        )
        found._brings_glossary = True
        return found

    def _clone(self):
        clone = super()._clone()
        clone._brings_glossary = self._brings_glossary
        return clone

    def _fetch_all(self):
        is_new = self._result_cache is None
        super()._fetch_all()
        if is_new and self._brings_glossary:
            # Read when the first of these pages asks for it, then shared by all.
            glossary = SimpleLazyObject(GlossaryTerm.objects.values_of_all)
            for article in self._result_cache:
                if isinstance(article, Article):
                    article.brought_glossary = glossary

    def to_sign(self):
        """Pages that wait for a clinician, longest waiting first."""
        return self.exclude(review_asked_at=None).order_by("review_asked_at", "pk")

    def due(self, day):
        """Public pages whose signed text is to be looked at again by `day`, and that do not wait for it already."""
        public = Release.objects.filter(public_until=None, review_due_on__lte=day)
        pages = self.filter(review_asked_at=None, pk__in=public.values("article"))
        return pages.order_by("review_due_on", "pk")


class Article(models.Model):
    """The draft of an article or fixed page. Readers never see this row, only its releases."""

    class Kind(models.TextChoices):
        ARTICLE = "article", "Article"
        PAGE = "page", "Fixed page"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ARTICLE)
    title = models.CharField(max_length=160)
    slug = models.SlugField("address", max_length=120, unique=True, help_text="The last part of the page's address.")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, verbose_name="topic")
    summary = models.TextField(
        help_text="Two or three sentences that answer the reader's question. Shown large under the title."
    )
    description = models.CharField(
        max_length=160, blank=True, help_text="One sentence for search engines, under 155 characters."
    )
    key_points = models.TextField(blank=True, help_text="3 to 5 lines, one point each; at least one is a limit.")
    body = ProseEditorField(
        extensions={
            "Bold": True,
            "Italic": True,
            "BulletList": True,
            "OrderedList": True,
            "ListItem": True,
            "Blockquote": True,
            "HardBreak": True,
            "HorizontalRule": True,
            "Heading": {"levels": [2, 3]},
            "Link": {"enableTarget": False},
            "Table": True,
            # Without its parts the table stops the whole editor from starting.
            "TableRow": True,
            "TableHeader": True,
            "TableCell": True,
            "History": True,
        },
        sanitize=markup.clean,
        blank=True,
    )
    author = models.ForeignKey(
        Contributor, on_delete=models.PROTECT, null=True, blank=True, related_name="written", help_text="Written by"
    )
    treatment = models.BooleanField(
        "speaks of ketamine as treatment",
        default=True,
        help_text="The page then always carries the off-label, results-vary and risk statements.",
    )
    mainly_risk = models.BooleanField("mainly about risks", default=False)
    about_suicide = models.BooleanField(
        "mainly about thoughts of suicide",
        default=False,
        help_text="The crisis box stands first and last, and there is no call-back form.",
    )
    ends_with_form = models.BooleanField("call-back form at the end", default=True)
    neutral_card = models.BooleanField(
        "neutral when shared",
        default=False,
        help_text="A link preview then says “A page to read” and names no condition, so that a person can share the "
        "page without telling everybody its subject. Pages mainly about thoughts of suicide are always neutral.",
    )
    glance_what = models.TextField("what it is", blank=True)
    glance_for_whom = models.TextField("for whom", blank=True)
    glance_minutes = models.TextField("how long it takes", blank=True, help_text="In minutes.")
    glance_approval = models.TextField("approval status", blank=True)
    glance_risks = models.TextField("main risks", blank=True)
    glance_cost = models.TextField("what the cost is made of", blank=True)
    timeline = models.TextField(
        "visit timeline",
        blank=True,
        help_text="One step on each line: part of the visit | minutes | what happens. "
        "Such as: Before | 30 | We measure your blood pressure. Leave the minutes empty where there are none.",
    )
    facts = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="Each sentence with a number or a benefit: {sentence, key of its source, mark V or P}.",
    )
    # {id, text, opening} of each heading at the last save: a heading keeps its address when it is worded anew.
    headings = models.JSONField(default=list, blank=True, editable=False)
    position = models.PositiveSmallIntegerField("place in lists", default=100)
    related = models.ManyToManyField("self", blank=True, symmetrical=False)
    references = models.ManyToManyField(Reference, through="Citation", related_name="articles")
    starter_digest = models.CharField(max_length=64, blank=True, editable=False)
    signed_digest = models.CharField(max_length=64, blank=True, editable=False)
    signed_by = models.ForeignKey(
        Contributor, on_delete=models.PROTECT, null=True, blank=True, related_name="signed", editable=False
    )
    signed_at = models.DateTimeField(null=True, blank=True, editable=False)
    review_months = models.PositiveSmallIntegerField(
        "months until the next review",
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text="6 for a page about treatment, 12 at most.",
    )
    review_due_on = models.DateField("next review due", null=True, blank=True, editable=False)
    # Asked for a clinician's look and neither signed nor sent back since: the page is in review.
    review_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ArticleQuerySet.as_manager()
    brought_glossary = None

    class Meta:
        ordering = ["kind", "position", "title"]
        permissions = [
            ("publish_article", "Can publish a page"),
            ("sign_article", "Can sign a page as a clinician"),
            ("correct_article", "Can publish a correction before it is signed"),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        # The editor field cleans what a form sends; scripts, imports and the shell pass here as well.
        self.body = markup.clean(self.body)
        self.headings = markup.headings(self.body, self.headings)
        if "body" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "headings"}
        super().save(*args, **kwargs)

    def clean(self):
        if self.kind == self.Kind.PAGE and self.slug and resolve(address(self.kind, self.slug)).view_name != "page":
            raise ValidationError({"slug": f"/{self.slug}/ is taken by another part of the site. Choose another one."})

    def get_absolute_url(self):
        return address(self.kind, self.slug)

    def points(self):
        return [line.strip() for line in self.key_points.splitlines() if line.strip()]

    def glance(self):
        """Return the filled-in rows of the at-a-glance box as {label, text}, in order."""
        return [
            {"label": label, "text": text.strip()} for label, name in GLANCE if (text := getattr(self, name)).strip()
        ]

    def visit_steps(self):
        """Return the visit timeline as {part, minutes, text}; a line that is not of that form is all text."""
        lines = [line.strip() for line in self.timeline.splitlines() if line.strip()]
        parts = [[part.strip() for part in line.split("|", 2)] for line in lines]
        return [
            {"part": part[0], "minutes": part[1], "text": part[2]}
            if len(part) == 3
            else {"part": "", "minutes": "", "text": " ".join(part)}
            for part in parts
        ]

    def content(self):
        """Return everything of this draft that a reader would see, as plain values."""
        return {
            "kind": self.kind,
            "slug": self.slug,
            "title": self.title,
            "summary": self.summary,
            "description": self.description,
            "key_points": self.points(),
            "body": self.body,
            "headings": [{"id": row["id"], "text": row["text"]} for row in markup.headings(self.body, self.headings)],
            "references": [row.reference.value() | {"number": row.number} for row in self.citations_in_order()],
            "figures": [figure.value() for figure in self.figures_in_order()],
            "glance": self.glance(),
            "timeline": self.visit_steps(),
            "glossary": markup.words_used(self.body, self.glossary()),
            "author": self.author.name if self.author else "Clinic editorial team",
            "author_credentials": self.author.credentials if self.author else "",
            "author_slug": (self.author.slug or "") if self.author else "",
            "category": {"name": self.category.name, "slug": self.category.slug} if self.category else None,
            "related": [article.slug for article in self.related_in_order()],
            "position": self.position,
            "treatment": self.treatment,
            "mainly_risk": self.mainly_risk,
            "about_suicide": self.about_suicide,
            "ends_with_form": self.ends_with_form,
            "neutral_card": self.neutral_card,
        }

    def glossary(self):
        """Return every hard word we explain, as plain values; `with_content` has brought them along."""
        if self.brought_glossary is not None:
            return self.brought_glossary
        return GlossaryTerm.objects.values_of_all() if self.pk else []

    def citations_in_order(self):
        return sorted(self.citations.all(), key=lambda row: row.number) if self.pk else []

    def figures_in_order(self):
        return sorted(self.figures.all(), key=lambda row: row.number) if self.pk else []

    def related_in_order(self):
        return sorted(self.related.all(), key=lambda article: (article.position, article.pk)) if self.pk else []

    def signed_digest_now(self):
        """Return the digest a clinician signs: all that a reader reads of the page, figures and references too."""
        content = self.content()
        parts = (
            "title", "summary", "description", "key_points", "glance", "timeline", "body", "figures", "glossary",
            "references",
        )  # fmt: skip
        return digest({part: content[part] for part in parts})

    def digest_now(self):
        return digest(self.content())

    def is_signed(self):
        return bool(self.signed_digest) and self.signed_digest == self.signed_digest_now()

    def live(self, at):
        """Return the release readers see at `at`, or None."""
        return self.releases.live(at).first()

    # Every save is kept whole; an earlier one may come back as the newest.

    def keep(self, user, at, note=""):
        """Write down this draft as it is now, whole. Call it in the transaction of the save."""
        fresh = Article.objects.with_content().get(pk=self.pk)
        return self.revisions.create(
            at=at,
            user=user,
            version=fresh.version,
            content=fresh.content() | {"draft": fresh.draft_values()},
            digest=fresh.digest_now(),
            note=note,
        )

    def keep_what_was(self):
        """Write down the stored draft before its first kept save, so that nothing from before is lost."""
        if not self.revisions.exists():
            self.keep(None, self.changed_at, "As it was before saves were kept")

    def renumber(self, sources, figures):
        """Let every mark in this page's texts follow rows that changed their number; both are {old: new}."""
        for name in ("summary", "body", "key_points", "timeline", *(name for _, name in GLANCE)):
            setattr(self, name, marks.renumber(getattr(self, name), sources, figures))
        self.save()

    def draft_values(self):
        """Return what `content` does not say of this draft, letter by letter, so that `restore` gives it back."""
        return {
            **{name: getattr(self, name) for name in DRAFT_FIELDS},
            "author": self.author_id,
            "category": self.category_id,
            "related": [article.pk for article in self.related_in_order()],
        }

    @transaction.atomic
    def restore(self, revision, user, at):
        """Make a new draft of an earlier one, references and figures too, and return in words what could not come back.

        Nothing that was saved later is touched: it stays among the revisions.
        """
        Article.objects.select_for_update().get(pk=self.pk)
        self.refresh_from_db()
        self.keep_what_was()
        lost = self._take_back(revision.content)
        self.version += 1
        self.save()
        self._take_back_rows(revision.content, lost)
        words = f"Version {revision.version} of {timezone.localtime(revision.at):%B %d, %Y, %H:%M}"
        self.keep(user, at, f"Restored: {words}")
        self._step(Step.Kind.RESTORED, user, at, words)
        return lost

    def _take_back(self, content):
        draft, lost = content["draft"], []
        switches = [field.name for field in self._meta.fields if isinstance(field, models.BooleanField)]
        for name in ("kind", "title", "slug", "summary", "description", "body", "position", *switches):
            # A field that came after that save stays as it is.
            setattr(self, name, content.get(name, getattr(self, name)))
        for name in DRAFT_FIELDS:
            setattr(self, name, draft.get(name, getattr(self, name)))
        if Article.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
            lost.append(f"the address {self.slug}, which another page has now")
            self.slug = Article.objects.values_list("slug", flat=True).get(pk=self.pk)
        for name, model in (("author", Contributor), ("category", Category)):
            row = model.objects.filter(pk=draft[name]).first()
            setattr(self, name, row)
            if draft[name] and row is None:
                lost.append(f"the {self._meta.get_field(name).verbose_name}, which was deleted")
        return lost

    def _take_back_rows(self, content, lost):
        self.citations.all().delete()
        for row in content["references"]:
            names = {field.name for field in Reference._meta.fields} - {"id", "key"}
            values = {name: value for name, value in row.items() if name in names}
            # A source that was deleted since comes back as readers knew it.
            reference, _ = Reference.objects.get_or_create(key=row["key"], defaults=values)
            Citation.objects.create(article=self, number=row["number"], reference=reference)
        self.figures.all().delete()
        for row in content["figures"]:
            kept = row["picture"] and Picture.objects.filter(pk=row["picture"]["id"]).first()
            if row["picture"] and not kept:
                lost.append(f"the picture of figure {row['number']}, which was deleted")
            names = {field.name for field in Figure._meta.fields} - {"id", "article"}
            values = {name: value for name, value in row.items() if name in names}
            Figure.objects.create(article=self, **values | {"picture": kept or None})
        self.related.set(Article.objects.filter(pk__in=content["draft"]["related"]))

    # The way to readers: asked for review, signed or sent back, published now or at a moment, taken off. Each step is
    # one transaction with its Step; where a page stands follows from these facts.

    def state(self, at):
        """Return in words where the draft stands at `at`."""
        if self.releases.filter(public_from__gt=at, public_until=None).exists():
            return "Scheduled"
        live = self.releases.live(at).first()
        if live and live.digest == self.digest_now():
            return "Public, not signed" if live.is_correction or not live.signed_at else "Public"
        if self.is_signed():
            return "Signed, not public yet"
        if self.review_asked_at:
            return "In review"
        if live:
            return "Public, draft changed"
        return "Unpublished" if self.releases.exists() else "Draft"

    @transaction.atomic
    def ask_for_review(self, user, at, text=""):
        """Put the draft before the clinicians. Return False if it waits for them already, or is signed as it is."""
        require(user, "articles.change_article")
        if self.review_asked_at or self.is_signed():
            return False
        self.review_asked_at = at
        self.save(update_fields=["review_asked_at"])
        self._step(Step.Kind.ASKED, user, at, text)
        return True

    @transaction.atomic
    def send_back(self, user, at, text):
        """Give the draft back to its writer with what has to change; raises ValidationError without words."""
        refuse_who_may_not_sign(user)
        if not text.strip():
            raise ValidationError("Say what has to change before you send it back.")
        self.review_asked_at = None
        self.save(update_fields=["review_asked_at"])
        self._step(Step.Kind.SENT_BACK, user, at, text.strip())

    @transaction.atomic
    def sign(self, contributor, at, user=None, judged=(), fda_checked_on=None, help_checked_on=None):
        """Record that a clinician vouches for exactly the present text, and when it is looked at again.

        With `user`, only as that person's own name, and only in the role Clinician.
        """
        refuse_who_may_not_sign(user, contributor)
        self.signed_digest, self.signed_by, self.signed_at = self.signed_digest_now(), contributor, at
        self.review_asked_at = None
        self.review_due_on = self._next_review(at.date())
        self.save(update_fields=["signed_digest", "signed_by", "signed_at", "review_asked_at", "review_due_on"])
        Signature.objects.create(
            article=self,
            contributor=contributor,
            user=user,
            at=at,
            digest=self.signed_digest,
            content=self.content(),
            judged=list(judged),
            fda_checked_on=fda_checked_on,
            help_checked_on=help_checked_on,
        )
        self._step(Step.Kind.SIGNED, user, at)

    def _next_review(self, day):
        """Return when a text signed on `day` is due: `review_months` on, or up to six weeks sooner in a week with less.

        So that pages signed in one week do not fall due in one week (source: the project's safety rules, I5).
        """
        latest = add_months(day, self.review_months)
        others = Article.objects.exclude(pk=self.pk).exclude(review_due_on=None)
        spread = [latest - timedelta(weeks=weeks) for weeks in range(SPREAD_WEEKS + 1)]
        spread = [one for one in spread if one > day] or [latest]
        due = list(others.filter(review_due_on__range=(spread[-1], latest)).values_list("review_due_on", flat=True))
        return min(spread, key=lambda one: sum(other.isocalendar()[:2] == one.isocalendar()[:2] for other in due))

    def _step(self, kind, user, at, text=""):
        self.steps.create(kind=kind, user=user, at=at, text=text)

    def as_release(self, at):
        """Return the present text as a Release that is not stored: what publishing at `at` would make public."""
        signed = self.is_signed()
        return Release(
            article=self,
            kind=self.kind,
            slug=self.slug,
            content=self.content(),
            digest=self.digest_now(),
            reviewer_name=self.signed_by.name if signed else "",
            reviewer_credentials=self.signed_by.credentials if signed else "",
            reviewed_by=self.signed_by if signed else None,
            signed_at=self.signed_at if signed else None,
            review_due_on=self.review_due_on if signed else None,
            public_from=at,
        )

    @transaction.atomic
    def publish(self, at, user=None, reason="", unsigned=False, change_note="", public_from=None):
        """Make the present text public and return its Release; the one before ends at that moment.

        With `public_from` in the future readers see it from then on, by the clock alone. On a public address a text
        about treatment must be signed first. With `unsigned` it is stored all the same, and readers see it only where
        the site is a demonstration (see ReleaseQuerySet.live). A signed text gives way to a signed one alone.
        """
        require(user, "articles.publish_article")
        # Two people who publish one page at once take turns.
        Article.objects.select_for_update().get(pk=self.pk)
        self.refuse_what_cannot_be_published()
        if not unsigned:
            self.refuse_without_signature()
        moment = public_from if public_from and public_from > at else at
        kind = Step.Kind.PUBLISHED if moment == at else Step.Kind.SCHEDULED
        return self._release(at, moment, kind, user, reason, change_note=change_note)

    @transaction.atomic
    def publish_correction(self, user, at, reason, change_note=""):
        """Put a public text right at once, before a clinician can sign it. Readers see no reviewer until one has.

        Only where a signed text was public; raises ValidationError without a reason, or where the text claims what no
        page may claim. For those who may correct: Clinician and Owner.
        """
        require(user, "articles.correct_article")
        Article.objects.select_for_update().get(pk=self.pk)
        if not reason.strip():
            raise ValidationError("Say why this cannot wait for a signature.")
        if not self.releases.filter(public_from__lte=at).exclude(signed_at=None).exists():
            raise ValidationError("No signed text of this page was ever public, so there is nothing to correct.")
        self.refuse_what_cannot_be_published()
        release = self._release(
            at,
            at,
            Step.Kind.CORRECTED,
            user,
            reason.strip(),
            change_note=change_note,
            is_correction=not self.is_signed(),
        )
        if not self.review_asked_at and not self.is_signed():
            self.review_asked_at = at
            self.save(update_fields=["review_asked_at"])
        return release

    @transaction.atomic
    def show_signature(self, at, user=None):
        """Let readers see a new signature where they see, or are to see, exactly the signed text. Return its Release.

        None when there is nothing to show: no page, another text, or the signature is there already.
        """
        Article.objects.select_for_update().get(pk=self.pk)
        planned, live = self.scheduled(at), self.releases.live(at).first()
        shown = planned or live
        if (
            not self.is_signed()
            or shown is None
            or shown.digest != self.digest_now()
            or shown.signed_at == self.signed_at
        ):
            return None
        moment, kind = (planned.public_from, Step.Kind.SCHEDULED) if planned else (at, Step.Kind.PUBLISHED)
        return self._release(at, moment, kind, user, "Signed as it stands.", change_note="")

    @transaction.atomic
    def let_stand(self, finding, reason, user, at):
        """Let one finding of the checks stand although it blocks; raises ValidationError without a reason."""
        refuse_who_may_not_sign(user)
        if len(reason.strip()) < SHORTEST_REASON:
            raise ValidationError("Give the reason in a few words: it is kept with the page.")
        values = {"excerpt": finding.excerpt, "reason": reason.strip(), "user": user, "at": at}
        self.overrides.get_or_create(rule=finding.rule, excerpt_digest=finding.digest, defaults=values)
        self._step(Step.Kind.OVERRIDDEN, user, at, f"{finding.rule}: “{finding.excerpt}” stands. {reason.strip()}")

    @transaction.atomic
    def withdraw_override(self, override, user, at):
        """Let a finding count again."""
        refuse_who_may_not_sign(user)
        override.delete()
        self._step(Step.Kind.COMMENT, user, at, f"{override.rule}: “{override.excerpt}” counts again.")

    def _release(self, at, moment, kind, user, reason, **more):
        """Store the present text as the one readers see from `moment` on. Whatever was planned before gives way."""
        release = self.as_release(moment)
        for name, value in more.items():
            setattr(release, name, value)
        release.statements, release.published_by, release.reason = statement_texts()[1], user, reason
        self._drop_schedule(at)
        self.releases.filter(public_until=None).update(public_until=moment)
        release.save()
        self.lead_old_addresses_here()
        self._step(kind, user, at, reason)
        return release

    def _drop_schedule(self, at):
        """Let a release that was planned and is not public yet never be seen; the one before stands on."""
        planned = self.releases.filter(public_from__gt=at, public_until=None).first()
        if planned is None:
            return None
        self.releases.filter(pk=planned.pk).update(public_until=planned.public_from)
        before = self.releases.filter(public_until=planned.public_from, public_from__lt=planned.public_from)
        before = before.exclude(pk=planned.pk).first()
        if before:
            self.releases.filter(pk=before.pk).update(public_until=None)
        return planned

    def scheduled(self, at):
        """Return the release that becomes public later, or None."""
        return self.releases.filter(public_from__gt=at, public_until=None).first()

    @transaction.atomic
    def unschedule(self, at, user=None):
        """Withdraw what was to become public later. Return False when nothing was planned."""
        require(user, "articles.publish_article")
        Article.objects.select_for_update().get(pk=self.pk)
        planned = self._drop_schedule(at)
        if planned:
            self._step(Step.Kind.UNSCHEDULED, user, at)
        return bool(planned)

    def lead_old_addresses_here(self):
        """Keep every address this page once had, but for the present one and those another page has taken over."""
        had = {address(*pair) for pair in self.releases.order_by().values_list("kind", "slug").distinct()}
        others = Article.objects.exclude(pk=self.pk).values_list("kind", "slug")
        for path in had - {address(*pair) for pair in others} - {self.get_absolute_url()}:
            OldAddress.objects.update_or_create(path=path, defaults={"article": self})
        OldAddress.objects.filter(path=self.get_absolute_url()).delete()

    @transaction.atomic
    def unpublish(self, at, user=None, reason=""):
        """Take the page from readers at `at`, and what was planned with it. Return False when none was public."""
        require(user, "articles.publish_article")
        Article.objects.select_for_update().get(pk=self.pk)
        self._drop_schedule(at)
        ended = bool(self.releases.filter(public_until=None).update(public_until=at))
        if ended:
            self._step(Step.Kind.UNPUBLISHED, user, at, reason)
        return ended

    def refuse_what_cannot_be_published(self):
        """Raise ValidationError naming what is missing or claimed, in the editor's words."""
        from . import gate  # it reads these rows

        marks = markup.citation_numbers(self.body)
        rows = {row.number for row in self.citations_in_order()}
        problems = []
        if not markup.plain(self.body):
            problems.append("The page has no text yet.")
        if Release.objects.filter(kind=self.kind, slug=self.slug, public_until=None).exclude(article=self).exists():
            problems.append("Another public page still has this address. Publish that page at its new address first.")
        if marks - rows:
            missing = ", ".join(f"[{n}]" for n in sorted(marks - rows))
            problems.append(f"{missing} in the text has no reference. Add it under References, or take the mark out.")
        problems += gate.blocking(self)
        if problems:
            raise ValidationError(problems)

    def refuse_without_signature(self):
        """Raise ValidationError if readers would not be shown this text for want of a clinician's signature."""
        if self.treatment and not self.is_signed() and self.releases.filter(public_until=None).exclude(signed_at=None):
            raise ValidationError(
                "Readers see a signed text. It gives way to a signed one alone: let a clinician sign this one, or "
                "publish it as a correction."
            )
        if not settings.DEMONSTRATION and self.treatment and not self.is_signed():
            raise ValidationError(
                "No clinician has signed this exact text. On a public address a page about treatment is shown only "
                "when it is signed: let a clinician press “Sign this text” first."
            )


class CitationManager(models.Manager):
    """A citation is never read without its source."""

    def get_queryset(self):
        return super().get_queryset().select_related("reference")


class Citation(models.Model):
    """The numbered place of a source in one article."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="citations")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(999)])

    objects = CitationManager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(name="citation_number_once", fields=["article", "number"]),
            models.UniqueConstraint(name="citation_reference_once", fields=["article", "reference"]),
        ]

    def __str__(self):
        return f"[{self.number}]"


class Picture(models.Model):
    """An uploaded image, encoded anew by us in several widths and formats. What was uploaded is not kept."""

    title = models.CharField(max_length=120, help_text="For staff: what it shows.")
    folder = models.CharField(max_length=64, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    # [{"format": "avif", "width": 720, "path": "pictures/<folder>/720.avif"}], widest last.
    files = models.JSONField(default=list, editable=False)
    credit = models.CharField(max_length=200, blank=True, help_text="Who made it, and under which terms we show it.")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    uploaded_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-uploaded_at", "-id"]

    def __str__(self):
        return self.title

    def delete(self, *args, **kwargs):
        """Delete the row, and its files once that is certain; raises ProtectedError while something shows it."""
        with transaction.atomic():
            if uses := self.uses():
                raise models.ProtectedError(f"“{self}” is in use: {'; '.join(uses)}.", {self})
            deleted = super().delete(*args, **kwargs)
            transaction.on_commit(partial(images.remove, self.folder))
        return deleted

    def value(self):
        """Return the plain values a release keeps of this picture."""
        return {
            "id": self.pk,
            "width": self.width,
            "height": self.height,
            "files": self.files,
            "credit": self.credit,
        }

    def uses(self):
        """Return in words where this picture is shown, was shown, or was signed: there it must stay to be seen."""
        drafts = Article.objects.filter(figures__picture=self).distinct()
        found = [f"figure of the draft “{article}”" for article in drafts]
        for model, words in ((Release, "public text “{}”"), (Signature, "signed text “{}”")):
            rows = model.objects.order_by("id").values_list("content__title", "content__figures")
            titles = [title for title, figures in rows if self._is_in(figures)]
            found += [words.format(title) for title in dict.fromkeys(titles)]
        return found

    def _is_in(self, figures):
        # A database may hand out a part of a JSON column as its text.
        figures = json.loads(figures) if isinstance(figures, str) else figures
        return any((figure.get("picture") or {}).get("id") == self.pk for figure in figures or ())


class Figure(models.Model):
    """A picture, chart or drawing of one article, placed by [figure 1] on a line of its own."""

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        CHART = "chart", "Chart"
        DRAWING = "drawing", "Drawing of our own"

    class Alt(models.TextChoices):
        DESCRIBE = "describe", "Describe it in words"
        DECORATIVE = "decorative", "Only decoration"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="figures")
    number = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(99)])
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=160, blank=True)
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="figures")
    # Chosen by a person, never by us: no default.
    alt_choice = models.CharField("for people who cannot see it", max_length=12, choices=Alt, blank=True)
    alt = models.TextField("description", blank=True)
    drawing = models.SlugField(max_length=60, blank=True)
    rows = models.TextField(
        blank=True,
        help_text="A chart's numbers. A study: # title | people | compared with | [reference] | chance? "
        "Below it, one line for each bar: label | value | n | note.",
    )
    caption = models.TextField(blank=True, help_text="One plain sentence that says what the figure shows.")
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="figure_number_once", fields=["article", "number"])]

    def __str__(self):
        return f"[figure {self.number}]"

    def value(self):
        """Return the plain values a release keeps of this figure, the picture's files included."""
        return {
            "number": self.number,
            "kind": self.kind,
            "title": self.title,
            "alt_choice": self.alt_choice,
            "alt": self.alt,
            "drawing": self.drawing,
            "rows": self.rows,
            "caption": self.caption,
            "note": self.note,
            "picture": self.picture.value() if self.picture else None,
        }


class GlossaryTermManager(models.Manager):
    def values_of_all(self):
        return [term.value() for term in self.all()]


class GlossaryTerm(models.Model):
    """A hard word and what it means, explained where a page first uses it."""

    term = models.CharField(max_length=80, unique=True)
    forms = models.TextField(blank=True, help_text="Other forms of the word, one on each line.")
    meaning = models.TextField(help_text="One or two plain sentences.")

    objects = GlossaryTermManager()

    class Meta:
        ordering = ["term"]

    def __str__(self):
        return self.term

    def value(self):
        """Return the plain values a release keeps of this word."""
        forms = [form.strip() for form in self.forms.splitlines() if form.strip()]
        return {"term": self.term, "forms": forms, "meaning": self.meaning}


class Revision(models.Model):
    """One save of a draft, whole, as plain values: what a person wrote is never lost."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="revisions")
    at = models.DateTimeField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"version {self.version}"


class Signature(models.Model):
    """A clinician vouches for one exact text. Never changed."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="signatures")
    contributor = models.ForeignKey(Contributor, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    # Names of the rules only a person can judge that the clinician ticked, and of findings that stood then.
    judged = models.JSONField(default=list, blank=True)
    fda_checked_on = models.DateField("FDA status checked on", null=True, blank=True)
    help_checked_on = models.DateField("help lines checked on", null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self):
        return f"{self.contributor}, {timezone.localtime(self.at):%Y-%m-%d}"


class StatementSignatureManager(models.Manager):
    @transaction.atomic
    def sign(self, statement, user, at):
        """Record that `user` vouches for one version of a shared statement. A second signature changes nothing."""
        refuse_who_may_not_sign(user)
        values = {"contributor": user.contributor, "user": user, "at": at, "digest": digest(statement.text)}
        return self.get_or_create(statement=statement, defaults=values)[0]


class StatementSignature(models.Model):
    """A clinician vouches for one version of a shared statement."""

    statement = models.OneToOneField("clinic_site.Statement", on_delete=models.PROTECT, related_name="signature")
    contributor = models.ForeignKey(Contributor, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)

    objects = StatementSignatureManager()

    def __str__(self):
        return f"{self.statement}: {self.contributor}"


class Override(models.Model):
    """A clinician lets one finding of the checks stand, with the reason."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="overrides")
    rule = models.CharField(max_length=40)
    # What the finding was about: with other words in the text it is another finding.
    excerpt_digest = models.CharField(max_length=64)
    excerpt = models.TextField(blank=True)
    reason = models.CharField(max_length=300)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(name="override_once", fields=["article", "rule", "excerpt_digest"])]

    def __str__(self):
        return f"{self.rule}: {self.reason}"


class Step(models.Model):
    """One thing that was done on the way of a page to its readers, by whom, when and why. Never changed."""

    class Kind(models.TextChoices):
        ASKED = "asked", "Asked for review"
        SENT_BACK = "sent_back", "Sent back"
        SIGNED = "signed", "Signed"
        PUBLISHED = "published", "Published"
        SCHEDULED = "scheduled", "Scheduled"
        UNSCHEDULED = "unscheduled", "Schedule withdrawn"
        CORRECTED = "corrected", "Correction published"
        UNPUBLISHED = "unpublished", "Taken off the site"
        RESTORED = "restored", "Earlier version restored"
        OVERRIDDEN = "overridden", "Finding let stand"
        COMMENT = "comment", "Comment"

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=20, choices=Kind)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self):
        return self.get_kind_display()


NEVER_CHANGED = "A release is never changed or deleted. Publish the article again."


# What a public address may show: what a clinician signed, the correction of it, or what does not speak of treatment.
SHOWN_IN_PUBLIC = Q(signed_at__isnull=False) | Q(is_correction=True) | Q(content__treatment=False)
# A page whose review is overdue for longer than this leaves home, lists, feeds, sitemap and search.
GRACE = timedelta(days=30)


class ReleaseQuerySet(models.QuerySet):
    def live(self, at):
        """Releases that readers see at `at`.

        A text about treatment that no clinician has signed is seen in the demonstration alone, never on a public
        address (source: the project's safety rules, I1).
        """
        shown = self.filter(public_from__lte=at).filter(Q(public_until=None) | Q(public_until__gt=at))
        return shown if settings.DEMONSTRATION else shown.filter(SHOWN_IN_PUBLIC)

    def unsigned_treatment(self):
        """Texts about treatment, not taken off the site, that no clinician has signed."""
        return self.filter(signed_at=None, is_correction=False, content__treatment=True, public_until=None)

    def listed(self, at):
        """Releases readers see that lists, feeds, sitemap and search may name: none whose review is long overdue."""
        return self.live(at).exclude(review_due_on__lt=(at - GRACE).date())

    def seen(self, at):
        """Releases that readers see at `at` or saw before."""
        shown = self.filter(public_from__lte=at).exclude(public_until=F("public_from"))
        return shown if settings.DEMONSTRATION else shown.filter(SHOWN_IN_PUBLIC)

    def last_seen(self, at, path):
        """Return the release that readers saw last at `path`, where they see none at `at`, or None."""
        slug = path.strip("/").rsplit("/", 1)[-1]
        once = self.seen(at).filter(slug=slug, public_until__lte=at)
        # Latest end first: an address may have been given to one page after another.
        found = once.defer("content").select_related("article").order_by("-public_until", "-id")
        return next((release for release in found if release.get_absolute_url() == path), None)

    def articles(self, at):
        return self.live(at).filter(kind=Article.Kind.ARTICLE)

    def update(self, **values):
        if set(values) != {"public_until"}:
            raise ValidationError(NEVER_CHANGED)
        return super().update(**values)

    def delete(self):
        raise ValidationError(NEVER_CHANGED)


class Release(models.Model):
    """One public text, as it was made public. Only its end may be written later."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="releases")
    kind = models.CharField(max_length=10, choices=Article.Kind)
    slug = models.SlugField(max_length=120)
    content = models.JSONField()
    statements = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    reviewer_name = models.CharField(max_length=120, blank=True)
    reviewer_credentials = models.CharField(max_length=120, blank=True)
    reviewed_by = models.ForeignKey(
        Contributor, on_delete=models.PROTECT, null=True, blank=True, related_name="reviewed"
    )
    signed_at = models.DateTimeField(null=True, blank=True)
    review_due_on = models.DateField("next review due", null=True, blank=True)
    # Put right at once, before a clinician could sign: readers see no reviewer until one has.
    is_correction = models.BooleanField(default=False)
    change_note = models.CharField("what changed, for readers", max_length=300, blank=True)
    public_from = models.DateTimeField(db_index=True)
    public_until = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-public_from", "-id"]
        constraints = [
            models.UniqueConstraint(name="release_one_open_end", fields=["article"], condition=Q(public_until=None))
        ]

    def __str__(self):
        return f"{self.title} ({timezone.localtime(self.public_from):%Y-%m-%d %H:%M})"

    def save(self, *args, **kwargs):
        if self.pk and not self._state.adding and set(kwargs.get("update_fields") or {"*"}) != {"public_until"}:
            raise ValidationError(NEVER_CHANGED)
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if is_new:
                from . import search  # it reads releases

                search.index(self)

    def delete(self, *args, **kwargs):
        raise ValidationError(NEVER_CHANGED)

    def get_absolute_url(self):
        return address(self.kind, self.slug)

    @property
    def title(self):
        return self.content["title"]

    @property
    def is_self_reviewed(self):
        """Tell whether the clinician who signed it wrote it."""
        return bool(self.reviewer_name) and self.reviewer_name == self.content["author"]

    def is_overdue(self, day):
        return self.review_due_on is not None and self.review_due_on < day

    def is_past_grace(self, day):
        """Tell whether the review is overdue for so long that lists and search engines leave the page out."""
        return self.review_due_on is not None and self.review_due_on + GRACE < day


class OldAddress(models.Model):
    """An address a page once had; it leads on to where the page is now."""

    path = models.CharField(max_length=200, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="old_addresses")

    class Meta:
        verbose_name_plural = "old addresses"

    def __str__(self):
        return self.path


SHORTEST_REASON = 8
SIGNERS = "Clinician"  # the role that signs


def require(user, permission):
    """Raise PermissionDenied unless `user` may; nobody in particular is the program itself."""
    if user is not None and not user.has_perm(permission):
        raise PermissionDenied


def why_not_sign(user):
    """Return why `user` cannot sign, in words that say what to do, or ""."""
    if not user.groups.filter(name=SIGNERS).exists():
        return "Only the role Clinician signs. An owner gives it to a licensed person under Users."
    contributor = Contributor.objects.filter(user=user).first()
    if contributor is None:
        return "Your account is linked to no contributor. Ask an owner to link it to your name under Contributors."
    if not contributor.credentials.strip():
        return f"Only a clinician signs: {contributor} has no credentials under Contributors."
    return ""


def refuse_who_may_not_sign(user, contributor=None):
    """Raise unless `user`, if named, may sign, and as this `contributor`."""
    if user is None:
        return
    require(user, "articles.sign_article")
    if reason := why_not_sign(user):
        raise ValidationError(reason)
    if contributor is not None and contributor.user_id != user.pk:
        raise ValidationError("Nobody signs in another person's name.")


def add_months(day, months):
    """Return the same day so many months on, or the month's last."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def address(kind, slug):
    """Return the public path of an article or fixed page."""
    return reverse("articles:article" if kind == Article.Kind.ARTICLE else "page", args=[slug])


def digest(values):
    """Return a SHA-256 of plain values, the same on every machine."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
