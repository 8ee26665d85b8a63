"""The editor's desk: write, look, sign, publish, take off. Every step says in words what it did."""

import js_asset
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.db import models
from django.db.models import Count, OuterRef, ProtectedError, Subquery
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from . import images, marks, markup
from .admin_forms import (
    ArticleForm,
    CitationForm,
    CitationFormSet,
    FigureForm,
    FigureFormSet,
    GlossaryTermForm,
    PictureForm,
    ReferenceForm,
)
from .admin_history import HistoryMixin
from .admin_signing import may_sign
from .admin_steps import StepsMixin, WaitsFor, day, day_and_time
from .models import (
    GLANCE,
    KINDS,
    Article,
    Category,
    Citation,
    Contributor,
    Figure,
    GlossaryTerm,
    OldAddress,
    Picture,
    Reference,
    Release,
)

LOST_CLEAN_UP = "We took out: {}. The rest of the text was kept."


class NonceMediaMixin:
    """Gives the editor's import map the nonce that the content policy asks for; without it there is no editor."""

    def render_change_form(self, request, context, *args, **kwargs):
        if "media" in context:
            context["media"] = js_asset.Media.from_media(context["media"], nonce=str(request.csp_nonce))
        return super().render_change_form(request, context, *args, **kwargs)


# --- Numbered rows beside the text ---


class RowInline:
    """Rows of a page that are stored as one list; one press beside a row changes nothing that other pages use."""

    extra = 0

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in ("reference", "picture"):
            field.widget.can_change_related = field.widget.can_delete_related = False
        return field


class CitationInline(RowInline, admin.TabularInline):
    model = Citation
    form = CitationForm
    formset = CitationFormSet
    fields = ["number", "reference", "was"]
    autocomplete_fields = ["reference"]
    verbose_name = "reference"
    verbose_name_plural = "References (the number is the one you write in the text, such as [1])"


class FigureInline(RowInline, admin.StackedInline):
    model = Figure
    form = FigureForm
    formset = FigureFormSet
    fields = [
        "number", "kind", "title", "picture", "alt_choice", "alt", "rows", "drawing", "caption", "note", "was",
    ]  # fmt: skip
    autocomplete_fields = ["picture"]
    verbose_name = "figure"
    verbose_name_plural = "Figures (each is placed by its mark on a line of its own, such as [figure 1])"


# --- The page's own admin ---


@admin.register(Article)
class ArticleAdmin(HistoryMixin, StepsMixin, NonceMediaMixin, admin.ModelAdmin):
    form = ArticleForm
    inlines = [CitationInline, FigureInline]
    list_display = ["title", "kind", "category", "for_readers", "signed", "waits_for", "changed"]
    list_filter = [WaitsFor, "kind", "category"]
    search_fields = ["title", "slug", "summary"]
    autocomplete_fields = ["related"]
    save_on_top = False
    view_on_site = False
    change_form_template = "admin/articles/article/change_form.html"
    fieldsets = [
        (None, {"fields": ["seen_version", "kind", "title", "slug", "category", "summary", "key_points", "body"]}),
        (
            "At a glance",
            {
                "description": "The box at the top of a page about treatment: all six rows, a sentence or two each.",
                "fields": [name for _, name in GLANCE],
            },
        ),
        ("The visit", {"fields": ["timeline"]}),
        ("What the page speaks of", {"fields": ["treatment", "mainly_risk", "about_suicide", "ends_with_form"]}),
        (
            "Around the page",
            {"fields": ["author", "description", "review_months", "related", "position", "neutral_card"]},
        ),
    ]

    class Media:
        css = {"all": ["css/editor.css", "css/steps.css"]}
        js = [forms.Script("js/editor.js", defer=True), forms.Script("js/checks.js", defer=True)]

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

    # Saving: all of it is one transaction, the row that keeps it whole included.

    def save_model(self, request, obj, form, change):
        if change:
            Article.objects.get(pk=obj.pk).keep_what_was()
            obj.version = (form.cleaned_data.get("seen_version") or 0) + 1
        super().save_model(request, obj, form, change)
        if form.taken_out:
            messages.warning(request, LOST_CLEAN_UP.format(", ".join(form.taken_out)))

    def save_related(self, request, form, formsets, change):
        article = form.instance
        # Somebody who may only look at the references or figures sends none of them.
        mine = [formset for formset in formsets if self.may_change_rows(request, formset.model)]
        moves = {formset.model: formset.moves() for formset in mine}
        sources, figures = moves.get(Citation, {}), moves.get(Figure, {})
        for formset in mine:
            if formset.model is Figure:
                formset.sources, formset.moved = sources, figures
        form.save_m2m()
        for formset in mine:
            self.save_formset(request, form, formset, change)
        if sources or figures:
            article.renumber(sources, figures)
            messages.info(request, f"The marks in the text followed their rows: {moved_in_words(sources, figures)}.")
        article.keep(request.user, timezone.now())
        for words in loose_ends(article):
            messages.warning(request, words)

    def may_change_rows(self, request, model):
        return request.user.has_perm(f"articles.change_{model._meta.model_name}")

    def save_formset(self, request, form, formset, change):
        formset.save()

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
            "may_sign": may_sign(user),
            "theirs": getattr(context["adminform"].form, "theirs", []),
            "changes": getattr(context["adminform"].form, "changes", []),
            "loose_ends": loose_ends(obj) if obj else [],
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


