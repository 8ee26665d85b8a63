"""Home, contact, help, reading preferences, health, robots and the error pages."""

import sys

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import Error as DatabaseProblem
from django.db import connection
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.static import serve

from articles import images, structured, words
from articles.editorial import ABOUT_SUICIDE
from articles.models import Release
from articles.search import find
from articles.views import ReleasePage, live_articles, risks_address
from leads import crisis

from .context import request_facts
from .facts import without_database
from .preferences import COOKIE, chosen

YEAR = 365 * 24 * 60 * 60


@require_safe
def home(request):
    at = timezone.now()
    context = {
        # No page about suicide among them: help would have to stand before it.
        "cards": [ReleasePage(release) for release in live_articles(at).filter(content__about_suicide=False)[:3]],
        "risks_url": risks_address(at),
        "structured": structured.script(structured.clinic_facts(request_facts(request))),
    }
    return render(request, "clinic_site/home.html", context)


@require_safe
def help_now(request):
    """Show where to get help now. It needs no database: what is not known is left as a placeholder."""
    return render(request, "clinic_site/help.html")


@require_safe
def contact(request):
    context = {"structured": structured.script(structured.clinic_facts(request_facts(request)))}
    return render(request, "clinic_site/contact.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def search(request):
    """Look for pages that hold some words. The form posts them, so that they stand in no address, history or log.

    Words that may mean a life is in danger bring the help box first, whatever is found.
    """
    at = timezone.now()
    # Never from the address: a server's log keeps those.
    asked = " ".join(request.POST.get("q", "").replace("\0", " ").split())[: words.LONGEST_QUERY]
    found = find(asked, Release.objects.listed(at)) if asked else None
    context = {
        "asked": asked,
        "in_crisis": crisis.is_named(asked) or bool(ABOUT_SUICIDE.search(asked)) or words.may_mean_crisis(asked),
        "found": found,
        # Help stands before the first result that speaks of suicide.
        "help_first": any(ABOUT_SUICIDE.search(hit.title + hit.excerpt) for hit in found.hits) if found else False,
    }
    response = render(request, "articles/search.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def preferences(request):
    """Show the reading preferences; with `save`, keep them in one cookie and go back to a path of this site.

    A GET that saves is right here: it changes only how this reader sees the page, and pages stay cacheable.
    """
    if "save" not in request.GET and "reset" not in request.GET:
        return render(request, "clinic_site/preferences.html", {"next": request.GET.get("next", "")})
    value = "" if "reset" in request.GET else chosen(request.GET)
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = reverse("preferences")
    response = redirect(back)
    if value:
        response.set_cookie(COOKIE, value, max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True)
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    response["Cache-Control"] = "no-store"
    return response


@never_cache
@require_safe
def healthz(request):
    """Answer that this process is alive; asks nothing of the database."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request):
    """Answer whether this process can serve readers: 200 when the database answers, 503 when not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseProblem:
        return JsonResponse({"ready": False, "database": False}, status=503)
    return JsonResponse({"ready": True, "database": True})


@require_safe
def robots(request):
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /callback/", "Disallow: /search/"]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def notice_file(request, path):
    """Hand out the clinic's own notice as it was attached."""
    try:
        return serve(request, path, document_root=settings.MEDIA_ROOT / "notices")
    except OSError as error:  # a name longer than any file's, for one
        raise Http404 from error


@require_safe
def picture_file(request, path):
    """Hand out one of our own encodings of a picture. Its name is never used again, so it may be kept for a year."""
    file = images.path_of(path)
    if file is None:
        raise Http404
    try:
        response = FileResponse(file.open("rb"), content_type=images.type_of(path))
    except OSError as error:  # taken away since
        raise Http404 from error
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def favicon(request):
    return redirect(staticfiles_storage.url("img/favicon.svg"), permanent=False)


def bad_request(request, exception):
    return HttpResponse(plain_page("400.html"), status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    """Show the error page with help and phone. It must not fail itself, so it asks the database for nothing."""
    if isinstance(sys.exc_info()[1], DatabaseProblem):
        return HttpResponse(plain_page("503.html"), status=503, headers={"Retry-After": "60"})
    return HttpResponse(plain_page("500.html"), status=500)


def plain_page(name):
    """Return an error page as text, made without the database, with the clinic's phone where it is known."""
    clinic = without_database(timezone.now())
    return get_template(name).render({"clinic": clinic} if clinic.clinic.phone else {})


def csrf_failure(request, reason=""):
    """Tell staff that a form was too old, in words; public forms carry no token and never come here."""
    return render(request, "403.html", {"reason": reason, "form_expired": True}, status=403)
