"""What staff change in the admin is true of the site at once; what cannot be true is refused with its reason."""

import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.core.checks import run_checks
from django.urls import reverse

from clinic_site import hours
from clinic_site.access import ROLES
from clinic_site.models import Clinic, Closure, HolidaySwitch, OpeningHours, Price, Statement

CLINIC = "/admin/clinic_site/clinic/1/change/"


@pytest.fixture
def owner(client, db):
    user = User.objects.create_superuser("owner", password="a long enough password")
    client.force_login(user)
    return client


def clinic_form(windows=((0, "09:00", "17:00"),), **facts):
    """Return what the clinic page posts: every fact, and the given windows in place of the stored ones."""
    stored = list(OpeningHours.objects.values_list("pk", flat=True))
    data = {
        "name": "", "phone": "", "caller_id": "", "street": "", "city_state": "", "time_zone": "America/New_York",
        "recipients": "", "max_tries": "4", "tries_days": "4", "keep_days": "180",
        "due_soon_minutes": "60", "crisis_script": "", "team": "",
        "license": "", "complaints": "", "fees_notice": "", "privacy_practices": "",
        "opening_hours-TOTAL_FORMS": str(len(stored) + len(windows)),
        "opening_hours-INITIAL_FORMS": str(len(stored)),
    } | facts  # fmt: skip
    for index, pk in enumerate(stored):
        row = OpeningHours.objects.get(pk=pk)
        data |= {
            f"opening_hours-{index}-id": pk,
            f"opening_hours-{index}-clinic": 1,
            f"opening_hours-{index}-weekday": row.weekday,
            f"opening_hours-{index}-opens": row.opens,
            f"opening_hours-{index}-closes": row.closes,
            f"opening_hours-{index}-DELETE": "on",
        }
    for index, (weekday, opens, closes) in enumerate(windows, start=len(stored)):
        data |= {
            f"opening_hours-{index}-clinic": 1,
            f"opening_hours-{index}-weekday": weekday,
            f"opening_hours-{index}-opens": opens,
            f"opening_hours-{index}-closes": closes,
        }
    return data


def test_changed_facts_are_on_the_site_at_once(owner):
    assert "[Clinic name]" in owner.get("/").content.decode()

    answer = owner.post(CLINIC, clinic_form(name="Harbor Test Clinic", phone="202-555-0142"), follow=True)

    assert answer.status_code == 200
    page = owner.get("/").content.decode()
    assert "Harbor Test Clinic" in page
    assert "[Clinic name]" not in page
    assert "tel:+12025550142" in page


def test_saving_says_which_promise_the_hours_now_make(owner):
    answer = owner.post(CLINIC, clinic_form(), follow=True)

    assert "A request sent now is promised a call by" in answer.content.decode()


def test_no_opening_hours_is_a_clear_error_and_never_a_promise(owner):
    answer = owner.post(CLINIC, clinic_form(windows=()), follow=True)

    page = answer.content.decode()
    assert OpeningHours.objects.count() == 0
    assert "is promised a call by" not in page
    with pytest.raises(hours.NoOpeningHours):
        hours.callback_deadline(datetime.datetime(2026, 11, 23, 15, tzinfo=datetime.UTC), Clinic.current().calendar())


def test_two_windows_that_overlap_are_refused_with_both_named(owner):
    before = list(OpeningHours.objects.values_list("pk", flat=True))

    answer = owner.post(CLINIC, clinic_form(windows=((0, "09:00", "13:00"), (0, "12:00", "17:00"))))

    page = answer.content.decode()
    assert "Two windows on Monday overlap: 9:00 am to 1:00 pm and 12:00 pm to 5:00 pm" in page
    assert 'value="12:00"' in page
    assert list(OpeningHours.objects.values_list("pk", flat=True)) == before


def test_windows_with_a_lunch_gap_are_kept(owner):
    owner.post(CLINIC, clinic_form(windows=((0, "09:00", "12:00"), (0, "13:00", "17:00"))))

    assert [str(row) for row in OpeningHours.objects.all()] == ["Monday 09:00-12:00", "Monday 13:00-17:00"]


def test_window_that_closes_before_it_opens_is_refused(owner):
    answer = owner.post(CLINIC, clinic_form(windows=((0, "17:00", "09:00"),)))

    assert "Closing time must be later than opening time" in answer.content.decode()
    assert not OpeningHours.objects.filter(opens=datetime.time(17)).exists()


