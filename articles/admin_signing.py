"""The clinicians' part of the admin: what waits to be signed, the page to sign it on, and what the public once saw."""

import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from clinic_site.models import Clinic, Statement, statement_texts

from . import record, signing
from .differences import compare, words_of
from .models import Article, Signature, StatementSignature, digest, why_not_sign
from .signing import SignForm

LOOK_AHEAD = datetime.timedelta(days=28)
LOOKED_AT = "The text has changed since you opened this page. What is new is marked below: look at it, then decide."


def may_sign(user):
    return user.has_perm("articles.sign_article") and not why_not_sign(user)


class RecordForm(forms.Form):
    """An address and a moment, on the clinic's clock."""

    address = forms.CharField(
        label="Address of the page",
        max_length=200,
        help_text="Such as /articles/your-first-ketamine-infusion/, or the whole address from the browser.",
        error_messages={"required": "Write the page's address."},
    )
    day = forms.DateField(
        label="Day",
        widget=signing.DateInput(),
        error_messages={"required": "Choose the day.", "invalid": "Write the day like 2026-11-25."},
    )
    time = forms.TimeField(
        label="Time",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Empty: the end of that day.",
        error_messages={"invalid": "Write the time like 14:30."},
    )

    def clean_address(self):
        address = self.cleaned_data["address"].strip()
        if "://" in address:
            address = "/" + address.split("://", 1)[1].partition("/")[2]
        address = "/" + address.split("?")[0].split("#")[0].strip("/") + "/"
        return "/" if address == "//" else address

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise forms.ValidationError("That day is still to come. Choose today or an earlier one.")
        return day

    def moment(self):
        at = self.cleaned_data["time"] or datetime.time(23, 59, 59)
        return timezone.make_aware(datetime.datetime.combine(self.cleaned_data["day"], at))


