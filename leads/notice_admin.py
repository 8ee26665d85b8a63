"""The outbox in the admin, to be read: what staff are owed, what became of it and why."""

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from .models import Notice


class NoticeStateFilter(admin.SimpleListFilter):
    """Notices by what became of them, in words."""

    title = "what became of it"
    parameter_name = "state"
    STATES = {
        "waiting": ("Waits to be sent", Q(sent_at=None, tries=0)),
        "failing": ("Failed, is tried again", Q(sent_at=None, tries__gt=0)),
        "sent": ("Sent", Q(sent_at__isnull=False, problem="")),
        "dropped": ("Not sent any more", Q(sent_at__isnull=False) & ~Q(problem="")),
    }

    def lookups(self, request, model_admin):
        return [(name, words) for name, (words, _) in self.STATES.items()]

    def queryset(self, request, queryset):
        return queryset.filter(self.STATES[self.value()][1]) if self.value() in self.STATES else queryset


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """The outbox, to be read: what staff are owed, how often it was tried and what went wrong."""

    list_display = ["kind", "lead", "recipient", "made_at", "state", "tries"]
    list_filter = ["kind", NoticeStateFilter]
    list_select_related = ["lead"]
    list_display_links = None
    actions = None

    @admin.display(description="what became of it", ordering="sent_at")
    def state(self, notice):
        """Say whether it left, and when not, why not and when it is tried again."""
        if notice.sent_at:
            return notice.problem or f"Sent {self.clock(notice.sent_at)}"
        if notice.tries and notice.problem:
            return f"Failed: {notice.problem}. Next try {self.clock(notice.next_at)}"
        return "Waits to be sent"

    def clock(self, moment):
        return date_format(timezone.localtime(moment), "F j, g:i a")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
