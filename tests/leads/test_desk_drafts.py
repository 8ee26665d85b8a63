"""Notes survive a lost session, and are never shown to anybody but whoever typed them."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from leads import drafts
from leads.models import Attempt, Draft, Event, Lead
from tests.factories import MONDAY_10AM, TUESDAY_9AM, make_lead, make_staff
from tests.leads.desk_pages import QUEUE, at, form, words

AT = MONDAY_10AM
SECRET = "she asks about parking"


@pytest.fixture(autouse=True)
def monday_at_ten():
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def lead(ana):
    return make_lead(claimed_by=ana, claimed_at=AT)


def stamp_of(client, lead, verb="call"):
    return form(client.get(at(lead)), f"{at(lead)}{verb}/")["draft"]


def keep(client, lead, text=SECRET, verb="call", stamp=None):
    return client.post(f"{at(lead)}draft/", {"text": text, "draft": stamp or stamp_of(client, lead, verb)})


def test_what_is_typed_comes_back_in_its_own_field(desk, lead):
    answer = keep(desk, lead, verb="note")

    page = desk.get(at(lead))
    assert answer.status_code == 200
    assert form(page, f"{at(lead)}note/")["text"] == SECRET
    assert form(page, f"{at(lead)}call/")["note"] == ""
    assert "What you typed at 10 a.m. is back. It is not saved yet." in words(page).replace("10:00 a.m.", "10 a.m.")


def test_another_person_never_sees_it(desk, client, ben, lead):
    keep(desk, lead)
    lead.release(lead.claimed_by, AT)
    client.force_login(ben)

    pages = [client.get(at(lead)), client.get(QUEUE), client.post(f"{QUEUE}find/", {"q": lead.name})]

    assert not [page for page in pages if SECRET in page.content.decode()]
    client.force_login(make_staff("olga", role="Owner", is_superuser=True))
    assert SECRET not in client.get(at(lead)).content.decode()


def test_signed_out_the_timer_is_told_and_nothing_is_kept(desk, lead):
    stamp = stamp_of(desk, lead)
    desk.logout()

    answer = keep(desk, lead, stamp=stamp)

    assert (answer.status_code, answer.content) == (401, b"{}")
    assert Draft.objects.count() == 0


def test_a_press_after_the_session_has_ended_keeps_the_words_for_who_typed_them(desk, client, ana, ben, lead):
    data = form(desk.get(at(lead)), f"{at(lead)}call/") | {"outcome": "no_answer", "note": SECRET}
    desk.logout()

    answer = desk.post(f"{at(lead)}call/", data, follow=True)

    assert answer.redirect_chain[0][0].startswith("/admin/login/")
    assert SECRET not in answer.content.decode()
    assert Attempt.objects.count() == 0
    client.force_login(ben)
    assert SECRET not in client.get(at(lead)).content.decode()
    client.force_login(ana)
    back = client.get(f"{at(lead)}call/", follow=True)
    assert form(back, f"{at(lead)}call/")["note"] == SECRET
    assert "because you had been signed out" in words(back)


def test_words_typed_under_one_name_are_not_kept_under_another(desk, client, ben, lead):
    stamp = stamp_of(desk, lead)
    client.force_login(ben)

    timer = keep(client, lead, stamp=stamp)
    client.post(f"{at(lead)}note/", {"draft": stamp, "text": ""})

    assert timer.status_code == 409
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("stamp", ["", "x", "x:y:z", None])
def test_a_stamp_that_is_none_of_ours_keeps_nothing(desk, ana, lead, stamp):
    other = make_lead()
    stamp = drafts.stamp(ana, other, "call") if stamp is None else stamp

    assert keep(desk, lead, stamp=stamp or " ").status_code == 400
    assert Draft.objects.count() == 0


def test_a_stamp_is_good_for_one_working_day(desk, ana, lead):
    stamp = drafts.stamp(ana, lead, "call")

    with time_machine.travel(AT + timedelta(hours=13), tick=False):
        assert drafts.read_stamp(stamp) is None


@pytest.mark.parametrize(
    "verb, data",
    [
        ("call", {"outcome": "no_answer", "try_at": TUESDAY_9AM.isoformat(), "note": SECRET}),
        ("note", {"text": SECRET}),
        ("close", {"outcome": "other", "note": SECRET}),
    ],
)
def test_a_saved_note_leaves_no_draft(desk, lead, verb, data):
    keep(desk, lead, verb=verb)

    desk.post(f"{at(lead)}{verb}/", {**data, "draft": stamp_of(desk, lead, verb)})

    assert Draft.objects.count() == 0


def test_a_note_that_was_refused_is_kept_until_it_is_right(desk, lead):
    stamp = stamp_of(desk, lead)

    desk.post(f"{at(lead)}call/", {"outcome": "", "note": SECRET, "draft": stamp})

    assert Draft.objects.get().text == SECRET


def test_an_emptied_field_forgets(desk, lead):
    keep(desk, lead)

    keep(desk, lead, text="  \n ")

    assert Draft.objects.count() == 0


def test_an_erased_request_takes_no_more_words(desk, lead):
    stamp = stamp_of(desk, lead)
    keep(desk, lead, stamp=stamp)
    lead.forget(AT)

    answer = keep(desk, lead, stamp=stamp)

    assert answer.status_code == 410
    assert Draft.objects.count() == 0


def test_any_text_is_kept_as_text(desk, lead):
    keep(desk, lead, text="a\x00b\U0001f600 <b>" + "x" * 5000)

    kept = Draft.objects.get().text
    assert kept.startswith("ab") and len(kept) <= drafts.LONGEST
    assert "<b>" not in desk.get(at(lead)).content.decode().split("data-draft")[0][-3000:]


def test_keeping_needs_the_token_of_our_own_page(ana, lead):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)

    assert keep(strict, lead, stamp=drafts.stamp(ana, lead, "call")).status_code == 403
    assert Draft.objects.count() == 0


def test_a_page_open_since_before_a_new_sign_in_is_told_who_is_signed_in(desk, client, ana, ben):
    mine = desk.get(f"{QUEUE}token/").json()
    client.logout()
    nobody = client.get(f"{QUEUE}token/")

    assert mine["user"] == ana.pk and len(mine["token"]) == 64
    assert nobody.status_code == 401


def test_drafts_cost_one_query_for_a_page(desk, ana, django_assert_max_num_queries):
    def cost(count):
        for _ in range(count):
            lead = make_lead(claimed_by=ana, claimed_at=AT)
            drafts.keep(ana.pk, lead.pk, "call", SECRET, AT)
        desk.get(QUEUE)
        with django_assert_max_num_queries(60) as counted:
            html = desk.get(QUEUE).content.decode()
        assert html.count(SECRET) == Lead.objects.count()
        return sum("leads_draft" in query["sql"] for query in counted.captured_queries)

    assert (cost(1), cost(3)) == (1, 1)
    assert Event.objects.filter(detail__contains=SECRET).count() == 0
