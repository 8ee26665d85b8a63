"""The editor's desk: write, look, sign, publish, take off. Every step says in words what it did."""

import js_asset
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Subquery
from django.forms.formsets import DELETION_FIELD_NAME
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe

from . import markup
from .admin_steps import StepsMixin, day, day_and_time
from .models import Article, Category, Citation, Contributor, OldAddress, Reference, Release

LOST_CLEAN_UP = "We took out: {}. The rest of the text was kept."


class NonceMediaMixin:
    """Gives the editor's import map the nonce that the content policy asks for; without it there is no editor."""

    def render_change_form(self, request, context, *args, **kwargs):
        if "media" in context:
            context["media"] = js_asset.Media.from_media(context["media"], nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


# --- Writing ---


class ArticleForm(forms.ModelForm):
    """Keeps what two people wrote at once: the second to save sees both texts and decides."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Article
        fields = "__all__"
        widgets = {
            "summary": AdminTextareaWidget(attrs={"rows": 4}),
            "key_points": AdminTextareaWidget(attrs={"rows": 6}),
        }
        help_texts = {
            "body": "Write [1] for reference 1. On a line of their own, these stand for the clinic's own words: "
            "[crisis box], [statement off_label], [statement results_vary], [statement risk_line], "
            "[statement not_substitute], [price list], [fees notice], [clinic phone], [clinic address], "
            "[opening hours]. Statements a page must carry are added by themselves when they are left out.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.taken_out, self.theirs = [], []
        self.initial["seen_version"] = self.instance.version
        if "author" in self.fields:
            self.fields["author"].empty_label = "Clinic editorial team"

    def clean_body(self):
        self.taken_out = markup.removed(self.cleaned_data["body"])
        return markup.clean(self.cleaned_data["body"])

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            # Locked until this save ends, so that of two presses in one moment one is told of the other.
            stored = Article.objects.select_for_update().get(pk=self.instance.pk)
            if cleaned.get("seen_version") != stored.version:
                self.meet(stored)
        return cleaned

    def meet(self, stored):
        """Refuse this save once, show what the other person saved, and let the next save win."""
        self.theirs = list(self.differences(stored))
        self.data = self.data.copy()
        self.data[self.add_prefix("seen_version")] = stored.version
        self.add_error(
            None,
            f"{last_editor(stored)} saved this page at {day_and_time(stored.changed_at)}, while you were writing. "
            "Nothing is lost: your text is still in the fields below, and theirs is shown here. "
            "Copy over what you want to keep of theirs, then save again to keep yours.",
        )

    def differences(self, stored):
        """Yield (label, their text as HTML) of every field in which the stored page differs from this form."""
        for name, field in self.fields.items():
            if name not in self.cleaned_data or name == "seen_version":
                continue
            mine, theirs = self.cleaned_data[name], getattr(stored, name)
            if name == "related":
                theirs, mine = list(theirs.all()), list(mine)
            if theirs == mine:
                continue
            if name == "body":
                shown = mark_safe(markup.clean(theirs))
            elif name == "related":
                shown = ", ".join(map(str, theirs)) or "none"
            elif isinstance(theirs, bool):
                shown = "yes" if theirs else "no"
            else:
                shown = "empty" if theirs in ("", None) else theirs
            yield field.label, shown
        rows = stored.citations_in_order()
        yield "References", format_html_join("", "[{}] {}<br>", ((row.number, row.reference) for row in rows)) or "none"


def last_editor(article):
    """Return the name of who saved `article` last."""
    content_type = ContentType.objects.get_for_model(Article)
    entry = LogEntry.objects.filter(content_type=content_type, object_id=str(article.pk)).select_related("user").first()
    return entry.user.get_full_name() or entry.user.get_username() if entry else "Somebody else"


class CitationForm(forms.ModelForm):
    # The form set as a whole decides what is double: two rows may change places in one save.
    def validate_unique(self):
        pass

    def validate_constraints(self):
        pass


class CitationFormSet(forms.BaseInlineFormSet):
    """The numbered references of a page, stored as one list: what is sent replaces what was there."""

    new_objects = changed_objects = deleted_objects = ()

    def initial_form_count(self):
        # A row of this list may have been replaced by a colleague's save since the page was opened.
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields[self.model._meta.pk.name] = forms.CharField(widget=forms.HiddenInput, required=False)
        # The admin's table heads its columns, but names no field for people who cannot see it.
        form.fields["number"].widget.attrs["aria-label"] = "Number"
        if DELETION_FIELD_NAME in form.fields:
            form.fields[DELETION_FIELD_NAME].widget.attrs["aria-label"] = "Delete"

    def rows(self):
        """Return (number, reference) of every row that stays."""
        forms_kept = [form for form in self.forms if form not in self.deleted_forms and form.cleaned_data]
        return sorted(
            ((form.cleaned_data["number"], form.cleaned_data["reference"]) for form in forms_kept),
            key=lambda row: row[0],
        )

    def clean(self):
        if any(self.errors):
            return
        rows = self.rows()
        numbers, references = [row[0] for row in rows], [row[1] for row in rows]
        for number in sorted({number for number in numbers if numbers.count(number) > 1}):
            raise ValidationError(f"Number {number} is given to more than one reference. Give each its own number.")
        for reference in references:
            if references.count(reference) > 1:
                raise ValidationError(f"“{reference.key}” stands in the list twice. Keep one row and cite it again.")

    def save(self, commit=True):
        before = [(row.number, row.reference) for row in Citation.objects.filter(article=self.instance)]
        if self.rows() != before:
            Citation.objects.filter(article=self.instance).delete()
            rows = [Citation(article=self.instance, number=number, reference=one) for number, one in self.rows()]
            self.new_objects = Citation.objects.bulk_create(rows)
        return list(self.new_objects)


class CitationInline(admin.TabularInline):
    model = Citation
    form = CitationForm
    formset = CitationFormSet
    extra = 0
    fields = ["number", "reference"]
    autocomplete_fields = ["reference"]
    verbose_name = "reference"
    verbose_name_plural = "References (the number is the one you write in the text, such as [1])"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "reference":
            # One press beside a row must not change or delete a source that other pages cite.
            field.widget.can_change_related = field.widget.can_delete_related = False
        return field


# --- The page's own admin ---


@admin.register(Article)
class ArticleAdmin(StepsMixin, NonceMediaMixin, admin.ModelAdmin):
    form = ArticleForm
    inlines = [CitationInline]
    list_display = ["title", "kind", "category", "for_readers", "signed", "changed"]
    list_filter = ["kind", "category"]
    search_fields = ["title", "slug", "summary"]
    autocomplete_fields = ["related"]
    save_on_top = False
    view_on_site = False
    change_form_template = "admin/articles/article/change_form.html"
    fieldsets = [
        (None, {"fields": ["seen_version", "kind", "title", "slug", "category", "summary", "key_points", "body"]}),
        ("What the page speaks of", {"fields": ["treatment", "mainly_risk", "about_suicide", "ends_with_form"]}),
        ("Around the page", {"fields": ["author", "description", "position", "related", "neutral_card"]}),
    ]

    class Media:
        css = {"all": ["css/editor.css"]}
        js = [forms.Script("js/editor.js", defer=True)]

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if not request.resolver_match or not request.resolver_match.url_name.endswith("_changelist"):
            return queryset
        live = Release.objects.live(timezone.now()).filter(article=OuterRef("pk"))
        return queryset.with_content().annotate(
            live_digest=Subquery(live.values("digest")[:1]), live_from=Subquery(live.values("public_from")[:1])
        )

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["title"]}

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # a page that was public is never deleted, see delete_view
        return actions

    @admin.display(description="For readers")
    def for_readers(self, article):
        if not article.live_from:
            return "Not public"
        since = f"Public since {day(article.live_from)}"
        return since if article.live_digest == article.digest_now() else f"{since}. Draft differs"

    @admin.display(description="Signed")
    def signed(self, article):
        if article.is_signed():
            return f"{article.signed_by}, {day(article.signed_at)}"
        return "Changed since" if article.signed_digest else "No"

    @admin.display(description="Last change", ordering="changed_at")
    def changed(self, article):
        return day(article.changed_at)

    # Saving

    def save_model(self, request, obj, form, change):
        if change:
            obj.version = (form.cleaned_data.get("seen_version") or 0) + 1
        super().save_model(request, obj, form, change)
        if form.taken_out:
            messages.warning(request, LOST_CLEAN_UP.format(", ".join(form.taken_out)))

    def save_formset(self, request, form, formset, change):
        # Somebody who may only look at the references sends none of them.
        if request.user.has_perm("articles.change_citation"):
            formset.save()

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        article = form.instance
        marks = markup.citation_numbers(article.body)
        rows = set(article.citations.values_list("number", flat=True))
        if missing := ", ".join(f"[{number}]" for number in sorted(marks - rows)):
            messages.warning(request, f"{missing} in the text has no reference yet.")
        if unused := ", ".join(f"[{number}]" for number in sorted(rows - marks)):
            messages.warning(request, f"Reference {unused} is not cited in the text yet.")

    def response_add(self, request, obj, post_url_continue=None):
        return self.next_step(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return self.next_step(request, obj) or super().response_change(request, obj)

    def next_step(self, request, article):
        """Return the way to the step whose button saved the page, or None."""
        for step in ("preview", "publish", "sign"):
            if f"_{step}" in request.POST:
                return redirect(f"admin:articles_article_{step}", article.pk)
        return None

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        live = obj.live(timezone.now()) if obj else None
        user = request.user
        context |= {
            "live": live,
            "live_since": day_and_time(live.public_from) if live else "",
            "draft_differs": bool(live and live.digest != obj.digest_now()),
            "is_signed": bool(obj and obj.is_signed()),
            "signature_unseen": bool(live and obj.is_signed() and live.signed_at != obj.signed_at),
            "may_save": self.has_change_permission(request, obj) if obj else self.has_add_permission(request),
            "may_publish": user.has_perm("articles.publish_article"),
            "may_sign": user.has_perm("articles.sign_article"),
            "theirs": getattr(context["adminform"].form, "theirs", []),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_view(self, request, object_id, extra_context=None):
        article = self.get_object(request, object_id)
        if article and self.has_delete_permission(request, article) and article.releases.exists():
            messages.error(
                request,
                f"“{article}” was public, so it is kept as a record of what readers saw. Take it off the site instead.",
            )
            return redirect("admin:articles_article_change", article.pk)
        return super().delete_view(request, object_id, extra_context)


# --- What pages are made of ---


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position", "is_condition"]
    search_fields = ["name"]
    autocomplete_fields = ["introduction"]

    def get_prepopulated_fields(self, request, obj=None):
        return {} if obj else {"slug": ["name"]}

    def get_readonly_fields(self, request, obj=None):
        # A topic's address once given stays: public pages and other sites point to it.
        return ["slug"] if obj else []


@admin.register(Contributor)
class ContributorAdmin(admin.ModelAdmin):
    list_display = ["name", "credentials", "user"]
    list_select_related = ["user"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        # Whose account a signature belongs to is decided by those who make accounts.
        return [] if request.user.has_perm("auth.change_user") else ["user"]


@admin.register(Reference)
class ReferenceAdmin(admin.ModelAdmin):
    list_display = ["key", "title", "journal", "year", "kind"]
    list_filter = ["kind"]
    search_fields = ["key", "title", "authors"]
    search_help_text = "Part of the short name, the title or an author."
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}


# --- What was public: to look at, never to change ---


class ReadOnlyAdmin(admin.ModelAdmin):
    view_on_site = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    list_display = ["title", "address", "public_from", "public_until", "reviewer_name", "published_by"]
    list_select_related = ["published_by"]
    list_filter = ["kind"]
    search_fields = ["slug", "content__title"]
    fieldsets = [
        (None, {"fields": ["title", "address", "public_from", "public_until", "published_by", "reason"]}),
        ("Signature", {"fields": ["reviewer_name", "reviewer_credentials", "signed_at", "digest"]}),
        ("Text", {"fields": ["summary", "key_points", "text", "sources", "statements"]}),
    ]
    readonly_fields = flatten_fieldsets(fieldsets)

    @admin.display(description="address")
    def address(self, release):
        return release.get_absolute_url()

    @admin.display(description="summary")
    def summary(self, release):
        return release.content["summary"]

    @admin.display(description="key points")
    def key_points(self, release):
        return format_html_join("", "{}<br>", ((point,) for point in release.content["key_points"]))

    @admin.display(description="text")
    def text(self, release):
        return mark_safe(markup.clean(release.content["body"]))

    @admin.display(description="references")
    def sources(self, release):
        rows = release.content["references"]
        return format_html_join("", "[{}] {}<br>", ((row["number"], row["title"]) for row in rows))


@admin.register(OldAddress)
class OldAddressAdmin(ReadOnlyAdmin):
    list_display = ["path", "article"]
    list_select_related = ["article"]
    search_fields = ["path"]
