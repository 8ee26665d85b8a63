"""The history of a page in the admin: every save, step and signature by time, any two compared, one brought back."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from . import differences
from .admin_steps import day_and_time
from .models import Article, Release, Revision

# What a reader does not see, but an editor sets: label, name in the content, name in the draft's own values.
SETTINGS = (
    ("Topic", "category"),
    ("Related pages", "related"),
    ("Place in lists", "position"),
    ("Kind of page", "kind"),
    ("Speaks of ketamine as treatment", "treatment"),
    ("Mainly about risks", "mainly_risk"),
    ("Mainly about thoughts of suicide", "about_suicide"),
    ("Call-back form at the end", "ends_with_form"),
)


@dataclass(frozen=True)
class Entry:
    """One line of the history."""

    at: datetime
    who: str
    what: str
    text: str = ""
    name: str = ""  # by which it may be compared
    revision: Revision | None = None

    @property
    def when(self):
        return day_and_time(self.at)


class HistoryMixin:
    """The part of ArticleAdmin that looks back. Nothing here changes what was."""

    def get_urls(self):
        views = [
            path(
                "<int:pk>/compare/",
                self.admin_site.admin_view(require_safe(self.compare)),
                name="articles_article_compare",
            ),
            path(
                "<int:pk>/restore/<int:revision_pk>/",
                self.admin_site.admin_view(require_http_methods(["GET", "POST"])(self.restore)),
                name="articles_article_restore",
            ),
        ]
        return views + super().get_urls()

    def history_view(self, request, object_id, extra_context=None):
        """List every save, step, signature and public text of a page, newest first."""
        article = self.get_object(request, object_id)
        if article is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        entries = history(article)
        context = self.about(article, f"History: {article}") | {
            "entries": entries,
            "choices": [("draft", "The draft as it is now"), *named(article, entries)],
            "newest": next((entry.name for entry in entries if entry.revision), "draft"),
            "before": next((entry.name for entry in entries if entry.revision and entry != entries[0]), "draft"),
            "may_restore": self.may_restore(request, article),
            "is_signed_once": any(entry.name.startswith("signature") for entry in entries),
            "is_live": article.live(timezone.now()) is not None,
        }
        template = "admin/articles/article/history.html"
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)

    def compare(self, request, pk):
        """Show word by word how two texts of a page differ."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_view_or_change_permission(request, article):
            raise PermissionDenied
        old, new = (text_of(article, request.GET.get(name, "")) for name in ("old", "new"))
        context = self.about(article, f"Compare: {article}") | {
            "old": old,
            "new": new,
            "differences": differences.compare(old.content, new.content),
            "settings": changed_settings(old.content, new.content),
        }
        template = "admin/articles/article/compare.html"
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)

    def restore(self, request, pk, revision_pk):
        """Show what bringing a version back would change, then make a new draft of it."""
        article = get_object_or_404(Article, pk=pk)
        revision = get_object_or_404(Revision, pk=revision_pk, article=article)
        if not self.may_restore(request, article):
            raise PermissionDenied
        if request.method == "POST":
            self.do_restore(request, article, revision)
            return redirect("admin:articles_article_change", article.pk)
        context = self.about(article, f"Restore version {revision.version}: {article}") | {
            "revision": revision,
            "when": day_and_time(revision.at),
            "differences": differences.compare(article.content(), revision.content),
            "settings": changed_settings(article.content(), revision.content),
            "seen_version": article.version,
        }
        template = "admin/articles/article/restore.html"
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)

    def do_restore(self, request, article, revision):
        with transaction.atomic():
            stored = Article.objects.select_for_update().get(pk=article.pk)
            if request.POST.get("seen_version") != str(stored.version):
                messages.error(request, "The page was saved since you opened that. Look at it again, then decide.")
                return
            lost = stored.restore(revision, request.user, timezone.now())
            self.log_change(request, stored, f"Restored version {revision.version}.")
        messages.success(request, f"Version {revision.version} is the draft again. Readers still see what they saw.")
        if lost:
            messages.warning(request, f"This could not come back: {'; '.join(lost)}.")

    def may_restore(self, request, article):
        # References and figures come back too.
        return self.has_change_permission(request, article) and request.user.has_perms(
            ["articles.change_citation", "articles.change_figure"]
        )

    def about(self, article, title):
        return {
            "title": title,
            "original": article,
            "opts": self.opts,
            "page_name": title.partition(":")[0],
            "change_url": reverse("admin:articles_article_change", args=[article.pk]),
        }


