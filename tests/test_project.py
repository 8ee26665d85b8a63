"""What holds for the project as a whole."""

import re
import subprocess
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
READS_VARIABLES = ["clinic_site/settings.py", "clinic_site/gunicorn.conf.py", "clinic_site/__main__.py"]


def tracked_files():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_example_lists_every_variable_and_no_other():
    read = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "deploy/venv.sh").read_text()))
    read |= set(re.findall(r"\$[({]([A-Z_]+)[)}]", (ROOT / "Makefile").read_text()))
    for name in READS_VARIABLES:
        read |= set(re.findall(r"\benv(?:\.\w+|_\w+)?\(\s*\"([A-Z_]+)\"", (ROOT / name).read_text()))

    listed = re.findall(r"^# ([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)

    assert sorted(listed) == sorted(read)


def test_only_these_files_read_the_environment():
    pattern = re.compile(r"os\.environ(?:\.get\(|\[)|os\.getenv|\benv(?:\.\w+|_bool|_int)\(\s*\"")
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in tracked_files()
        if path.suffix == ".py" and not path.is_relative_to(ROOT / "tests") and pattern.search(path.read_text())
    ]

    assert set(readers) <= {*READS_VARIABLES, "manage.py", "clinic_site/wsgi.py"}


def test_no_file_names_a_folder_of_one_machine():
    pattern = re.compile(rb"(?<![\w.])/(?:home|root|Users|work|workspace)/[\w.]+")
    found = [path.relative_to(ROOT).as_posix() for path in tracked_files() if pattern.search(path.read_bytes())]

    assert [name for name in found if name != "tests/test_project.py"] == []


def test_both_locks_hold_the_same_versions():
    def versions(name):
        return dict(re.findall(r"^([\w.\[\]-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    site, tests = versions("requirements.txt"), versions("requirements-dev.txt")

    assert site
    assert {name: tests.get(name) for name in site} == site


def test_every_locked_package_has_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        blocks = re.split(r"^(?=[\w.-]+(?:\[[\w,]+\])?==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]
        assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
