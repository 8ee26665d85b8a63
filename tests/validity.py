"""
Judge every kind of public page with the Nu HTML checker: `VNU_JAR=/path/to/vnu.jar python -m tests.validity`.

It needs Java and the checker (https://validator.github.io/validator/), which `npm install vnu-jar` brings too. The
pages are made in a database of their own, which is gone afterwards. `make test` holds the pages to rules of our own
(tests/test_valid_pages.py); this asks somebody else.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import time_machine
from django.test import Client
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

# The first prepares Django for the second.
from tests import conftest, pages  # noqa: F401

# Safari tells a list without marks as a list only when it says so itself.
MEANT = re.compile("The “list” role is unnecessary for element “[uo]l”")


def checker():
    """Return the command of the checker, or stop and say what is missing."""
    if program := shutil.which("vnu"):
        return [program]
    jar, java = os.environ.get("VNU_JAR", ""), shutil.which("java")
    if not java or not Path(jar).is_file():
        raise SystemExit("Needs Java, and VNU_JAR set to the checker's vnu.jar.")
    return [java, "-jar", jar]


def make_pages():
    """Return {name: html} of every kind of public page."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with time_machine.travel(pages.NOW, tick=False):
            pages.fill()
            found = {name: answer.content.decode() for name, answer in pages.public_pages(Client()).items()}
            return found | pages.error_pages()
    finally:
        teardown_databases(databases, verbosity=0)


def judge(command, found):
    """Return what the checker says of the pages, as lines."""
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, (name, html) in enumerate(found.items()):
            path = Path(folder, f"{number}.html")
            path.write_text(html, encoding="utf-8")
            files[path.name] = name
        run = subprocess.run(
            [*command, "--format", "json", "--exit-zero-always", *sorted(str(one) for one in Path(folder).iterdir())],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        messages = json.loads(run.stderr or run.stdout)["messages"]
    return [
        f"{files[one['url'].rsplit('/', 1)[-1]]}, line {one.get('lastLine')}: {one.get('subType') or one['type']}: "
        f"{one['message']}  {one.get('extract', '').strip()!r}"
        for one in messages
        if not MEANT.match(one["message"])
    ]


def main():
    command = checker()
    found = make_pages()
    lines = judge(command, found)
    sys.stdout.write("\n".join([*lines, f"{len(found)} pages, {len(lines)} remarks", ""]))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
