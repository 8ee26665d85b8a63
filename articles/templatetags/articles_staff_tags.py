"""What the staff pages about articles say in templates."""

from django import template
from django.utils import timezone

from articles.admin_signing import may_sign, unsigned_statements
from articles.admin_steps import day_and_time
from articles.models import Article, Release

register = template.Library()


@register.filter
def who(user):
    """Return a person's name, or what stands for the program itself."""
    return (user.get_full_name() or user.get_username()) if user else "the site itself"


@register.filter
def moment(at):
    """Return a moment on the clinic's clock, as people read it."""
    return day_and_time(at) if at else ""


@register.inclusion_tag("admin/articles/article/_today.html", takes_context=True)
def articles_today(context):
    """Show on the admin's first page what waits for a clinician, and which reviews are overdue."""
    user = context["user"]
    if not user.has_perm("articles.view_article"):
        return {}
    live = Release.objects.live(timezone.now())
    return {
        "shown": True,
        "may_sign": may_sign(user),
        "waiting": Article.objects.to_sign().count(),
        "corrections": live.filter(is_correction=True).count(),
        "statements": len(unsigned_statements()),
        "overdue": live.filter(review_due_on__lt=timezone.localdate()).count(),
        "may_see_records": user.has_perm("articles.view_release"),
    }
