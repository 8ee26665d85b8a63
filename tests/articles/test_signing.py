"""Signing, overrides, corrections, schedules and records through the real admin, for every role."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.utils import timezone

from articles import gate, marking, record, signing
from articles.models import Article, Override, Release, StatementSignature, Step
from clinic_site.models import Statement
from clinic_site.statements import DEFAULTS
from tests.articles.test_admin import change_url, press, told
from tests.articles.writing import LONG_AGO, make_article, make_contributor, make_public
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_9AM, make_clinic, make_staff

pytestmark = pytest.mark.django_db
TO_SIGN = "/admin/articles/article/to-sign/"
AS_IT_WAS = "/admin/articles/article/as-it-was/"
ROLES = ["Front desk", "Manager", "Editor", "Clinician", "Owner"]


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY_10AM, tick=False) as clock:
        yield clock


def staff_as(role, name=None):
    user = make_staff(name or role.lower().replace(" ", ""), role)
    if role == "Clinician":
        make_contributor("Dana Reyes", "MD", user=user)
    return user


def signed_and_public(**fields):
    article = make_article(**fields)
    article.sign(make_contributor("Ben Lee", "MD"), LONG_AGO)
    article.publish(LONG_AGO)
    return article


def edit(article, **fields):
    Article.objects.filter(pk=article.pk).update(**fields)
    article.refresh_from_db()
    return article


# --- Who may do what

MAY = {
    "preview": {"Editor", "Clinician", "Owner"},
    "checks": {"Editor", "Clinician", "Owner"},
    "review": {"Editor", "Clinician", "Owner"},
    "publish": {"Editor", "Clinician", "Owner"},
    "unschedule": {"Editor", "Clinician", "Owner"},
    "unpublish": {"Editor", "Clinician", "Owner"},
    "correct": {"Clinician", "Owner"},
    "sign": {"Clinician", "Owner"},  # an owner is told there why only a clinician signs
    "let_stand": {"Clinician", "Owner"},
    "count_again": {"Clinician", "Owner"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_open_exactly_its_steps(client, role):
    client.force_login(staff_as(role))
    article = signed_and_public()

    allowed = set()
    for step in MAY:
        get = client.get(change_url(article, step)).status_code
        post = client.post(change_url(article, step), {"text": "stale"}).status_code
        if 403 not in (get, post):
            allowed.add(step)
    pages = {page: client.get(page).status_code for page in (TO_SIGN, AS_IT_WAS)}

    assert allowed == {step for step, roles in MAY.items() if role in roles}
    assert pages == {
        TO_SIGN: 200 if role in ("Clinician", "Owner") else 403,
        AS_IT_WAS: 200 if role in ("Editor", "Clinician", "Owner") else 403,
    }
    assert Step.objects.filter(at__gt=LONG_AGO).count() == 0


@pytest.mark.parametrize("role", ROLES)
def test_the_model_refuses_whom_the_views_refuse(role):
    user, article = staff_as(role), edit(signed_and_public(), summary="After.")
    contributor = make_contributor("Somebody", "MD", user=None if role == "Clinician" else user)

    done = set()
    for name, verb in {
        "sign": lambda: article.sign(getattr(user, "contributor", contributor), MONDAY_10AM, user=user),
        "send_back": lambda: article.send_back(user, MONDAY_10AM, "Change it."),
        "correct": lambda: article.publish_correction(user, MONDAY_10AM, "A wrong number."),
        "unpublish": lambda: article.unpublish(MONDAY_5PM, user, "Old."),
    }.items():
        try:
            verb()
            done.add(name)
        except (PermissionDenied, ValidationError):
            pass

    assert (
        done
        == {
            "Front desk": set(),
            "Manager": set(),
            "Editor": {"unpublish"},
            "Clinician": {"sign", "send_back", "correct", "unpublish"},
            "Owner": {"correct", "unpublish"},
        }[role]
    )


def test_nobody_signs_in_another_persons_name():
    article, user = make_article(), staff_as("Clinician")

    with pytest.raises(ValidationError, match="another person"):
        article.sign(make_contributor("Ben Lee", "MD"), MONDAY_10AM, user=user)


# --- Signing


def test_every_rule_is_ticked_and_both_dates_stand_before_a_text_is_signed(client):
    client.force_login(staff_as("Clinician"))
    article = make_article()

    response = press(client, article, "sign", judged=["A2"], fda_checked_on="2026-09-01", help_checked_on="")
    html = response.content.decode()

    assert "of these rules not ticked yet" in html
    assert "That was over 30 days ago" in html
    assert "Try the help lines and write the day here" in html
    assert re.search(r'value="A2"[^>]*checked', html)
    assert not article.signatures.exists()


def test_signing_keeps_what_was_judged_and_goes_on_to_the_next(client):
    user = staff_as("Clinician")
    client.force_login(user)
    first, second = make_article(title="First"), make_article(title="Second")
    for hours, article in enumerate((first, second)):
        article.ask_for_review(None, LONG_AGO + timedelta(hours=hours))

    response = press(client, first, "sign", answer="next")
    last = press(client, second, "sign", answer="next")

    signature = first.signatures.get()
    assert response["Location"] == change_url(second, "sign")
    assert last["Location"] == TO_SIGN
    assert (signature.user, str(signature.fda_checked_on)) == (user, "2026-11-23")
    assert set(signature.judged) == {name for name, _ in signing.rules_to_judge(first.content())}


def test_sending_back_needs_words_and_the_writer_reads_them(client):
    client.force_login(staff_as("Clinician"))
    article = make_article()
    article.ask_for_review(None, LONG_AGO)

    without = press(client, article, "sign", answer="back").content.decode()
    press(client, article, "sign", answer="back", comment="Name the comparison group.")

    assert "Say what has to change" in without
    assert "Name the comparison group." in client.get(change_url(article)).content.decode()
    assert Article.objects.get().review_asked_at is None
    assert not article.signatures.exists()


def test_a_text_that_changed_meanwhile_is_not_signed_and_the_comment_is_kept(client):
    client.force_login(staff_as("Clinician"))
    article = make_article()
    read = article.signed_digest_now()
    edit(article, summary="Changed.")

    html = client.post(change_url(article, "sign"), {"text": read, "comment": "My words"}).content.decode()

    assert "has changed since you opened this page" in html
    assert "My words" in html
    assert not article.signatures.exists()


def test_a_page_is_signed_again_with_one_press_after_its_difference_was_shown(client, monday):
    user = staff_as("Clinician")
    client.force_login(user)
    article = make_public(slug="sleep", summary="Before the change.")
    press(client, article, "sign")
    monday.move_to(TUESDAY_9AM)
    client.force_login(user)
    edit(article, summary="After the change.")

    html = client.get(change_url(article, "sign")).content.decode()
    ticked = re.findall(r'name="judged" value="(\w+)"[^>]*checked', html)
    dates = re.findall(r'type="date" name="\w+" value="([\d-]+)"', html)
    token = re.search(r'name="text" value="(\w+)"', html)[1]
    given = {"judged": ticked, "fda_checked_on": dates[0], "help_checked_on": dates[1], "publish": "on"}
    client.post(change_url(article, "sign"), {"text": token, "answer": "sign", **given})

    assert "<del>Before</del><ins>After</ins> the change." in html
    page = client.get("/articles/sleep/").content.decode()
    assert "After the change." in page
    assert "Dana Reyes, MD" in page


def test_readers_keep_the_signed_text_a_correction_takes_the_badge_and_a_signature_brings_it_back(client, settings):
    settings.DEMONSTRATION = False
    make_clinic()
    client.force_login(staff_as("Clinician"))
    article = signed_and_public(slug="sleep", summary="Before.")
    edit(article, summary="After.")
    seen = [client.get("/articles/sleep/").content.decode()]

    press(client, article, "correct", reason="A wrong number.", change_note="A number was put right.")
    seen.append(client.get("/articles/sleep/").content.decode())
    listed = client.get(TO_SIGN).content.decode()
    press(client, article, "sign")
    seen.append(client.get("/articles/sleep/").content.decode())

    assert ["Before." in page for page in seen] == [True, False, False]
    assert ["After." in page for page in seen] == [False, True, True]
    assert ["Ben Lee" in page for page in seen] == [True, False, False]
    assert ["Dana Reyes" in page for page in seen] == [False, False, True]
    assert "Public correction, not signed" in listed
    assert Release.objects.live(timezone.now()).get().is_correction is False


def test_a_correction_without_a_reason_asks_for_it(client):
    client.force_login(staff_as("Clinician"))
    article = edit(signed_and_public(), summary="After.")

    html = press(client, article, "correct", reason="").content.decode()

    assert "Say why this cannot wait for a signature." in html
    assert Release.objects.count() == 1


# --- Published at a time


def test_a_text_is_set_for_later_shown_and_withdrawn(client):
    client.force_login(staff_as("Editor"))
    article = make_article(slug="sleep")

    past = press(client, article, "publish", public_from="2026-11-23T09:00").content.decode()
    response = press(client, article, "publish", public_from="2026-11-24T09:00", change_note="New page.")
    shown = client.get(change_url(article)).content.decode()
    press(client, article, "unschedule")

    assert "That moment has passed" in past
    assert told(response) == [f"“{article}” will be public from November 24, 2026, 9:00 am."]
    assert "Scheduled" in shown
    assert Release.objects.get().public_from == TUESDAY_9AM
    assert article.live(TUESDAY_9AM) is None


def test_a_signature_goes_with_the_text_that_is_set_for_later(client):
    client.force_login(staff_as("Clinician"))
    article = make_article(slug="sleep")
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)

    press(client, article, "sign")

    assert article.live(MONDAY_5PM) is None
    assert article.live(TUESDAY_9AM).reviewer_name == "Dana Reyes"


@pytest.mark.parametrize("later", [None, TUESDAY_9AM])
def test_on_a_public_address_an_unsigned_treatment_text_is_never_public(settings, client, later):
    make_clinic()
    stored = make_article(slug="sleep")
    stored.publish(MONDAY_10AM, unsigned=True, public_from=later)
    settings.DEMONSTRATION = False
    fresh = make_article(slug="rest")

    for verb in (
        lambda: fresh.publish(MONDAY_10AM, public_from=later),
        lambda: fresh.publish_correction(None, MONDAY_10AM, "Now."),
    ):
        with pytest.raises(ValidationError):
            verb()
    assert list(Release.objects.live(TUESDAY_9AM)) == []
    assert stored.live(TUESDAY_9AM) is None
    assert client.get("/articles/sleep/").status_code == 404
    assert list(Release.objects.listed(TUESDAY_9AM)) == []


# --- Findings that may stand


def test_a_clinician_lets_a_finding_stand_with_a_reason_and_takes_it_back(client):
    client.force_login(staff_as("Clinician"))
    article = make_article(body="<p>Ketamine is safe.</p>")
    finding = next(one for one in gate.findings(article) if one.blocking)
    url = change_url(article, "let_stand")

    short = client.post(url, {"finding": finding.digest, "reason": "ok"}).content.decode()
    client.post(url, {"finding": finding.digest, "reason": "Quoted to contradict it."})
    stands = [one.blocking for one in gate.findings(article) if one.digest == finding.digest]
    override = Override.objects.get()
    client.post(change_url(article, "count_again"), {"override": override.pk})

    assert "a few more words" in short
    assert stands == [False]
    assert Override.objects.count() == 0
    assert list(article.steps.order_by("id").values_list("kind", flat=True)) == ["overridden", "comment"]


@pytest.mark.parametrize("role", ["Editor", "Owner"])
def test_nobody_else_lets_a_finding_stand(client, role):
    client.force_login(staff_as(role))
    article = make_article(body="<p>Ketamine is safe.</p>")
    finding = next(one for one in gate.findings(article) if one.blocking)

    client.post(change_url(article, "let_stand"), {"finding": finding.digest, "reason": "Because I say so."})

    assert Override.objects.count() == 0


def test_the_panel_names_each_finding_with_its_place_and_marks_it_in_the_page(client):
    client.force_login(staff_as("Editor"))
    article = make_article(body="<h2>Part</h2><p>Ketamine is <em>safe</em> [1]. It may help.</p>")

    html = client.get(change_url(article, "checks")).content.decode()
    page = client.get(change_url(article, "preview") + "?checks=1")

    assert "Put it right in “Part”" in html
    assert "?checks=1#finding-1" in html
    assert '<mark class="finding finding--blocks" id="finding-1">Ketamine is</mark>' in page.content.decode()
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert client.get(change_url(article, "preview"))["X-Frame-Options"] == "DENY"


def test_marks_go_round_tags_and_leave_what_they_do_not_find():
    page = "<main><p>One &amp; <b>two</b> three.</p></main>"

    assert marking.mark(page, [("a", "One & two", True), ("b", "nowhere", True)]) == (
        '<main><p><mark class="finding finding--blocks" id="a">One</mark> &amp; '
        '<b><mark class="finding finding--blocks">two</mark></b> three.</p></main>'
    )


def test_numbers_stand_with_their_sources_and_the_mark_on_record():
    article = make_article(references=["smith2020"], body="<p>It was 64 out of 100 [1]. Then 20 of 40 people [1].</p>")
    facts = [{"sentence": "It was 64 out of 100.", "keys": ["smith2020"], "mark": "V"}]

    rows = signing.numbers_of(article.content(), facts)

    assert [(row["numbers"], [one["key"] for one in row["sources"]], row["mark"]) for row in rows] == [
        (["64", "100"], ["smith2020"], "V"),
        (["20", "40"], ["smith2020"], ""),
    ]


# --- Shared statements


def test_a_shared_statement_is_signed_once_and_a_new_wording_again(client, monday):
    client.force_login(staff_as("Clinician"))
    url = f"{TO_SIGN}statement/off_label/"

    def sign():
        token = re.search(r'name="text" value="(\w+)"', client.get(url).content.decode())[1]
        return client.post(url, {"text": token})

    before = client.get(TO_SIGN).content.decode()
    sign()
    client.get(url)  # the word that it was signed is read here
    between = client.get(TO_SIGN).content.decode()
    Statement.objects.create(key="off_label", version=2, text="Another wording.")
    after = client.get(url).content.decode()
    stale = client.post(url, {"text": "of the first wording"})
    sign()

    assert ["Off-label statement" in html for html in (before, between)] == [True, False]
    assert Statement.objects.get(key="off_label", version=1).text == DEFAULTS["off_label"]
    assert "What has changed since Dana Reyes, MD" in after or "What has changed since Dana Reyes" in after
    assert "has changed" in told(stale)[0]
    assert StatementSignature.objects.count() == 2


# --- As it was on


def test_the_record_shows_text_statements_form_words_and_signer_of_that_moment(client, monday):
    make_clinic()
    client.force_login(staff_as("Clinician"))
    monday.move_to(LONG_AGO)
    article = signed_and_public(
        slug="sleep", summary="The old summary.", body="<p>[statement off_label]</p><p>Text.</p>"
    )
    monday.move_to(MONDAY_10AM)
    Statement.objects.create(key="off_label", version=2, text="A later wording.")
    Statement.objects.create(key="form", version=2, text="Later words at the form.")
    edit(article, summary="The new summary.")
    press(client, article, "sign", publish="on")
    asked = {"address": "https://clinic.example/articles/sleep/", "day": "2026-02-01", "time": "12:00"}
    now = asked | {"day": "2026-11-23"}

    then, today = (client.get(f"{AS_IT_WAS}file/", data) for data in (asked, now))
    shown = client.get(AS_IT_WAS, asked).content.decode()
    nothing = client.get(AS_IT_WAS, asked | {"day": "2025-01-01"}).content.decode()

    old, new = then.content.decode(), today.content.decode()
    assert then["Content-Disposition"] == 'attachment; filename="sleep-2026-02-01-1200.html"'
    assert ["The old summary." in old, "The new summary." in old] == [True, False]
    assert ["A later wording." in old, "Later words at the form." in old] == [False, False]
    assert DEFAULTS["off_label"][:40] in old
    assert "Ben Lee, MD" in old
    assert ["The new summary." in new, "A later wording." in new, "Later words at the form." in new] == [True] * 3
    assert "Dana Reyes, MD" in new
    assert "Ben Lee, MD" in shown
    assert "No page of ours was public" in nothing


def test_the_file_asks_for_nothing_else(client):
    make_clinic()
    client.force_login(staff_as("Editor"))
    make_public(slug="sleep")

    html = client.get(f"{AS_IT_WAS}file/", {"address": "/articles/sleep/", "day": "2026-11-23"}).content.decode()

    assert not re.search(
        r"<script(?![^>]*ld\+json)|<link(?![^>]*canonical)|srcset=|@import|url\(|<form(?! inert)", html
    )
    assert all(src.startswith("data:") for src in re.findall(r'<img[^>]*src="([^"]*)"', html))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"address": "", "day": "2026-11-23"}, "Write the page&#x27;s address."),
        ({"address": "/about/", "day": "yesterday"}, "Write the day like 2026-11-25."),
        ({"address": "/about/", "day": "2026-11-24"}, "That day is still to come."),
        ({"address": "/about/", "day": "2026-11-23", "time": "noon"}, "Write the time like 14:30."),
    ],
)
def test_a_wrong_question_to_the_record_is_answered_in_words(client, asked, words):
    client.force_login(staff_as("Editor"))

    assert words in client.get(AS_IT_WAS, asked).content.decode()


def test_a_release_that_was_withdrawn_before_its_time_was_never_public():
    article = make_article(slug="sleep")
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)
    article.unschedule(MONDAY_10AM)

    assert record.release_at("/articles/sleep/", TUESDAY_9AM + timedelta(days=1)) == (None, False)
    assert record.texts_at("/articles/sleep/") == []


# --- Reviews that fall due


def test_overdue_reviews_stand_in_the_lists(client, monday):
    user = staff_as("Clinician")
    article = signed_and_public(title="Sleep")
    due = article.review_due_on
    monday.move_to(LONG_AGO.replace(year=due.year, month=due.month, day=due.day) + timedelta(days=3))
    client.force_login(user)

    listed = client.get("/admin/articles/article/?waits=review").content.decode()
    others = client.get("/admin/articles/article/?waits=signature").content.decode()
    waiting = client.get(TO_SIGN).content.decode()
    own = client.get(change_url(article)).content.decode()

    assert "Review, due" in listed
    assert ">Sleep<" not in others
    assert "Overdue" in waiting
    assert "Readers see a notice" in own


def test_an_editor_asks_for_review_with_a_word_and_the_clinician_reads_it(client):
    eve, dana = staff_as("Editor"), staff_as("Clinician")
    article = make_article(title="Sleep")
    client.force_login(eve)

    response = press(client, article, "review", note="The numbers are new.")
    again = press(client, article, "review")
    client.force_login(dana)
    html = client.get(TO_SIGN).content.decode()

    assert told(response) == ["“Sleep” waits for a clinician."]
    assert "waits already" in told(again)[0]
    assert "asked by editor" in html
    assert "The numbers are new." in html


def test_the_starter_pages_pass_the_checks_without_a_database(capsys):
    call_command("check_content", "--starter", "--quiet")

    assert " 0 findings block" in capsys.readouterr().out


def test_of_two_who_publish_one_page_the_second_is_told_and_no_two_texts_are_public(client):
    client.force_login(staff_as("Editor"))
    article = make_article(slug="sleep")
    shown = article.digest_now()
    first = client.post(change_url(article, "publish"), {"text": shown})
    edit(article, summary="Changed by a colleague.")

    second = client.post(change_url(article, "publish"), {"text": shown})

    assert "is public" in told(first)[0]
    assert "has changed since you opened that page" in told(second)[-1]
    assert Release.objects.live(MONDAY_5PM).count() == 1