@pytest.mark.parametrize(
    ("fact", "typed", "says"),
    [
        ("phone", "555", "Enter all 10 digits of your phone number"),
        ("recipients", "desk@clinic.example not-an-address", "Check this address: not-an-address"),
        ("recipients", f"{'d' * 250}@clinic.example", "Check this address: ddd"),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
    ],
)
def test_fact_that_cannot_be_true_is_refused_and_kept_on_the_page(owner, fact, typed, says):
    answer = owner.post(CLINIC, clinic_form(**{fact: typed, "name": "Kept while you mend it"}))

    page = answer.content.decode()
    assert says in page
    assert "Kept while you mend it" in page
    assert Clinic.current().name == ""


def closure_form(**fields):
    return {"starts_on": "2026-12-01", "ends_on": "2026-12-01", "starts_at": "", "ends_at": "", "reason": ""} | fields


def test_closure_that_ends_before_it_starts_is_refused(owner):
    answer = owner.post("/admin/clinic_site/closure/add/", closure_form(ends_on="2026-11-30"))

    assert "The last day must not be before the first day." in answer.content.decode()
    assert Closure.objects.count() == 0


def test_closure_moves_the_promise(owner):
    monday_ten = datetime.datetime(2026, 11, 30, 15, tzinfo=datetime.UTC)
    before = hours.callback_deadline(monday_ten, Clinic.current().calendar())

    owner.post("/admin/clinic_site/closure/add/", closure_form(reason="Training"))

    after = hours.callback_deadline(monday_ten, Clinic.current().calendar())
    assert (before.date().isoformat(), after.date().isoformat()) == ("2026-12-01", "2026-12-02")


def test_part_day_closure_needs_its_end_after_its_start(owner):
    answer = owner.post("/admin/clinic_site/closure/add/", closure_form(starts_at="14:00", ends_at="12:00"))

    assert "The closure must end later than it starts." in answer.content.decode()
    assert Closure.objects.count() == 0


def test_holidays_are_prefilled_with_every_federal_one(db):
    assert sorted(HolidaySwitch.objects.values_list("name", flat=True)) == sorted(hours.FEDERAL_HOLIDAYS)


def test_holiday_switched_off_opens_the_clinic_on_it(owner):
    wednesday = datetime.datetime(2026, 11, 25, 15, tzinfo=datetime.UTC)  # Thanksgiving is the next day
    switches = list(HolidaySwitch.objects.all())
    data = {"form-TOTAL_FORMS": len(switches), "form-INITIAL_FORMS": len(switches), "_save": "Save"}
    for index, switch in enumerate(switches):
        data[f"form-{index}-id"] = switch.pk
        if switch.name != "Thanksgiving Day":
            data[f"form-{index}-closed"] = "on"
    before = hours.callback_deadline(wednesday, Clinic.current().calendar())

    owner.post("/admin/clinic_site/holidayswitch/", data)

    after = hours.callback_deadline(wednesday, Clinic.current().calendar())
    assert (before.date().isoformat(), after.date().isoformat()) == ("2026-11-27", "2026-11-26")


def test_new_wording_of_a_statement_is_a_new_version_and_the_old_one_stays(owner):
    old = Statement.objects.get(key="risk_line")

    owner.post("/admin/clinic_site/statement/add/", {"key": "risk_line", "text": "Newer risk line for a test."})

    old.refresh_from_db()
    assert (old.version, old.text.startswith("Ketamine can raise blood pressure")) == (1, True)
    assert Statement.objects.current()["risk_line"].version == 2
    assert owner.post(f"/admin/clinic_site/statement/{old.pk}/change/", {"text": "x"}).status_code == 403


def test_price_is_the_clinics_own_and_dated(owner):
    owner.post(
        "/admin/clinic_site/price/add/",
        {"label": "One visit", "amount": "1.50", "includes": "", "as_of": "2026-11-01", "position": 0},
    )

    assert str(Price.objects.get().as_of) == "2026-11-01"


def test_there_is_one_clinic(db):
    Clinic(name="One").save()
    Clinic(name="Two").save()

    assert list(Clinic.objects.values_list("pk", "name")) == [(1, "Two")]


def test_placeholder_checks_name_what_is_missing_and_fall_silent_when_it_is_set(db):
    def said():
        found = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
        return [check.id for check in found if check.id.startswith("clinic.W0")]

    assert said() == [f"clinic.W{number:03}" for number in range(1, 13)]

    Clinic.objects.filter(pk=1).update(
        name="A", phone="202-555-0142", street="B", city_state="C", hours_confirmed=True, recipients="a@b.example",
        team="D", license="E", complaints="F", fees_notice="G", privacy_practices="H", crisis_script_reviewed=True,
        off_label_checked_on="2026-11-20",
    )  # fmt: skip
    assert said() == []


