from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from articles.people import person
from articles.sitemaps import PublicPages
from articles.views import fixed_page

from . import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("help/", pages.help_now, name="help"),
    path("contact/", pages.contact, name="contact"),
    path("reading-preferences/", pages.preferences, name="preferences"),
    path("healthz", pages.healthz, name="healthz"),
    path("readyz", pages.readyz, name="readyz"),
    path("search/", pages.search, name="search"),
    path("sitemap.xml", sitemap, {"sitemaps": {"pages": PublicPages}}, name="sitemap"),
    path("robots.txt", pages.robots, name="robots"),
    path("favicon.ico", pages.favicon),
    path("articles/", include("articles.urls")),
    path("people/<slug:slug>/", person, name="person"),
    path("callback/", include("leads.urls")),
    path("admin/", admin.site.urls),
    # The public uploads: the clinic's own notice as a PDF, and pictures as we encoded them.
    path("media/notices/<path:path>", pages.notice_file),
    path("media/pictures/<path:path>", pages.picture_file),
    path("<slug:slug>/", fixed_page, name="page"),
]

handler400 = "clinic_site.pages.bad_request"
handler403 = "clinic_site.pages.forbidden"
handler404 = "clinic_site.pages.not_found"
handler500 = "clinic_site.pages.server_error"
