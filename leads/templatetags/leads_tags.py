"""The call-back form for any page, as one tag: articles and leads meet in templates only."""

from django import template

from clinic_site.context import request_facts
from leads.forms import CallbackForm, panel

register = template.Library()


@register.inclusion_tag("leads/_callback_panel.html", takes_context=True)
def callback_panel(context, message=False, heading_level=2):
    """Show the form with its promise; with `message`, also a short question if the clinic allows one."""
    request = context["request"]
    clinic = request_facts(request)
    form = CallbackForm(clinic=clinic, source=request.path, with_message=message and clinic.message_on_contact)
    return {
        **panel(clinic, form),
        "heading_level": heading_level,
        "clinic": clinic,
        "statements": clinic.statements,
        "request": request,
    }