def test_placeholder_checks_need_the_database_to_be_asked_for(db):
    found = run_checks(include_deployment_checks=True)

    assert [check.id for check in found if check.id.startswith("clinic.W0")] == []


def test_admin_index_says_which_facts_are_placeholders(owner):
    page = owner.get("/admin/").content.decode()

    assert "the clinic&#x27;s phone" in page

    Clinic.objects.filter(pk=1).update(phone="202-555-0142")
    assert "the clinic&#x27;s phone" not in owner.get("/admin/").content.decode()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_is_a_group_with_what_it_may_do(db, role):
    codes = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")

    assert {f"{app}.{codename}" for app, codename in codes} == set(ROLES[role])


def test_front_desk_cannot_change_the_clinic_nor_publish(client, db):
    user = User.objects.create_user("dana", is_staff=True)
    user.groups.add(Group.objects.get(name="Front desk"))
    client.force_login(user)

    assert client.post(CLINIC, clinic_form(name="Not allowed")).status_code == 403
    assert client.get(reverse("admin:articles_article_changelist")).status_code == 403
    assert Clinic.current().name == ""


def test_new_version_of_a_statement_begins_with_the_words_in_force(owner):
    Statement.objects.create(key="risk_line", version=9, text="The risk line now in force.")

    assert "add/?key=risk_line" in owner.get("/admin/clinic_site/statement/").content.decode()
    page = owner.get("/admin/clinic_site/statement/add/?key=risk_line").content.decode()

    assert "The risk line now in force." in page


def test_moments_in_the_admin_are_on_the_clinics_clock(owner):
    Clinic.objects.update_or_create(pk=1, defaults={"time_zone": "America/Chicago"})
    Statement.objects.update(public_from=datetime.datetime(2026, 11, 24, 3, 30, tzinfo=datetime.UTC))

    page = owner.get("/admin/clinic_site/statement/").content.decode()

    assert "Nov. 23, 2026, 9:30 p.m." in page


@pytest.mark.parametrize("between", [", ", ";", "\n\n"])
def test_mail_addresses_may_stand_as_people_write_lists(owner, between):
    answer = owner.post(CLINIC, clinic_form(recipients=f"a@x.example{between}b@x.example"))

    assert answer.status_code == 302
    assert Clinic.current().recipient_list() == ["a@x.example", "b@x.example"]


def test_an_account_is_made_with_its_role_on_one_page(owner, client):
    role = Group.objects.get(name="Front desk")
    assert owner.get("/admin/auth/user/add/").context["adminform"].form["is_staff"].value() is True

    password = "quiet harbor lamp 7"
    made = {"username": "amy", "password1": password, "password2": password, "is_staff": "on", "groups": [role.pk]}
    assert owner.post("/admin/auth/user/add/", made).status_code == 302

    assert client.login(username="amy", password=password)
    assert client.get("/admin/leads/lead/").status_code == 200


def test_an_owner_gives_nobody_more_than_an_owner_has(client, db):
    user = User.objects.create_user("olga", password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name="Owner"))
    other = User.objects.create_user("amy", password="a long enough password", is_staff=True)
    client.force_login(user)

    answer = client.post(
        f"/admin/auth/user/{other.pk}/change/",
        {"username": "amy", "is_active": "on", "is_staff": "on", "is_superuser": "on"},
    )

    assert answer.status_code == 302
    assert not User.objects.get(pk=other.pk).is_superuser


def test_owner_cannot_become_the_account_that_may_do_everything(client, db):
    root = User.objects.create_superuser("root", password="a long enough password")
    user = User.objects.create_user("olga", is_staff=True)
    user.groups.add(Group.objects.get(name="Owner"))
    client.force_login(user)
    own = reverse("admin:auth_user_change", args=[user.pk])

    client.post(own, {"username": "olga", "is_active": "on", "is_staff": "on", "is_superuser": "on"})

    user.refresh_from_db()
    assert user.is_superuser is False
    password = {"password1": "another long password", "password2": "another long password"}
    assert client.post(reverse("admin:auth_user_password_change", args=[root.pk]), password).status_code == 403
    root.refresh_from_db()
    assert root.check_password("a long enough password")
