"""Clinic facts, hours, closures, holidays, shared statements and prices, as the staff change them."""

from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from leads import promises

from . import hours
from .facts import facts
from .models import Clinic, Closure, HolidaySwitch, OpeningHours, Price, Statement

US_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico",
)  # fmt: skip


def tell_broken_promises(request):
    """Say after a change of hours whom we promised a time at which we will now be closed, once for each page."""
    at = timezone.now()
    count = len(promises.broken(at, Clinic.current().calendar()))
    if count and not getattr(request, "told_broken_promises", False):
        request.told_broken_promises = True
        people = "1 person was" if count == 1 else f"{count} people were"
        words = format_html(
            "{} promised a call by a time at which you will now be closed. <a href='{}'>Give them the new time</a>.",
            people,
            reverse("admin:today_promises"),
        )
        messages.warning(request, words)


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, **kwargs):
        super().__init__(format="%H:%M", **kwargs)


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs):
        super().__init__(format="%Y-%m-%d", **kwargs)


NATIVE_INPUTS = {
    models.TimeField: {"widget": TimeInput, "form_class": forms.TimeField},
    models.DateField: {"widget": DateInput, "form_class": forms.DateField},
}


def zone_choices():
    """Return the zones of the United States first, then every other."""
    others = sorted(available_timezones() - set(US_ZONES))
    return [("United States", [(zone, zone) for zone in US_ZONES]), ("Elsewhere", [(zone, zone) for zone in others])]


class ClinicForm(forms.ModelForm):
    time_zone = forms.ChoiceField(
        label="Time zone", choices=zone_choices, help_text="The zone every promise is counted in."
    )

    class Meta:
        model = Clinic
        fields = "__all__"


class HoursFormSet(forms.BaseInlineFormSet):
    """Refuses two windows of one day that overlap, naming both."""

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            row = form.instance if form.instance.pk else "this row"
            form.fields["DELETE"].widget.attrs["aria-label"] = f"Delete {row}"

    def clean(self):
        super().clean()
        rows = [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", None) and not form.cleaned_data.get("DELETE")
        ]
        windows = [
            hours.Window(row["weekday"], row["opens"], row["closes"])
            for row in rows
            if row.get("weekday") is not None and row.get("opens") and row.get("closes")
        ]
        problems = [
            f"Two windows on {OpeningHours.Weekday(one.weekday).label} overlap: {say(one)} and {say(other)}. "
            "Make one window of them, or change a time."
            for one, other in hours.overlaps(windows)
        ]
        if problems:
            raise ValidationError(problems)


def say(window):
    return f"{window.opens:%-I:%M %p} to {window.closes:%-I:%M %p}".lower()


class HoursInline(admin.TabularInline):
    model = OpeningHours
    formset = HoursFormSet
    extra = 1
    formfield_overrides = NATIVE_INPUTS

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            # The table's headings are no labels to a screen reader.
            field.widget.attrs["aria-label"] = str(db_field.verbose_name).capitalize()
        return field


@admin.register(Clinic)
class ClinicAdmin(admin.ModelAdmin):
    form = ClinicForm
    formfield_overrides = {
        **NATIVE_INPUTS,
        models.TextField: {"widget": forms.Textarea(attrs={"rows": 4, "cols": 80})},
    }
    inlines = [HoursInline]
    save_on_top = True
    fieldsets = [
        ("Who and where", {"fields": ["name", "phone", "caller_id", "street", "city_state"]}),
        ("When", {"fields": ["time_zone", "hours_confirmed"]}),
        (
            "Call-back requests",
            {"fields": ["recipients", "message_on_contact", "max_tries", "tries_days", "keep_days"]},
        ),
        ("Pause the form", {"fields": ["paused", "pause_reason", "paused_until"]}),
        (
            "Mail to staff",
            {"fields": ["safety_recipients", "late_recipients", "due_soon_minutes", "daily_digest", "digest_at"]},
        ),
        ("Crisis", {"fields": ["crisis_script", "crisis_script_reviewed"]}),
        ("Texts on pages", {"fields": ["team", "license", "complaints", "fees_notice", "off_label_checked_on"]}),
        (
            "Sharing links under articles",
            {
                "fields": ["share_facebook", "share_x", "share_pinterest", "share_whatsapp"],
                "description": "Off, readers share by e-mail, text message or by copying the address. A link to one "
                "of these places asks nobody anything until a reader opens it; opening it ties that reader's named "
                "account there to a page about depression.",
            },
        ),
        ("Notice of Privacy Practices", {"fields": ["privacy_practices", "privacy_practices_file"]}),
    ]

    def changelist_view(self, request, extra_context=None):
        """There is one clinic: its list is its page."""
        clinic = Clinic.current()
        return HttpResponseRedirect(reverse("admin:clinic_site_clinic_change", args=[clinic.pk]))

    def response_change(self, request, obj):
        missing = obj.missing_facts()
        if missing:
            self.message_user(request, f"Saved. Still to set: {'; '.join(missing)}.", level="warning")
        known = facts(timezone.now())
        try:
            self.message_user(request, f"A request sent now is promised a call by {known.say(known.promise())}.")
        except hours.NoOpeningHours as problem:
            self.message_user(request, str(problem), level="error")
        tell_broken_promises(request)
        return super().response_change(request, obj)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    list_display = ["starts_on", "ends_on", "starts_at", "ends_at", "reason"]
    formfield_overrides = NATIVE_INPUTS

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        tell_broken_promises(request)