def loose_ends(article):
    """Return in words every mark of the stored draft without its row, and every row that no mark uses."""
    found = []
    kinds = (
        ("[{}]", "reference", "Reference [{}] is not cited in the text yet.", marks.cited, article.citations),
        ("[figure {}]", "figure", "Figure {} is not placed in the text yet.", marks.placed, article.figures),
    )
    for mark, noun, unused, used_in, stored in kinds:
        used, rows = used_in(markup.plain(article.body)), set(stored.values_list("number", flat=True))
        if missing := ", ".join(mark.format(number) for number in sorted(used - rows)):
            found.append(f"{missing} in the text has no {noun} yet.")
        if idle := sorted(rows - used):
            found.append(unused.format(("], [" if noun == "reference" else ", ").join(map(str, idle))))
    return found


def moved_in_words(sources, figures):
    pairs = [(f"[{old}]", f"[{new}]") for old, new in sorted(sources.items())]
    pairs += [(f"[figure {old}]", f"[figure {new}]") for old, new in sorted(figures.items())]
    return ", ".join(f"{old} is now {new}" for old, new in pairs)


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
    list_display = ["name", "credentials", "slug", "user"]
    list_select_related = ["user"]
    search_fields = ["name"]

    def get_readonly_fields(self, request, obj=None):
        # Whose account a signature belongs to is decided by those who make accounts.
        return [] if request.user.has_perm("auth.change_user") else ["user"]


