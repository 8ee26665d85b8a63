"""What every template may say: the clinic's facts, the shared statements, the reader's saved preferences."""

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from .facts import facts
from .preferences import read_preferences


def request_facts(request):
    """Return the clinic's facts, read once for one request."""
    if not hasattr(request, "clinic_facts"):
        request.clinic_facts = facts(timezone.now())
    return request.clinic_facts


def clinic(request):
    return {
        "clinic": SimpleLazyObject(lambda: request_facts(request)),
        "statements": SimpleLazyObject(lambda: request_facts(request).statements),
        "site_url": settings.SITE_URL,
        "demonstration": settings.DEMONSTRATION,
        "preferences": read_preferences(request),
    }
