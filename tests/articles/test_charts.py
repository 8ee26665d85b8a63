"""Rows of a chart: what is read, what is refused in which words, and what readers are sent."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import charts

ROWS = """
# One infusion, one day later | 73 | a sedative | [1] |
Ketamine | 64 | 47 |
Sedative (midazolam) | 28 | 25 | one dose

# Up to 8 infusions | 62 people | compared with a sedative | [3] | yes
Ketamine | 46.7%
Sedative (midazolam) | 33.3 out of 100
"""


def test_rows_are_read_as_studies_with_their_bars():
    assert charts.read(ROWS) == [
        charts.Study("One infusion, one day later", 73, "a sedative", 1, False, [
            charts.Bar("Ketamine", Decimal("64"), 47),
            charts.Bar("Sedative (midazolam)", Decimal("28"), 25, "one dose"),
        ]),
        charts.Study("Up to 8 infusions", 62, "a sedative", 3, True, [
            charts.Bar("Ketamine", Decimal("46.7")),
            charts.Bar("Sedative (midazolam)", Decimal("33.3")),
        ]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rows, problems",
    [
        ("", [f"The chart has no rows yet. Start with a study: {charts.STUDY_FORM}."]),
        ("Ketamine | 64", [
            f"Line 1: start with the study, on a line of its own: {charts.STUDY_FORM}."
        ]),
        ("# One | 73 | a sedative\nKetamine | 64", [
            "Line 1: this study compares two groups. Give the other group's bar a line of its own."
        ]),
        ("# One | 73", ["Line 1: this study has no bars. Below it write one line for each: label | value | n | note."]),
        ("# One | many\nKetamine | 64", [
            "Line 1: say in the second part how many people the study had, as a whole number such as 73."
        ]),
        ("\n# One | 73\n\nKetamine | 164\nNothing | -1\nElse | 1e2", [
            "Line 4: write the value as a number from 0 to 100: how many in 100, such as 64 or 63.8.",
            "Line 5: write the value as a number from 0 to 100: how many in 100, such as 64 or 63.8.",
            "Line 6: write the value as a number from 0 to 100: how many in 100, such as 64 or 63.8.",
        ]),
        ("# One | 73 || one\nA | 1", ["Line 1: write the reference as [1], not “one”."]),
        ("# One | 73 ||| perhaps\nA | 1", [
            "Line 1: the last part is yes where the gap may be due to chance, no otherwise; not “perhaps”."
        ]),
        ("# One | 73\nA | 1 | few", [
            "Line 2: the third part is the number of people behind this bar, as a whole number, or empty."
        ]),
        ("# One | 73\n| 1\nA | 2", ["Line 2: say first what the bar stands for, such as: Ketamine | 64."]),
        ("# One | 73\nA | 1\na | 2", ["Line 1: two bars of this study have the same label."]),
        ("# One | 73\nA | 1 | 2 | b | c", [
            "Line 2: this line has 5 parts. A bar has at most four: label | value | n | note."
        ]),
        (f"# {'x' * 161} | 73\nA | 1", ["Line 1: keep each part under 160 letters."]),
    ],
)  # fmt: skip
def test_each_line_that_is_not_right_is_named_in_plain_words(rows, problems):
    with pytest.raises(charts.ChartError) as raised:
        charts.read(rows)

    assert raised.value.problems == problems
    assert str(raised.value) == " ".join(problems)


def test_bars_are_decoration_beside_the_text_and_as_wide_as_their_value():
    shown, table = charts.draw(charts.read(ROWS), name="Response")

    assert (
        '<div><dt>Ketamine</dt><dd><strong>47</strong> in 100<svg class="bar" width="100%" height="20" '
        'aria-hidden="true" focusable="false"><rect class="bar__track" width="100%" height="20" rx="3"/>'
        '<rect class="bar__first" x="0.5" y="0.5" width="46.7%" height="19" rx="2.5"/></svg></dd></div>'
    ) in shown
    assert shown.count("bar__first") == shown.count("bar__other") == 2
    assert "62 people, compared with a sedative. <strong>This gap may be due to chance</strong> [3]" in shown
    assert shown.count("due to chance") == table.count("due to chance") / 2 == 1
    assert (
        '<tr><th scope="row">One infusion, one day later</th><td>Sedative (midazolam)</td><td>28%</td><td>25</td>'
        "<td>73 people, compared with a sedative</td></tr>"
    ) in table
    assert "<td>46.7%</td><td>not given</td>" in table


def test_who_the_people_were_may_be_said_and_no_comparison_be_named():
    study = "# Nine trials pooled | 3,368 people at first, 9 at last | no comparison group | [5] |"
    rows = f"{study}\nDay 1 | 52.2 | |\nDay 3 | 4"

    (study,) = charts.read(rows)
    shown, _ = charts.draw([study])

    assert study.meta == "3,368 people at first, 9 at last, no comparison group"
    assert (shown.count("bar__first"), shown.count("bar__other")) == (2, 0)


def test_a_study_without_comparison_says_so():
    shown, table = charts.draw(charts.read("# One clinic | 1,200\nFelt better | 50"))

    assert "1,200 people, no comparison group" in shown and "1,200 people, no comparison group" in table
    assert "People in this group" not in table


def test_half_a_person_is_rounded_up_as_people_do():
    assert [charts.Bar("A", Decimal(value)).rounded for value in ("0.5", "2.5", "99.49", "100")] == [1, 3, 99, 100]


NASTY = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_nothing_typed_becomes_markup():
    rows = f"# {NASTY} | 73 | {NASTY} | [1]\n{NASTY} | 64 | 3 | {NASTY}\nOther | 1"

    shown, table = charts.draw(charts.read(rows), name=NASTY)

    assert "<script" not in shown + table and "<img" not in shown + table
    assert shown.count("&lt;script&gt;") == 4
    assert 'aria-label="Table: &lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&gt;&lt;img' in table


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="#|[]0123456789. abcéع\n%-,", max_size=120))
def test_any_text_is_read_or_refused_with_a_line(rows):
    studies, problems = None, None
    try:
        studies = charts.read(rows)
    except charts.ChartError as error:
        problems = error.problems

    if studies is None:
        assert problems and all(problem.startswith(("Line ", "The chart", "A chart")) for problem in problems)
    else:
        assert studies and all(0 <= bar.value <= 100 for study in studies for bar in study.bars)