class KindFilter(admin.SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return Reference.Kind.choices

    def queryset(self, request, queryset):
        names = {str(kind): names for kind, names in KINDS.items()}
        if self.value() == Reference.Kind.OTHER:
            known = [name for kind, names in KINDS.items() if kind != Reference.Kind.OTHER for name in names]
            return queryset.exclude(kind__in=known)
        return queryset.filter(kind__in=names[self.value()]) if self.value() in names else queryset


class KeepBothMixin:
    """For rows whose form refuses to write over what a colleague saved meanwhile: its hidden field goes along."""

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj and self.has_change_permission(request, obj):
            name, options = fieldsets[0]
            fields = [one for one in options["fields"] if one != "seen"]
            return [(name, options | {"fields": [*fields, "seen"]}), *fieldsets[1:]]
        return fieldsets


@admin.register(Reference)
class ReferenceAdmin(KeepBothMixin, admin.ModelAdmin):
    """The library of sources: loaded with the starter content, added to by hand, used by any page."""

    form = ReferenceForm
    list_display = ["key", "title", "journal", "year", "kind", "used"]
    list_filter = [KindFilter]
    search_fields = ["key", "title", "authors", "journal", "=doi", "=pmid", "=year"]
    search_help_text = "Part of the short name, title, author or journal; a whole DOI, PubMed number or year."
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["key", "kind", "title", "authors", "journal", "year", "volume", "pages"]}),
        ("Where it is found", {"fields": ["doi", "pmid", "url"]}),
        ("For staff", {"fields": ["checked", "used_in"]}),
    ]
    readonly_fields = ["used_in"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(pages_using=Count("citation")).order_by("key")

    @admin.display(description="Used in", ordering="pages_using")
    def used(self, reference):
        return f"{reference.pages_using} page{'' if reference.pages_using == 1 else 's'}"

    @admin.display(description="Used in")
    def used_in(self, reference):
        return links_to(reference.articles.all()) if reference.pk else "–"

    def get_deleted_objects(self, objs, request):
        # The stock page would name rows; people know pages.
        deleted, counts, permissions, protected = super().get_deleted_objects(objs, request)
        used = [
            f"“{one.key}” is cited in {', '.join(map(str, one.articles.all()))}"
            for one in objs
            if one.articles.exists()
        ]
        return deleted, counts, permissions, used or protected


def links_to(articles):
    rows = ((reverse("admin:articles_article_change", args=[one.pk]), one) for one in articles)
    return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', rows) or "no page"


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(KeepBothMixin, admin.ModelAdmin):
    form = GlossaryTermForm
    list_display = ["term", "meaning"]
    search_fields = ["term", "forms", "meaning"]
    fieldsets = [(None, {"fields": ["term", "forms", "meaning"]})]


@admin.register(Picture)
class PictureAdmin(KeepBothMixin, admin.ModelAdmin):
    form = PictureForm
    list_display = ["thumbnail", "title", "size", "credit", "uploaded_at"]
    list_display_links = ["thumbnail", "title"]
    search_fields = ["title", "credit"]
    readonly_fields = ["shown", "size", "used_in", "uploaded_by", "uploaded_at"]

    class Media:
        css = {"all": ["css/editor.css"]}

    def get_fieldsets(self, request, obj=None):
        if obj is None:
            return [(None, {"fields": ["upload", "title", "credit"]})]
        facts = ["shown", "size", "used_in", "uploaded_by", "uploaded_at"]
        self_made = [(None, {"fields": ["title", "credit"]}), ("This picture", {"fields": facts})]
        if self.has_change_permission(request, obj):
            self_made[0][1]["fields"].append("seen")
        return self_made

    def save_model(self, request, obj, form, change):
        if change:
            return super().save_model(request, obj, form, change)
        for name, value in images.store(form.cleaned_data["upload"]).items():
            setattr(obj, name, value)
        obj.uploaded_by, obj.uploaded_at = request.user, timezone.now()
        try:
            super().save_model(request, obj, form, change)
        except BaseException:
            images.remove(obj.folder)
            raise
        return None

    @admin.display(description="Picture")
    def thumbnail(self, picture):
        return self.image(picture, 96)

    @admin.display(description="As readers see it")
    def shown(self, picture):
        return self.image(picture, 480)

    def image(self, picture, width):
        """Return the smallest file that is there as an image so wide, or words."""
        sources = images.sources(picture.value()) if picture.pk else []
        if not sources:
            return "The files are missing. Upload the picture again."
        width = min(width, picture.width)
        return format_html(
            '<img src="{}" alt="{}" width="{}" height="{}">',
            sources[-1]["srcset"].split(" ")[0],
            picture.title,
            width,
            max(1, round(picture.height * width / picture.width)),
        )

    @admin.display(description="Size")
    def size(self, picture):
        return f"{picture.width} by {picture.height} pixels, {len(picture.files)} files"

    @admin.display(description="Used in")
    def used_in(self, picture):
        return format_html_join(mark_safe("<br>"), "{}", ((words,) for words in picture.uses())) or "nowhere"

    def get_deleted_objects(self, objs, request):
        deleted, counts, permissions, _ = super().get_deleted_objects(objs, request)
        used = [f"“{picture}”: {words}" for picture in objs for words in picture.uses()]
        return deleted, counts, permissions, used

    def delete_model(self, request, obj):
        self.delete_each(request, [obj])

    def delete_queryset(self, request, queryset):
        self.delete_each(request, queryset)

    def delete_each(self, request, pictures):
        # The page before has refused what is in use; here is what came into use since.
        for picture in pictures:
            try:
                picture.delete()
            except ProtectedError as error:
                messages.error(request, error.args[0])


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