@admin.register(HolidaySwitch)
class HolidaySwitchAdmin(admin.ModelAdmin):
    list_display = ["name", "closed"]
    list_editable = ["closed"]
    list_display_links = None

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        tell_broken_promises(request)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Statement)
class StatementAdmin(admin.ModelAdmin):
    """A new wording is a new version. What the public once saw is never changed."""

    list_display = ["key", "version", "public_from", "made_by", "new_version"]
    list_filter = ["key"]
    fields = ["key", "text"]

    @admin.display(description="To change it")
    def new_version(self, statement):
        address = reverse("admin:clinic_site_statement_add")
        return format_html("<a href='{}?key={}'>Write a new version</a>", address, statement.key)

    def get_changeform_initial_data(self, request):
        """Begin a new version with the words now in force."""
        initial = super().get_changeform_initial_data(request)
        newest = Statement.objects.current().get(initial.get("key"))
        return {"text": newest.text, **initial} if newest else initial

    def get_form(self, request, obj=None, **kwargs):
        kwargs["help_texts"] = {"text": "Stands on every page that carries this statement as soon as you save."}
        return super().get_form(request, obj, **kwargs)

    def save_model(self, request, obj, form, change):
        newest = Statement.objects.filter(key=obj.key).aggregate(newest=models.Max("version"))["newest"] or 0
        obj.version, obj.made_by = newest + 1, request.user
        super().save_model(request, obj, form, change)

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):
    list_display = ["label", "amount", "as_of", "position"]
    formfield_overrides = NATIVE_INPUTS


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class StaffAdmin(UserAdmin):
    """One account for each person: a name, a password and a role."""

    add_form = UserCreationForm
    filter_horizontal = ()
    list_display = ["username", "first_name", "last_name", "roles", "is_active", "last_login"]
    readonly_fields = ["last_login", "date_joined"]
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "password1", "password2", "is_staff", "groups"]})
    ]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Access", {"fields": ["is_active", "is_staff", "groups", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    words = {
        "is_staff": ("May sign in to this staff site", "Without this tick the account opens nothing."),
        "is_active": ("Account is in use", "Take the tick out when a person leaves. What they did stays on record."),
        "is_superuser": ("May do everything, without a role", "For whoever looks after this site."),
        "groups": (
            "Role",
            "Front desk works the queue. Manager also sets clinic facts. Editor writes and publishes. Clinician also "
            "signs texts. Owner does all but sign: a licensed owner is given both roles.",
        ),
    }

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="role")
    def roles(self, user):
        return ", ".join(group.name for group in user.groups.all()) or ("Everything" if user.is_superuser else None)

    def get_readonly_fields(self, request, obj=None):
        # Nobody gives away more than they have.
        return self.readonly_fields if request.user.is_superuser else [*self.readonly_fields, "is_superuser"]

    def has_change_permission(self, request, obj=None):
        # Nor takes it: whoever may set the password of an account may be that account.
        allowed = super().has_change_permission(request, obj)
        return allowed and (request.user.is_superuser or not (obj and obj.is_superuser))

    def get_changeform_initial_data(self, request):
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name in self.words:
            field.label, field.help_text = self.words[db_field.name]
        if db_field.name == "groups":
            field.widget.can_add_related = False
        return field

    def formfield_for_manytomany(self, db_field, request=None, **kwargs):
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request=request, **kwargs)


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    filter_horizontal = ()