@dataclass(frozen=True)
class Text:
    label: str
    content: dict


def text_of(article, name):
    """Return the Text that `name` names: draft, live, signed, or revision, signature or release with its number."""
    kind, _, pk = name.partition("-")
    if name == "draft":
        return Text("the draft as it is now", article.content() | {"draft": article.draft_values()})
    rows = {
        "live": (article.releases.live(timezone.now()), "what readers see"),
        "signed": (article.signatures.all(), "the signed text"),
        "revision": (article.revisions.all(), "version {0.version}"),
        "signature": (article.signatures.all(), "the text signed by {0.contributor}"),
        "release": (article.releases.all(), "the public text"),
    }
    if kind not in rows:
        raise Http404
    found, label = rows[kind]
    if kind in ("revision", "signature", "release"):
        found = found.filter(pk=int(pk)) if pk.isascii() and pk.isdigit() and len(pk) < 10 else found.none()
    row = found.first()
    if row is None:
        raise Http404
    moment = row.public_from if isinstance(row, Release) else row.at
    return Text(f"{label.format(row)}, {day_and_time(moment)}", row.content)


def changed_settings(old, new):
    """Return (label, before, after) of everything that differs and is no text for readers."""
    found = [
        (label, shown(old.get(name)), shown(new.get(name)))
        for label, name in SETTINGS
        if name in old and name in new and old[name] != new[name]
    ]
    drafts = old.get("draft"), new.get("draft")
    if all(drafts) and drafts[0]["review_months"] != drafts[1]["review_months"]:
        found.append(("Months until the next review", drafts[0]["review_months"], drafts[1]["review_months"]))
    return found


def shown(value):
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return value.get("name", "")
    return ", ".join(value) if isinstance(value, list) else value


def history(article):
    """Return an Entry for every save, step, signature and public text, newest first."""
    entries = [
        Entry(
            row.at, name_of(row.user), f"Saved as version {row.version}.", row.note, f"revision-{row.pk}", revision=row
        )
        for row in article.revisions.select_related("user").defer("content")
    ]
    # A signature and a public text are rows of their own, with the text to compare.
    steps = article.steps.select_related("user")
    signatures = {row.at: row for row in article.signatures.select_related("contributor").defer("content")}
    releases = {row.public_from: row for row in article.releases.defer("content", "statements")}
    for step in steps:
        name, who = "", name_of(step.user)
        if step.kind == "signed" and step.at in signatures:
            signature = signatures.pop(step.at)
            name, who = f"signature-{signature.pk}", str(signature.contributor)
        elif step.kind in ("published", "corrected") and step.at in releases:
            name = f"release-{releases.pop(step.at).pk}"
        entries.append(Entry(step.at, who, f"{step.get_kind_display()}.", step.text, name))
    for row in signatures.values():
        entries.append(Entry(row.at, str(row.contributor), "Signed.", "", f"signature-{row.pk}"))
    for row in releases.values():
        entries.append(Entry(row.public_from, name_of(row.published_by), "Public from here.", "", f"release-{row.pk}"))
    entries += older_notes(article, entries)
    # Of one moment: the save first, then the step that speaks of it.
    return sorted(entries, key=lambda entry: (entry.at, not entry.revision), reverse=True)


def older_notes(article, entries):
    """Return what the admin's own log says from before every save was kept."""
    first = min((entry.at for entry in entries if entry.revision), default=None)
    logged = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Article), object_id=str(article.pk), action_flag=CHANGE
    ).select_related("user")
    if first:
        logged = logged.filter(action_time__lt=first)
    told = {entry.what for entry in entries}
    return [
        Entry(row.action_time, name_of(row.user), words, "")
        for row in logged
        if (words := row.get_change_message()) and words not in told
    ]


def named(article, entries):
    """Return (name, label) of every text that may be compared."""
    found = []
    if article.live(timezone.now()):
        found.append(("live", "What readers see"))
    if article.signatures.exists():
        found.append(("signed", "The text signed last"))
    return found + [
        (entry.name, f"{entry.what.rstrip('.')}, {day_and_time(entry.at)}, {entry.who}")
        for entry in entries
        if entry.name
    ]


def name_of(user):
    return (user.get_full_name() or user.get_username()) if user else "The site"
