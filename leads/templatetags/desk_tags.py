"""What the rooms beside the desk put into its pages."""

from django import template

from leads import desk_live, drafts

register = template.Library()


@register.simple_tag(takes_context=True)
def note_draft(context, form, value):
    """Return the drafts.Field of a note field: what to show in it, and where its words are kept while typing."""
    return drafts.field_of(context["request"], form, value)


@register.inclusion_tag("leads/desk/_live.html", takes_context=True)
def live_bar(context):
    """Show when the page last asked for news, what is new, and who called somebody one has claimed."""
    request = context["request"]
    return {"live": desk_live.start(request), "request": request} if desk_live.may(request) else {}
