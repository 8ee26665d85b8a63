"""The steps of a page on its way to readers, in the admin: look, sign, publish, take off. Each says what it did."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_safe

from clinic_site.context import request_facts

from .models import Article, Contributor
from .views import page_context


def day(moment):
    return date_format(timezone.localtime(moment), "F j, Y")


def day_and_time(moment):
    moment = timezone.localtime(moment)
    return f"{day(moment)}, {date_format(moment, 'g:i')} {'am' if moment.hour < 12 else 'pm'}"


class StepsMixin:
    """The part of ArticleAdmin that moves a page: every step is shown first, then posted, and refused if the text
    changed meanwhile."""

    def get_urls(self):
        steps = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"articles_article_{name}")
            for name, view in (
                ("preview", require_safe(self.preview)),
                ("publish", self.step(self.publish)),
                ("unpublish", self.step(self.unpublish)),
                ("sign", self.step(self.sign)),
            )
        ]
        return steps + super().get_urls()

    def step(self, view):
        return require_http_methods(["GET", "POST"])(view)

    def preview(self, request, pk):
        """Show the draft as readers would see it, to signed-in staff alone. The admin lets nothing keep it."""
        article = get_object_or_404(Article, pk=pk)
        if not self.has_view_permission(request, article):
            raise PermissionDenied
        facts = request_facts(request)
        name = "article" if article.kind == Article.Kind.ARTICLE else "page"
        context = page_context(article.as_release(facts.at), facts) | {
            "public_template": f"articles/{name}_detail.html",
            "change_url": reverse("admin:articles_article_change", args=[pk]),
        }
        response = render(request, "admin/articles/article/preview.html", context)
        response["X-Robots-Tag"] = "noindex"
        return response

    def publish(self, request, pk):
        article = self.for_step(request, pk, "articles.publish_article")
        if request.method == "POST":
            return self.do(request, article, article.digest_now(), self.do_publish)
        live = article.live(timezone.now())
        facts = [
            f"Readers now see the text of {day_and_time(live.public_from)}. This one takes its place at once."
            if live
            else "The page is not public now. It will be at once.",
            f"Signed by {article.signed_by} on {day_and_time(article.signed_at)}."
            if article.is_signed()
            else "No clinician has signed this exact text. Readers will see: “Not yet reviewed by a clinician.”",
        ]
        found = problems(article) or problems(article, article.refuse_without_signature)
        return self.ask(request, article, "Publish", article.digest_now(), facts, found)

    def do_publish(self, request, article, at):
        live = article.live(at)
        draft = article.as_release(at)
        if live and (live.digest, live.signed_at) == (draft.digest, draft.signed_at):
            return messages.info(request, "Nothing to publish: readers already see exactly this text.")
        url = article.publish(at, request.user).get_absolute_url()
        self.log_change(request, article, "Published.")
        words = format_html("“{}” is public: <a href='{}'>see it on the site</a>.", article, url)
        return messages.success(request, words)

    def unpublish(self, request, pk):
        article = self.for_step(request, pk, "articles.publish_article")
        if request.method == "POST":
            return self.do(request, article, article.digest_now(), self.do_unpublish)
        live = article.live(timezone.now())
        facts = (
            [f"Readers see the text of {day_and_time(live.public_from)}."] if live else ["The page is not public now."]
        )
        facts.append("The page and every link to it in our lists will be gone at once. The draft stays here.")
        return self.ask(request, article, "Take off the site", article.digest_now(), facts)

    def do_unpublish(self, request, article, at):
        if not article.unpublish(at):
            return messages.info(request, f"“{article}” was not public.")
        self.log_change(request, article, "Taken off the site.")
        return messages.success(request, f"“{article}” is off the site. The draft is kept.")

    def sign(self, request, pk):
        article = self.for_step(request, pk, "articles.sign_article")
        if request.method == "POST":
            return self.do(request, article, article.signed_digest_now(), self.do_sign)
        facts = ["Read the preview to its end first. Your name will stand on exactly this text, and on no later one."]
        if article.is_signed():
            facts.append(f"It is signed already: {article.signed_by}, {day_and_time(article.signed_at)}.")
        found = problems(article)
        if reason := why_not_sign(request.user):
            found.insert(0, reason)
        return self.ask(request, article, "Sign this text", article.signed_digest_now(), facts, found)

    def do_sign(self, request, article, at):
        if reason := why_not_sign(request.user):
            raise ValidationError(reason)
        article.refuse_what_cannot_be_published()
        article.sign(request.user.contributor, at)
        self.log_change(request, article, "Signed.")
        messages.success(request, f"You have signed “{article}”.")
        if request.user.has_perm("articles.publish_article"):
            messages.info(request, "Readers see your name once the signed text is published.")

    def for_step(self, request, pk, permission):
        article = get_object_or_404(Article, pk=pk)
        if not (self.has_view_permission(request, article) and request.user.has_perm(permission)):
            raise PermissionDenied
        return article

    def ask(self, request, article, action, text_digest, facts, found=()):
        """Show what a step would do, and a button to do it unless something stands in the way."""
        context = self.admin_site.each_context(request) | {
            "title": f"{action}: {article}",
            "opts": self.opts,
            "original": article,
            "action": action,
            "text_digest": text_digest,
            "facts": facts,
            "problems": found,
        }
        return TemplateResponse(request, "admin/articles/article/step.html", context)

    def do(self, request, article, text_digest, step):
        """Take `step` if the text is still the one that was shown, and say how it went."""
        if request.POST.get("text") != text_digest:
            messages.error(request, "The text has changed since you opened that page. Look at it again, then decide.")
        else:
            try:
                with transaction.atomic():
                    step(request, article, timezone.now())
            except ValidationError as error:
                for message in error.messages:
                    messages.error(request, message)
        return redirect("admin:articles_article_change", article.pk)


def problems(article, refuse=None):
    """Return in words what keeps `article` from being published, by its text or by another rule `refuse`."""
    try:
        (refuse or article.refuse_what_cannot_be_published)()
    except ValidationError as error:
        return error.messages
    return []


def why_not_sign(user):
    """Return why `user` cannot sign although the role allows it, or ""."""
    contributor = Contributor.objects.filter(user=user).first()
    if contributor is None:
        return "Your account is linked to no contributor. Ask an owner to link it to your name under Contributors."
    if not contributor.credentials:
        return f"Only a clinician signs: {contributor} has no credentials under Contributors."
    return ""