class SigningMixin:
    """The part of ArticleAdmin that clinicians work in."""

    def get_urls(self):
        views = [
            ("to-sign/", require_safe(self.to_sign), "to_sign"),
            ("to-sign/statement/<slug:key>/", require_http_methods(["GET", "POST"])(self.sign_statement), "statement"),
            ("as-it-was/", require_safe(self.as_it_was), "as_it_was"),
            ("as-it-was/page/", require_safe(self.as_it_was_page), "as_it_was_page"),
            ("as-it-was/file/", require_safe(self.as_it_was_file), "as_it_was_file"),
            ("<int:pk>/sign/", require_http_methods(["GET", "POST"])(self.sign), "sign"),
        ]
        urls = [path(at, self.admin_site.admin_view(view), name=f"articles_article_{name}") for at, view, name in views]
        return urls + super().get_urls()

    # What waits

    def to_sign(self, request):
        """List what waits for a clinician: pages, shared statements, and reviews that fall due."""
        self.must_sign(request)
        at = timezone.now()
        context = self.admin_site.each_context(request) | {
            "title": "To sign",
            "opts": self.opts,
            "waiting": [self.waiting_row(article, at) for article in Article.objects.with_content().to_sign()],
            "statements": unsigned_statements(),
            "due": [
                self.waiting_row(article, at)
                for article in Article.objects.with_content().due(timezone.localdate(at) + LOOK_AHEAD)
            ],
            "today": timezone.localdate(at),
            "why_not": why_not_sign(request.user),
        }
        return TemplateResponse(request, "admin/articles/article/to_sign.html", context)

    def waiting_row(self, article, at):
        asked = article.steps.filter(kind__in=["asked", "corrected"]).select_related("user").first()
        live = article.live(at)
        return {
            "article": article,
            "minutes": signing.minutes_to_read(article.content()),
            "asked": asked if article.review_asked_at else None,
            "since": article.review_asked_at,
            "days": (at - article.review_asked_at).days if article.review_asked_at else None,
            "is_correction": bool(live and live.is_correction),
            "due_on": live.review_due_on if live else None,
        }

    def must_sign(self, request):
        if not request.user.has_perm("articles.sign_article"):
            raise PermissionDenied

    # Signing a page

    def sign(self, request, pk):
        """Show one text beside its checks, and take a clinician's answer: sign, sign and next, or send back."""
        article = self.for_step(request, pk, "articles.sign_article")
        content, today = article.content(), timezone.localdate()
        before = article.signatures.first()
        if request.method == "GET":
            form = SignForm(content=content, today=today, initial=self.known(article, content, before, today))
            return self.sign_page(request, article, form, before)
        form = SignForm(request.POST, content=content, today=today)
        if request.POST.get("text") != article.signed_digest_now():
            messages.error(request, LOOKED_AT)
            kept = {"comment": request.POST.get("comment", "")}
            return self.sign_page(request, article, SignForm(content=content, today=today, initial=kept), before)
        if reason := why_not_sign(request.user):
            messages.error(request, reason)
            return self.sign_page(request, article, form, before)
        if not form.is_valid():
            return self.sign_page(request, article, form, before)
        done = self.attempt(request, lambda: self.answer(request, article, form))
        if not done:
            return self.sign_page(request, article, form, before)
        if done == "next" and (following := Article.objects.to_sign().exclude(pk=pk).first()):
            return redirect("admin:articles_article_sign", following.pk)
        return redirect(
            "admin:articles_article_to_sign" if done == "next" else "admin:articles_article_change",
            *([] if done == "next" else [pk]),
        )

    def answer(self, request, article, form):
        """Do what the clinician pressed, on the text that was read. Return the answer."""
        stored = Article.objects.select_for_update().get(pk=article.pk)
        if stored.signed_digest_now() != article.signed_digest_now():
            raise ValidationError(LOOKED_AT)
        values, at, answer = form.cleaned_data, timezone.now(), form.answer()
        if answer == "back":
            stored.send_back(request.user, at, values["comment"])
            self.log_change(request, stored, "Sent back.")
            messages.success(request, f"“{stored}” is back with its writer, with your words.")
            return "back"
        stored.refuse_what_cannot_be_published()
        stored.sign(
            request.user.contributor,
            at,
            user=request.user,
            judged=values["judged"],
            fda_checked_on=values.get("fda_checked_on"),
            help_checked_on=values.get("help_checked_on"),
        )
        self.log_change(request, stored, "Signed.")
        messages.success(request, f"You have signed “{stored}”.")
        self.after_signing(request, stored, at, values["publish"])
        return answer

    def after_signing(self, request, article, at, publish):
        """Let readers see the signature: at once where the text is theirs already, else when it is published."""
        if article.show_signature(at, request.user):
            planned = article.scheduled(at)
            words = (
                "It stands on the text that is set for later." if planned else "Readers see your name on the page now."
            )
            return messages.info(request, words)
        if publish and request.user.has_perm("articles.publish_article"):
            article.publish(at, request.user)
            return messages.info(request, "Readers see the signed text now.")
        return messages.info(request, "Readers see your name once the signed text is published.")

    def known(self, article, content, before, today):
        """Return what a clinician who read this page before need not enter again."""
        live = article.live(timezone.now())
        known = {"publish": bool(live), "comment": ""}
        if before:
            known["judged"] = before.judged
        for name, days in (("fda_checked_on", signing.FDA_CHECK_DAYS), ("help_checked_on", signing.HELP_CHECK_DAYS)):
            newest = Signature.objects.exclude(**{name: None}).order_by(f"-{name}").values_list(name, flat=True).first()
            dates = [newest, Clinic.current().off_label_checked_on if name == "fda_checked_on" else None]
            dates = [day for day in dates if day and today - datetime.timedelta(days=days) <= day <= today]
            known[name] = max(dates, default=None)
        return known

    def sign_page(self, request, article, form, before):
        content, at = article.content(), timezone.now()
        live = article.live(at)
        read_before = before.content if before else live.content if live and live.signed_at else None
        context = self.page(request, article, f"Sign: {article}") | self.panel(article)
        context |= {
            "form": form,
            "before": before,
            "differences": compare(read_before, content) if read_before else [],
            "is_signed": article.is_signed(),
            "same_as_signed": bool(before) and before.digest == article.signed_digest_now(),
            "live": live,
            "live_is_this": bool(live and live.digest == article.digest_now()),
            "text_digest": article.signed_digest_now(),
            "minutes": signing.minutes_to_read(content),
            "numbers": signing.numbers_of(content, article.facts),
            "asked": article.steps.filter(kind__in=["asked", "corrected"]).select_related("user").first(),
            "why_not": why_not_sign(request.user),
            "is_own": bool(article.author and article.author.user_id == request.user.pk),
            "unsigned_statements": [row["label"] for row in unsigned_statements()] if content["treatment"] else [],
        }
        from .admin_steps import may_frame

        return may_frame(TemplateResponse(request, "admin/articles/article/sign.html", context))

    # Shared statements

    def sign_statement(self, request, key):
        """Show one shared statement beside the wording that was signed last, and sign it."""
        self.must_sign(request)
        texts, _ = statement_texts()
        if key not in Statement.Key.values:
            return redirect("admin:articles_article_to_sign")
        text, signed = texts[key], last_signed(key)
        if request.method == "POST":
            if request.POST.get("text") != digest(text):
                messages.error(request, LOOKED_AT)
            elif self.attempt(request, lambda: self.do_sign_statement(request, key, text)):
                return redirect("admin:articles_article_to_sign")
        context = self.admin_site.each_context(request) | {
            "title": f"Sign: {Statement.Key(key).label}",
            "opts": self.opts,
            "text": text,
            "text_digest": digest(text),
            "signed": signed,
            "difference": words_of(signed.statement.text, text)[0] if signed and signed.statement.text != text else "",
            "is_signed": bool(signed and signed.statement.text == text),
            "why_not": why_not_sign(request.user),
        }
        return TemplateResponse(request, "admin/articles/article/sign_statement.html", context)

    def do_sign_statement(self, request, key, text):
        row = Statement.objects.current().get(key)
        if row is None:
            # The built-in wording becomes a version of its own, so that a signature has something to stand on.
            row = Statement.objects.create(key=key, version=1, text=text, made_by=request.user)
        elif row.text != text:
            raise ValidationError(LOOKED_AT)
        StatementSignature.objects.sign(row, request.user, timezone.now())
        messages.success(request, f"You have signed: {Statement.Key(key).label}.")
        return True

    # As it was on

    def as_it_was(self, request):
        """Show what the public saw at one address at one moment, who signed it, and who made it public and why."""
        self.must_see_records(request)
        form = RecordForm(request.GET) if request.GET else RecordForm(initial={"day": timezone.localdate()})
        context = self.admin_site.each_context(request) | {"title": "As it was on", "opts": self.opts, "form": form}
        if request.GET and form.is_valid():
            address, at = form.cleaned_data["address"], form.moment()
            release, led_on = record.release_at(address, at)
            context |= {
                "asked": True,
                "address": address,
                "at": at,
                "led_on": led_on,
                "texts": record.texts_at(release.get_absolute_url() if release else address),
                "query": request.GET.urlencode(),
            }
            if release:
                context |= record.as_it_was(release, at)
        from .admin_steps import may_frame

        return may_frame(TemplateResponse(request, "admin/articles/article/as_it_was.html", context))

    def asked_record(self, request):
        """Return (release, moment) that was asked for, or None."""
        self.must_see_records(request)
        form = RecordForm(request.GET)
        if not form.is_valid():
            return None
        at = form.moment()
        release, _ = record.release_at(form.cleaned_data["address"], at)
        return (release, at) if release else None

    def as_it_was_page(self, request):
        from .admin_steps import may_be_framed

        asked = self.asked_record(request)
        if asked is None:
            return redirect("admin:articles_article_as_it_was")
        response = HttpResponse(record.public_page(request, *asked))
        may_be_framed(response)
        return response

    def as_it_was_file(self, request):
        asked = self.asked_record(request)
        if asked is None:
            return redirect("admin:articles_article_as_it_was")
        release, at = asked
        head = render_to_string("admin/articles/article/_record.html", record.as_it_was(release, at))
        page = record.self_contained(record.public_page(request, release, at), head)
        response = HttpResponse(page)
        name = f"{slugify(release.slug)}-{timezone.localtime(at):%Y-%m-%d-%H%M}.html"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def must_see_records(self, request):
        if not request.user.has_perm("articles.view_release"):
            raise PermissionDenied


def last_signed(key):
    """Return the newest signature of any version of one shared statement, or None."""
    signed = StatementSignature.objects.filter(statement__key=key).select_related("statement", "contributor")
    return signed.order_by("-statement__version").first()


def unsigned_statements():
    """Return the shared statements in force that no clinician has signed, with the way to sign each."""
    texts, versions = statement_texts()
    signed = {
        (one.statement.key, one.statement.version) for one in StatementSignature.objects.select_related("statement")
    }
    return [
        {
            "label": key.label,
            "text": texts[key.value],
            "version": versions[key.value],
            "url": reverse("admin:articles_article_statement", args=[key.value]),
        }
        for key in Statement.Key
        if (key.value, versions[key.value]) not in signed
    ]
