"""The browser fixtures notice what they promise to notice; otherwise every other journey proves less than it says."""

import pytest

MOMENT = "() => new Promise(done => setTimeout(done, 100))"


@pytest.mark.parametrize(
    "script, noticed",
    [
        ("() => { document.body.setAttribute('style', 'color: red') }", "Applying inline style"),
        (
            "() => { document.body.append(Object.assign(new Image(), {src: 'https://example.org/a.png'})) }",
            "example.org",
        ),
        (
            "() => { document.body.append(Object.assign(new Image(), {src: '/static/none.png'})) }",
            "404: http://localhost",
        ),
        ("() => { setTimeout(() => { throw new Error('broken') }) }", "broken"),
        ("() => { fetch('/static/none.js') }", "404: http://localhost"),
    ],
)
def test_what_a_page_must_not_do_is_noticed(page, problems, script, noticed):
    page.goto("/help/")
    assert problems == []

    page.evaluate(script)
    # On a busy machine it takes its time; ten seconds are a failure.
    for _ in range(100):
        if any(noticed in problem for problem in problems):
            break
        page.evaluate(MOMENT)

    assert any(noticed in problem for problem in problems), problems
    problems.clear()


def test_navigation_to_another_site_is_stopped(page, problems):
    with pytest.raises(Exception, match="ERR_FAILED"):
        page.goto("https://example.org/")

    assert problems == ["request to another origin: https://example.org/"]
    problems.clear()


def test_without_javascript_no_script_runs(no_js_page):
    no_js_page.goto("/help/")

    assert no_js_page.locator("h1").count() == 1
    assert no_js_page.locator("html.js").count() == 0
