"""From draft to reader: who may do what, what readers see meanwhile, and what stays on record."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from articles import gate
from articles.models import Article, Override, Release, Signature, Step, add_months
from tests.articles.writing import AT_A_GLANCE, LONG_AGO, make_article, make_category, make_contributor, make_public
from tests.factories import MONDAY_5PM, MONDAY_10AM, TUESDAY_5PM, TUESDAY_9AM, make_staff

pytestmark = pytest.mark.django_db
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)


def signed_and_public(**fields):
    article = make_article(**fields)
    article.sign(make_contributor("Dana Reyes", "MD"), LONG_AGO)
    article.publish(LONG_AGO)
    return article


def edit(article, **fields):
    for name, value in fields.items():
        setattr(article, name, value)
    article.save()
    return article


def a_clinician():
    user = make_staff("cora", role="Clinician")
    make_contributor("Cora Shaw", "MD", user=user)
    return user


def kinds(article):
    return list(article.steps.order_by("id").values_list("kind", flat=True))


# --- Review


def test_a_draft_is_asked_for_sent_back_signed_and_published():
    eve, article = make_staff("eve", role="Editor"), make_article()
    dana = make_contributor("Dana Reyes", "MD", user=make_staff("dana", role="Clinician"))
    states = [article.state(MONDAY_10AM)]

    assert article.ask_for_review(eve, MONDAY_10AM)
    assert not article.ask_for_review(eve, MONDAY_10AM)
    states.append(article.state(MONDAY_10AM))
    article.send_back(dana.user, MONDAY_10AM, "Name the comparison group.")
    states.append(article.state(MONDAY_10AM))
    article.ask_for_review(eve, MONDAY_10AM)
    article.sign(dana, MONDAY_5PM, user=dana.user)
    states.append(article.state(MONDAY_5PM))
    article.publish(MONDAY_5PM, eve)
    states.append(article.state(MONDAY_5PM))
    article.unpublish(TUESDAY_9AM, eve, "Under review.")
    states.append(article.state(TUESDAY_9AM))

    assert states == ["Draft", "In review", "Draft", "Signed, not public yet", "Public", "Signed, not public yet"]
    assert kinds(article) == ["asked", "sent_back", "asked", "signed", "published", "unpublished"]
    assert article.steps.get(kind=Step.Kind.SENT_BACK).text == "Name the comparison group."


def test_sending_back_needs_words():
    with pytest.raises(ValidationError, match="Say what has to change"):
        make_article().send_back(a_clinician(), MONDAY_10AM, "  ")


def test_a_signature_keeps_the_exact_text_and_the_dated_checks():
    article = make_article(title="Sleep")

    article.sign(
        make_contributor(),
        MONDAY_10AM,
        judged=["A2"],
        fda_checked_on=date(2026, 11, 23),
        help_checked_on=date(2026, 11, 22),
    )
    edit(article, title="Another title")

    signature = Signature.objects.get()
    assert signature.content["title"] == "Sleep"
    assert (signature.judged, signature.fda_checked_on) == (["A2"], date(2026, 11, 23))
    assert not article.is_signed()


def test_a_page_says_when_writer_and_reviewer_are_one():
    dana = make_contributor("Dana Reyes", "MD")
    own, other = make_article(author=dana), make_article()
    for article in (own, other):
        article.sign(dana, MONDAY_10AM)

    assert own.publish(MONDAY_10AM).is_self_reviewed
    assert not other.publish(MONDAY_10AM).is_self_reviewed


# --- When it is looked at again


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2026, 1, 5), 6, date(2026, 7, 5)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 30), 12, date(2027, 11, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_the_month(day, months, due):
    assert add_months(day, months) == due


def test_reviews_of_pages_signed_together_are_spread_over_weeks_and_never_late():
    latest = add_months(MONDAY_10AM.date(), 6)
    due = []
    for _ in range(14):
        article = make_article()
        article.sign(make_contributor(), MONDAY_10AM)
        due.append(article.review_due_on)

    weeks = [one.isocalendar()[:2] for one in due]
    assert due[0] == latest
    assert max(due) == latest
    assert min(due) >= latest - timedelta(weeks=6)
    assert max(weeks.count(week) for week in weeks) == 2


def test_a_review_long_overdue_takes_the_page_from_lists_but_not_from_readers(client):
    article = signed_and_public(slug="sleep", title="Sleep")
    due = article.live(LONG_AGO).review_due_on
    soon, late = _midnight(due + timedelta(days=29)), _midnight(due + timedelta(days=32))

    assert list(Release.objects.listed(soon)) == [article.live(soon)]
    assert list(Release.objects.listed(late)) == []
    assert article.live(late).is_past_grace(late.date())


def _midnight(day):
    return MONDAY_10AM.replace(year=day.year, month=day.month, day=day.day)


# --- What readers see meanwhile


def test_readers_keep_the_signed_text_while_the_draft_changes(client):
    article = signed_and_public(slug="sleep", summary="Before.")
    edit(article, summary="After.")

    assert article.state(MONDAY_10AM) == "Public, draft changed"
    with pytest.raises(ValidationError, match="gives way to a signed one alone"):
        article.publish(MONDAY_10AM)
    assert "Before." in client.get("/articles/sleep/").content.decode()


def test_a_correction_is_public_at_once_without_the_reviewer_until_it_is_signed(client, settings):
    settings.DEMONSTRATION = False
    article = signed_and_public(slug="sleep", summary="Before.")
    assert "Dana Reyes" in client.get("/articles/sleep/").content.decode()
    edit(article, summary="After.")

    article.publish_correction(a_clinician(), LONG_AGO + DAY, "A wrong number.", change_note="A number was put right.")
    corrected = client.get("/articles/sleep/").content.decode()
    article.sign(make_contributor("Ben Lee", "MD"), LONG_AGO + 2 * DAY)
    article.publish(LONG_AGO + 2 * DAY)
    signed = client.get("/articles/sleep/").content.decode()

    assert "After." in corrected
    assert "Dana Reyes" not in corrected
    assert "Not yet reviewed" in corrected
    assert "Ben Lee" in signed
    assert kinds(article)[-3:] == ["corrected", "signed", "published"]


@pytest.mark.parametrize(("reason", "words"), [("", "Say why this cannot wait"), ("  ", "Say why this cannot wait")])
def test_a_correction_needs_a_reason(reason, words):
    article = edit(signed_and_public(), summary="After.")

    with pytest.raises(ValidationError, match=words):
        article.publish_correction(a_clinician(), MONDAY_10AM, reason)


def test_a_correction_is_no_way_round_the_first_signature(settings):
    settings.DEMONSTRATION = False

    with pytest.raises(ValidationError, match="nothing to correct"):
        make_article().publish_correction(a_clinician(), MONDAY_10AM, "Now.")


def test_a_correction_may_claim_no_more_than_any_page():
    article = edit(signed_and_public(), body="<p>Ketamine cures depression.</p>")

    with pytest.raises(ValidationError, match="cures"):
        article.publish_correction(a_clinician(), MONDAY_10AM, "Better words.")


# --- At a set time


def test_a_text_set_for_later_is_public_from_that_moment_and_the_old_one_until_then():
    article = make_public(summary="Before.")
    edit(article, summary="After.")

    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)

    assert article.state(MONDAY_10AM) == "Scheduled"
    seen = [article.live(moment).content["summary"] for moment in (MONDAY_10AM, TUESDAY_9AM - SECOND, TUESDAY_9AM)]
    assert seen == ["Before.", "Before.", "After."]
    assert kinds(article)[-1] == "scheduled"


def test_withdrawing_it_leaves_the_old_text_for_good():
    article = make_public(summary="Before.")
    edit(article, summary="After.")
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)

    assert article.unschedule(MONDAY_5PM)
    assert not article.unschedule(MONDAY_5PM)
    assert article.live(TUESDAY_5PM).content["summary"] == "Before."
    assert article.scheduled(MONDAY_5PM) is None


def test_publishing_now_replaces_what_was_set_for_later():
    article = make_public(summary="Before.")
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)
    edit(article, summary="Now.")

    article.publish(MONDAY_5PM)

    assert [article.live(moment).content["summary"] for moment in (MONDAY_10AM, MONDAY_5PM, TUESDAY_5PM)] == [
        "Before.",
        "Now.",
        "Now.",
    ]


def test_setting_another_time_replaces_the_first():
    article = make_public(summary="Before.")
    edit(article, summary="After.")
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)
    article.publish(MONDAY_10AM, public_from=TUESDAY_5PM)

    seen = [article.live(moment).content["summary"] for moment in (TUESDAY_9AM, TUESDAY_5PM - SECOND, TUESDAY_5PM)]
    assert seen == ["Before.", "Before.", "After."]


def test_a_first_text_set_for_later_is_not_there_before():
    article = make_article()
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)

    assert article.live(TUESDAY_9AM - SECOND) is None
    assert article.live(TUESDAY_9AM)


def test_taking_a_page_off_the_site_takes_what_was_planned_with_it():
    article = make_public()
    article.publish(MONDAY_10AM, public_from=TUESDAY_9AM)

    assert article.unpublish(MONDAY_5PM)
    assert article.live(TUESDAY_5PM) is None


def test_two_releases_of_a_page_never_overlap():
    article = make_public()
    for hours in (5, 2, 9, 1, 30):
        article.publish(MONDAY_10AM, public_from=MONDAY_10AM + hours * HOUR)
    article.unschedule(MONDAY_10AM)
    article.publish(MONDAY_10AM + HOUR)

    for hours in range(40):
        assert Release.objects.live(MONDAY_10AM + hours * HOUR).filter(article=article).count() == 1


# --- What no page may claim


@pytest.mark.parametrize(
    "body",
    [
        "<p>Ketamine cures depression.</p>",
        "<p>It prevents suicide.</p>",
        "<p>Ketamine is safe.</p>",
        "<p>64 out of 100 people responded.</p>",
        "<p>He committed suicide.</p>",
        "<p>Book your first visit today.</p>",
    ],
)
def test_a_claim_keeps_a_page_from_being_published_in_the_demonstration_too(body):
    with pytest.raises(ValidationError):
        make_article(body=body).publish(MONDAY_10AM)


def test_a_finding_a_clinician_lets_stand_blocks_no_more_and_only_that_one():
    from articles import gate

    article = make_article(body="<p>Ketamine is safe.</p>")
    for one in gate.findings(article):
        if one.blocking:
            Override.objects.create(
                article=article,
                rule=one.rule,
                excerpt_digest=one.digest,
                excerpt=one.excerpt,
                reason="Quoted to contradict it.",
                user=make_staff("dana", role="Clinician"),
                at=MONDAY_10AM,
            )

    article.publish(MONDAY_10AM)
    with pytest.raises(ValidationError):
        edit(article, body="<p>Ketamine is very safe.</p>").publish(MONDAY_5PM)


def test_states_agree_for_every_stored_article():
    signed_and_public()
    make_public()
    make_article()

    assert sorted(article.state(MONDAY_10AM) for article in Article.objects.filter(releases=None)) == ["Draft"]


# --- What a page about treatment must have


def test_an_article_about_treatment_without_one_of_its_six_rows_stays_a_draft():
    article = make_article(glance_risks=" ")

    with pytest.raises(ValidationError, match="Fill in all six rows of “at a glance”"):
        article.publish(MONDAY_10AM)

    assert not Release.objects.filter(article=article).exists()


def test_pages_that_are_no_article_about_treatment_need_no_such_rows():
    none = dict.fromkeys(AT_A_GLANCE, "")

    for fields in ({"treatment": False}, {"kind": "page"}):
        make_article(**none, **fields).publish(MONDAY_10AM)

    assert Release.objects.filter(public_from=MONDAY_10AM).count() == 2


@pytest.mark.parametrize("timeline, warned", [("", True), ("The drip | 40 | It runs.", False)])
def test_a_page_about_visits_without_its_timeline_is_warned_of(timeline, warned):
    article = make_article(category=make_category("your-visit"), timeline=timeline)

    rules = [one.rule for one in gate.findings(article)]

    assert ("timeline" in rules) is warned
