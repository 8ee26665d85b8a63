"""What an editor and a clinician see between two texts: every word that came, went or moved, none of the code."""

from articles.differences import compare

TEXT = {
    "title": "Sleep",
    "key_points": ["One", "Two"],
    "body": '<h2>Rest</h2><p>It helped 47 people. <a href="/articles/rest/">Read on</a></p>',
    "references": [],
}


def parts(old, new):
    return {one.label: (str(one.html), one.added, one.removed) for one in compare(old, new)}


def test_the_same_text_differs_in_nothing():
    assert compare(TEXT, dict(TEXT)) == []


def test_a_changed_word_stands_beside_the_old_one():
    new = TEXT | {"body": TEXT["body"].replace("47", "48")}

    html = "## Rest<br>It helped <del>47</del><ins>48</ins> people. Read on (/articles/rest/)"
    assert parts(TEXT, new) == {"Text": (html, 1, 1)}


def test_a_link_that_leads_elsewhere_shows_and_an_attribute_nobody_sees_does_not():
    moved = TEXT | {"body": TEXT["body"].replace("/articles/rest/", "/articles/nap/")}
    same = TEXT | {"body": TEXT["body"].replace("<h2>", '<h2 id="rest">')}

    html = "## Rest<br>It helped 47 people. Read on (/articles/<del>rest</del><ins>nap</ins>/)"
    assert parts(TEXT, moved) == {"Text": (html, 1, 1)}
    assert parts(TEXT, same) == {}


def test_all_of_a_first_text_is_new_and_code_in_it_is_shown_not_run():
    found = parts({}, {"title": "<script>alert(1)</script>", "key_points": ["A & B"]})

    assert found["Title"][0] == "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>"
    assert found["Key points"][0] == "<ins>• A &amp; B</ins>"


def test_a_reference_that_changed_places_is_seen():
    source = {"authors": "Smith", "title": "A study", "journal": "J", "year": "2020", "url": "https://doi.org/1"}

    found = parts(
        {"references": [source | {"number": 1}]},
        {"references": [source | {"number": 2}]},
    )

    assert found == {"References": ("[<del>1</del><ins>2</ins>] Smith A study J 2020 https://doi.org/1", 1, 1)}
