"""Help is everywhere, nothing follows the reader, and a page that fails still says whom to call."""

import re

import pytest
from django.db import InterfaceError
from django.test import Client, override_settings

from clinic_site import facts
from clinic_site.models import Clinic, OpeningHours
from clinic_site.pages import server_error
from clinic_site.security import EDITOR_STYLE

PUBLIC = ["/", "/articles/", "/help/", "/contact/", "/callback/", "/reading-preferences/", "/no-such-page/"]
HELP_LINKS = [
    "tel:911",
    "tel:988",
    "sms:988",
    "https://988lifeline.org",
    "sms:838255",
    "https://www.veteranscrisisline.net",
]


@pytest.mark.parametrize("path", PUBLIC)
def test_every_public_page_carries_the_crisis_box_with_working_links(client, db, path):
    page = client.get(path).content.decode()

    assert [link for link in HELP_LINKS if f'href="{link}' not in page] == []
    assert "This website and this clinic are not emergency services." in page


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_sets_no_cookie_and_varies_on_none(client, db, path):
    answer = client.get(path)

    assert answer.cookies == {}
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("path", PUBLIC)
def test_public_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client, db, path):
    page = client.get(path).content.decode()

    loaded = re.findall(
        r'<(?:script|img|iframe|link|source|video|audio|object|embed)[^>]*\b(?:src|href)="([^"]+)"', page
    )
    assert [
        address for address in loaded if not address.startswith(("/", "http://127.0.0.1:8000/", "http://testserver/"))
    ] == []
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/ld\+json)", page) == []
    assert " style=" not in page
    assert "<style" not in page
    assert re.findall(r"\son\w+=", page) == []


@pytest.mark.parametrize("path", PUBLIC)
def test_public_policy_allows_this_site_alone(client, db, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    directives = {part.split()[0]: set(part.split()[1:]) for part in policy.split(";")}
    assert directives["default-src"] == {"'none'"}
    assert directives["script-src"] == directives["style-src"] == {"'self'"}
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == {"'none'"}
    assert "unsafe" not in policy


def test_admin_policy_adds_a_nonce_and_the_editors_one_style(admin_client):
    policy = admin_client.get("/admin/").headers["Content-Security-Policy"]

    assert EDITOR_STYLE in policy
    assert "unsafe" not in policy


def test_robots_keep_out_of_staff_and_receipts(client):
    assert client.get("/robots.txt").content.decode().splitlines()[:3] == [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /callback/",
    ]


def test_error_page_needs_no_database(rf):
    # No `db` fixture: any query would fail this test.
    answer = server_error(rf.get("/"))

    page = answer.content.decode()
    assert answer.status_code == 500
    assert 'href="tel:988"' in page
    assert 'href="tel:911"' in page


@pytest.mark.django_db(transaction=True)
def test_help_page_stands_while_the_database_does_not_answer(client, monkeypatch):
    from django.db import connection

    monkeypatch.setattr(facts, "_last_known", None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clinic_site_clinic RENAME TO gone")
    try:
        answer = client.get("/help/")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO clinic_site_clinic")

    assert answer.status_code == 200
    assert 'href="tel:988"' in answer.content.decode()


def test_facts_survive_a_connection_that_broke(client, db, monkeypatch):
    def broken():
        raise InterfaceError

    client.get("/help/")
    monkeypatch.setattr(Clinic, "current", broken)

    assert client.get("/help/").status_code == 200


def test_notice_that_is_attached_is_handed_out_and_nothing_else(client, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "notice.pdf").write_bytes(b"%PDF")
    (tmp_path / "secret_key").write_text("ours alone")

    answer = client.get("/media/notices/notice.pdf")

    assert (b"".join(answer.streaming_content), answer["Content-Type"]) == (b"%PDF", "application/pdf")
    for path, status in {"other.pdf": 404, "x" * 300 + ".pdf": 404, "%00.pdf": 404, "../secret_key": 400}.items():
        assert client.get(f"/media/notices/{path}").status_code == status


def test_health_answers_without_a_session(client, db):
    assert client.get("/healthz").json() == {"alive": True}
    assert client.get("/readyz").json() == {"ready": True, "database": True}


def test_preferences_are_kept_in_one_cookie_of_four_words(client, db):
    answer = client.get("/reading-preferences/", {"size": "large", "scheme": "dark", "save": "1", "next": "/help/"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/help/")
    assert {name: cookie.value for name, cookie in answer.cookies.items()} == {"reading": "large...dark"}
    page = client.get("/help/").content.decode()
    assert 'data-size="large"' in page
    assert 'data-scheme="dark"' in page


def test_preferences_that_are_not_on_the_list_are_not_kept(client, db):
    answer = client.get("/reading-preferences/", {"size": '"><script>', "save": "1"})

    assert answer.cookies["reading"].value == ""
    client.cookies["reading"] = '"><script>.x.y.z'
    assert "<script>" not in client.get("/help/").content.decode()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_preferences_never_lead_off_the_site(client, db, back):
    answer = client.get("/reading-preferences/", {"size": "large", "save": "1", "next": back})

    assert answer.headers["Location"] == "/reading-preferences/"


def test_form_is_live_on_loopback_with_placeholders_plainly_marked(client, db):
    page = client.get("/callback/").content.decode()

    assert 'name="phone"' in page
    assert "[clinic phone number]" in page


@override_settings(DEMONSTRATION=False, ALLOWED_HOSTS=["clinic.example"])
def test_form_is_paused_elsewhere_until_phone_hours_zone_and_a_recipient_are_set(db):
    client = Client(headers={"host": "clinic.example"})
    assert 'name="phone"' not in client.get("/callback/").content.decode()

    Clinic.objects.update(phone="202-555-0142", recipients="desk@clinic.example")
    assert 'name="phone"' not in client.get("/callback/").content.decode()

    Clinic.objects.update(hours_confirmed=True)
    assert 'name="phone"' in client.get("/callback/").content.decode()

    OpeningHours.objects.all().delete()
    assert 'name="phone"' not in client.get("/callback/").content.decode()


@override_settings(DEMONSTRATION=False)
def test_staff_are_told_why_the_form_is_paused(admin_client):
    page = admin_client.get("/admin/").content.decode()

    assert "The call-back form is paused" in page
    assert "one e-mail address that is told of requests" in page


def test_hours_in_sentences_come_from_the_facts(client, db):
    assert "[opening hours not yet confirmed]" in client.get("/").content.decode()

    Clinic.objects.update(hours_confirmed=True)
    page = client.get("/").content.decode()
    assert "[opening hours" not in page
    assert "Monday to Friday" in page


def test_off_label_statement_says_when_it_was_last_checked(client, db):
    assert "[The clinic has not yet checked this statement" in client.get("/").content.decode()

    Clinic.objects.update(off_label_checked_on="2026-11-20")

    assert "We last checked this on the FDA&#x27;s website on November 20, 2026." in client.get("/").content.decode()


def test_help_page_ends_with_the_crisis_box_and_a_plain_link_to_contact(client, db):
    page = client.get("/help/").content.decode()

    main = page[page.index("<main") : page.index("</main>")]
    assert main.index('id="crisis-end"') < main.rindex('href="/contact/"')
    assert "<form" not in main
