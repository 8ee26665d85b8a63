"""The steps of a page on its way to readers, in the admin: look, ask, publish, take off. Each says what it did."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic_site.context import request_facts

from . import gate, marking
from .admin_signing import SigningMixin, may_sign
from .checks import grade
from .models import GRACE, Article, Override, Release
from .step_forms import CorrectForm, NoForm, OverrideForm, PublishForm, ReviewForm, UnpublishForm
from .views import page_context

STALE = "The text has changed since you opened that page. Look at it again, then decide."
NOT_SIGNED = "No clinician has signed this exact text. Readers will see: “Not yet reviewed by a clinician.”"


def day(moment):
    return date_format(timezone.localtime(moment), "F j, Y")


def day_and_time(moment):
    moment = timezone.localtime(moment)
    return f"{day(moment)}, {date_format(moment, 'g:i')} {'am' if moment.hour < 12 else 'pm'}"


class WaitsFor(admin.SimpleListFilter):
    """What a page waits for, as a filter of the list."""

    title = "waits for"
    parameter_name = "waits"

    def lookups(self, request, model_admin):
        return [
            ("signature", "A signature"),
            ("correction", "A correction to be signed"),
            ("time", "Its time to be public"),
            ("review", "A review that is overdue"),
        ]

    def queryset(self, request, queryset):
        at = timezone.now()
        live = Release.objects.live(at)
        chosen = {
            "signature": lambda: queryset.exclude(review_asked_at=None),
            "correction": lambda: queryset.filter(pk__in=live.filter(is_correction=True).values("article")),
            "time": lambda: queryset.filter(releases__public_from__gt=at, releases__public_until=None),
            "review": lambda: queryset.filter(
                pk__in=live.filter(review_due_on__lt=timezone.localdate(at)).values("article")
            ),
        }.get(self.value())
        return chosen() if chosen else queryset


class StepsMixin(SigningMixin):
    """The part of ArticleAdmin that moves a page: every step is shown first, then posted, and refused if the text
    changed meanwhile."""

    def get_urls(self):
        steps = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"articles_article_{name}")
            for name, view in (
                ("preview", require_safe(self.preview)),
                ("checks", require_safe(self.checks)),
                ("let_stand", require_POST(self.let_stand)),
                ("count_again", require_POST(self.count_again)),
                ("review", self.step(self.review)),
                ("publish", self.step(self.publish)),
                ("unschedule", self.step(self.unschedule)),
                ("unpublish", self.step(self.unpublish)),
                ("correct", self.step(self.correct)),
            )
        ]
        return steps + super().get_urls()

    def step(self, view):
        return require_http_methods(["GET", "POST"])(view)

    # The list

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if not request.resolver_match or not request.resolver_match.url_name.endswith("_changelist"):
            return queryset
        at = timezone.now()
        live = Release.objects.live(at).filter(article=OuterRef("pk"))
        planned = Release.objects.filter(article=OuterRef("pk"), public_from__gt=at, public_until=None)
        return queryset.annotate(
            live_due=Subquery(live.values("review_due_on")[:1]),
            live_correction=Subquery(live.values("is_correction")[:1]),
            planned_from=Subquery(planned.values("public_from")[:1]),
        )

    @admin.display(description="Waits for")
    def waits_for(self, article):
        today = timezone.localdate()
        if article.live_correction:
            return "Signature of a correction"
        if article.review_asked_at:
            return f"Signature, since {day(article.review_asked_at)}"
        if article.planned_from:
            return f"Public from {day_and_time(article.planned_from)}"
        if article.live_due and article.live_due + GRACE < today:
            return f"Review, due {date_format(article.live_due, 'F j, Y')}: left out of lists and search"
        if article.live_due and article.live_due < today:
            return f"Review, due {date_format(article.live_due, 'F j, Y')}"
        return None

    # Around the form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            context |= self.way(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def way(self, request, article):
        """Return where the page stands, which steps this person may take from here, and what the checks find."""
        at, user = timezone.now(), request.user
        live, planned = article.live(at), article.scheduled(at)
        draft_differs = bool(live and live.digest != article.digest_now())
        can = {
            "review": self.has_change_permission(request, article)
            and not article.review_asked_at
            and not article.is_signed(),
            "sign": may_sign(user),
            "publish": user.has_perm("articles.publish_article"),
            "unpublish": bool(live) and user.has_perm("articles.publish_article"),
            "unschedule": bool(planned) and user.has_perm("articles.publish_article"),
            "correct": draft_differs
            and not article.is_signed()
            and user.has_perm("articles.correct_article")
            and article.releases.filter(public_from__lte=at).exclude(signed_at=None).exists(),
        }
        today = timezone.localdate(at)
        return {
            "stage": article.state(at),
            "planned_at": day_and_time(planned.public_from) if planned else "",
            "asked_at": day_and_time(article.review_asked_at) if article.review_asked_at else "",
            "overdue_on": live.review_due_on if live and live.is_overdue(today) else None,
            "past_grace": bool(live and live.is_past_grace(today)),
            "can": can,
            "sent_back": article.steps.first()
            if article.steps.first() and article.steps.first().kind == "sent_back"
            else None,
            "history": article.steps.select_related("user")[:12],
        } | self.panel(article)

    def panel(self, article):
        """Return what the checks panel shows of a draft."""
        found = gate.findings(article)
        rows = [
            {
                "number": number,
                "finding": one,
                "field": field_of(one.where),
                "override": next((row for row in article.overrides.all() if row.excerpt_digest == one.digest), None),
            }
            for number, one in enumerate(found, start=1)
        ]
        return {
            "rows": rows,
            "blocking_count": sum(one.blocking for one in found),
            "warning_count": sum(not one.blocking for one in found),
            "grade": grade(article.content()),
        }

    # Looking

    def preview(self, request, pk):
        """Show the draft as readers would see it, to signed-in staff alone. The admin lets nothing keep it.

        With ?checks=1 the findings are marked in the text. Only our own staff pages may frame it.
        """
        article = self.for_step(request, pk)
        facts = request_facts(request)
        name = "article" if article.kind == Article.Kind.ARTICLE else "page"
        context = page_context(article.as_release(facts.at), facts) | {
            "public_template": f"articles/{name}_detail.html",
            "change_url": reverse("admin:articles_article_change", args=[pk]),
            "framed": "checks" in request.GET,
        }
        response = render(request, "admin/articles/article/preview.html", context)
        if context["framed"]:
            places = [
                (f"finding-{number}", one.excerpt, one.blocking)
                for number, one in enumerate(gate.findings(article), start=1)
                if one.excerpt
            ]
            response.content = marking.mark(response.content.decode(), places)
            may_be_framed(response)
        response["X-Robots-Tag"] = "noindex"
        return response

    def checks(self, request, pk):
        """Show every finding beside the page as readers would see it, and what a clinician lets stand."""
        return self.checks_page(request, self.for_step(request, pk))

    def checks_page(self, request, article, failed=None, status=200):
        context = self.page(request, article, f"Checks: {article}") | self.panel(article)
        context |= {
            "may_override": may_sign(request.user),
            "overrides": article.overrides.select_related("user"),
            "failed": failed,
        }
        return may_frame(TemplateResponse(request, "admin/articles/article/checks.html", context, status=status))

    def let_stand(self, request, pk):
        """Let one finding stand, by a clinician with a reason."""
        article, form = self.for_step(request, pk, "articles.sign_article"), OverrideForm(request.POST)
        found = {one.digest: one for one in gate.findings(article) if one.blocking}
        if not form.is_valid():
            return self.checks_page(request, article, failed=form, status=200)
        finding = found.get(form.cleaned_data["finding"])
        if finding is None:
            messages.error(request, "That finding is not in the text any more. Nothing was changed.")
        else:
            self.attempt(
                request, lambda: article.let_stand(finding, form.cleaned_data["reason"], request.user, timezone.now())
            )
        return redirect("admin:articles_article_checks", pk)

    def count_again(self, request, pk):
        """Withdraw one leave; its finding counts again."""
        article = self.for_step(request, pk, "articles.sign_article")
        number = request.POST.get("override", "")
        override = get_object_or_404(Override, pk=number if number.isdigit() else 0, article=article)
        self.attempt(request, lambda: article.withdraw_override(override, request.user, timezone.now()))
        return redirect("admin:articles_article_checks", pk)

    # Asking, publishing, taking off

    def review(self, request, pk):
        article = self.for_step(request, pk, "articles.change_article")
        facts = ["The page then stands under “To sign” for the clinicians. You can go on writing meanwhile."]
        return self.take(request, article, "Ask for review", ReviewForm, self.do_review, facts)

    def do_review(self, request, article, at, values):
        if not article.ask_for_review(request.user, at, values["note"]):
            return messages.info(request, "Nothing to ask for: the page waits already, or is signed as it is.")
        self.log_change(request, article, "Asked for review.")
        return messages.success(request, f"“{article}” waits for a clinician.")

    def publish(self, request, pk):
        article = self.for_step(request, pk, "articles.publish_article")
        live = article.live(timezone.now())
        facts = [
            f"Readers now see the text of {day_and_time(live.public_from)}. This one takes its place."
            if live
            else "The page is not public now.",
            f"Signed by {article.signed_by} on {day_and_time(article.signed_at)}."
            if article.is_signed()
            else NOT_SIGNED,
        ]
        if planned := article.scheduled(timezone.now()):
            facts.append(f"A text is set for {day_and_time(planned.public_from)}. What you do here takes its place.")
        found = problems(article) or problems(article, article.refuse_without_signature)
        return self.take(request, article, "Publish", PublishForm, self.do_publish, facts, found)

    def do_publish(self, request, article, at, values):
        live, draft, moment = article.live(at), article.as_release(at), values["public_from"]
        if not moment and live and (live.digest, live.signed_at) == (draft.digest, draft.signed_at):
            return messages.info(request, "Nothing to publish: readers already see exactly this text.")
        release = article.publish(at, request.user, change_note=values["change_note"], public_from=moment)
        if moment:
            self.log_change(request, article, f"Set to be public from {day_and_time(moment)}.")
            return messages.success(request, f"“{article}” will be public from {day_and_time(moment)}.")
        self.log_change(request, article, "Published.")
        words = format_html("“{}” is public: <a href='{}'>see it on the site</a>.", article, release.get_absolute_url())
        return messages.success(request, words)

    def unschedule(self, request, pk):
        article = self.for_step(request, pk, "articles.publish_article")
        planned = article.scheduled(timezone.now())
        facts = [f"Set for {day_and_time(planned.public_from)}." if planned else "Nothing is set for later."]
        facts.append("Readers go on seeing what they see now.")
        return self.take(request, article, "Withdraw the schedule", NoForm, self.do_unschedule, facts)

    def do_unschedule(self, request, article, at, values):
        if not article.unschedule(at, request.user):
            return messages.info(request, "Nothing was set for later.")
        self.log_change(request, article, "Schedule withdrawn.")
        return messages.success(request, "Withdrawn. Readers go on seeing what they see now.")

    def unpublish(self, request, pk):
        article = self.for_step(request, pk, "articles.publish_article")
        live = article.live(timezone.now())
        facts = [
            f"Readers see the text of {day_and_time(live.public_from)}." if live else "The page is not public now."
        ]
        facts.append("The page and every link to it in our lists will be gone at once. The draft stays here.")
        return self.take(request, article, "Take off the site", UnpublishForm, self.do_unpublish, facts)

    def do_unpublish(self, request, article, at, values):
        if not article.unpublish(at, request.user, values["reason"]):
            return messages.info(request, f"“{article}” was not public.")
        self.log_change(request, article, f"Taken off the site: {values['reason']}")
        return messages.success(request, f"“{article}” is off the site. The draft is kept.")

    def correct(self, request, pk):
        article = self.for_step(request, pk, "articles.correct_article")
        live = article.live(timezone.now())
        facts = [
            "Readers see this text at once, without “Medically reviewed” and without a reviewer's name, until a "
            "clinician signs it. It goes to the top of “To sign”.",
        ]
        return self.take(
            request,
            article,
            "Publish this correction now",
            CorrectForm,
            self.do_correct,
            facts,
            problems(article),
            live.content if live else None,
        )

    def do_correct(self, request, article, at, values):
        article.publish_correction(request.user, at, values["reason"], values["change_note"])
        self.log_change(request, article, f"Correction published: {values['reason']}")
        return messages.success(
            request, "Readers see the correction now, without a reviewer's name until it is signed."
        )

    # What every step shares

    def for_step(self, request, pk, permission=None):
        article = get_object_or_404(Article.objects.with_content(), pk=pk)
        may = self.has_view_permission(request, article) and (permission is None or request.user.has_perm(permission))
        if not may:
            raise PermissionDenied
        return article

    def page(self, request, article, title):
        return self.admin_site.each_context(request) | {"title": title, "opts": self.opts, "original": article}

    def take(self, request, article, action, form_class, step, facts, found=(), readers_see=None):
        """Show what a step would do, or do it when it was pressed and the text is still the one that was shown."""
        form = form_class(request.POST or None) if request.method == "POST" else form_class()
        if request.method == "POST" and request.POST.get("text") != article.digest_now():
            messages.error(request, STALE)
            return redirect("admin:articles_article_change", article.pk)
        if request.method == "POST" and form.is_valid():
            self.attempt(request, lambda: self.alone(request, article, step, form.cleaned_data))
            return redirect("admin:articles_article_change", article.pk)
        from .differences import compare

        context = self.page(request, article, f"{action}: {article}") | {
            "action": action,
            "form": form,
            "text_digest": article.digest_now(),
            "facts": facts,
            "problems": found,
            "differences": compare(readers_see, article.content()) if readers_see else [],
        }
        return TemplateResponse(request, "admin/articles/article/step.html", context)

    def alone(self, request, article, step, values):
        """Take `step` while nobody else moves the page, on the text that was shown."""
        stored = Article.objects.select_for_update().get(pk=article.pk)
        if stored.digest_now() != article.digest_now():
            raise ValidationError(STALE)
        step(request, stored, timezone.now(), values)

    def attempt(self, request, step):
        """Take a step whole or not at all, and say what stood in its way."""
        try:
            with transaction.atomic():
                return step()
        except ValidationError as error:
            for message in error.messages:
                messages.error(request, message)
        return None


FIELDS = {
    "title": "id_title",
    "summary": "id_summary",
    "description": "id_description",
    "key points": "id_key_points",
    "at a glance": "id_glance_what",
    "visit timeline": "id_timeline",
    "references": "citations-group",
}


def field_of(where):
    """Return the id of the part of the editor's page in which a finding is put right."""
    if where.startswith("figure"):
        return "figures-group"
    return FIELDS.get(where, "id_body")


def may_be_framed(response):
    """Let our own staff pages show this one in a frame."""
    response["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_replace = {"frame-ancestors": ["'self'"]}


def may_frame(response):
    """Let this page show others of ours in a frame."""
    response._csp_replace = {"frame-src": ["'self'"]}
    return response


def problems(article, refuse=None):
    """Return in words what keeps `article` from being published, by its text or by another rule `refuse`."""
    try:
        (refuse or article.refuse_what_cannot_be_published)()
    except ValidationError as error:
        return error.messages
    return []
