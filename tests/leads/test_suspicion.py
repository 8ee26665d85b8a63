"""Reasons for a second look, and that ordinary people give none."""

import pytest

from leads import suspicion


@pytest.mark.parametrize(
    ("typed", "reasons"),
    [
        ({"bait": "x"}, [suspicion.BAIT]),
        ({"name": "Win now https://spam.example"}, [suspicion.LINK_IN_NAME]),
        ({"name": "www.spam.example"}, [suspicion.LINK_IN_NAME]),
        ({"name": "Best pills spam-shop.ru"}, [suspicion.LINK_IN_NAME]),
        ({"name": '<a href="x">hi</a>'}, [suspicion.LINK_IN_NAME, suspicion.MARKUP]),
        ({"message": "[url=spam]here[/url]"}, [suspicion.MARKUP]),
        ({"message": "We do SEO and backlinks for clinics"}, [suspicion.ADVERTISING]),
        ({"message": "Best casino: https://spam.example"}, [suspicion.ADVERTISING]),
        ({"name": "202-555-0142", "phone": "202-555-0142"}, [suspicion.NAME_IS_PHONE]),
        ({"name": "Buy cheap pills", "message": "buy  cheap PILLS"}, [suspicion.NAME_IS_MESSAGE]),
        ({"message": "http://a.example and http://b.example"}, [suspicion.LINKS_IN_MESSAGE]),
        ({"name": "http://a.example", "bait": "x"}, [suspicion.BAIT, suspicion.LINK_IN_NAME]),
    ],
)
def test_robots_leave_signs(typed, reasons):
    assert suspicion.signs(**{"name": "Ana", "phone": "202-555-0142", **typed}) == reasons


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name": "J.R. Ewing"},
        {"name": "Dr.Smith"},
        {"name": "St.John O'Neil-Comstock"},
        {"name": "X"},
        {"name": "🙂"},
        {"name": "李小龍"},
        {"name": "Ana (call after 3:30)"},
        {"name": "Ana", "message": "Ana"},
        {"bait": "  "},
        {"message": "I take Viagra. Is that a problem?"},
        {"message": "Can I pay with a loan?"},
        {"message": "My blood pressure is < 120 <3"},
        {"phone": "+44 20 7946 0018 ext. 5"},
        {"message": "I read your page www.clinic.example. Is there parking?"},
    ],
)
def test_people_leave_none(typed):
    assert suspicion.signs(**{"name": "Ana", "phone": "202-555-0142", **typed}) == []
