"""
`python -m tests`, which `make test` calls: every test with SQLite and a browser, then again with PostgreSQL.

What is missing is installed where the machine lets it, and otherwise its part is skipped with a line. With CI=true
nothing may be missing. Words after the module go to pytest: `python -m tests -k promise`.
"""

import os
import shutil
import subprocess
import sys

from tests import postgres
from tests.browser import chromium

CI = os.environ.get("CI") == "true"


def install_missing():
    """Install Chromium and PostgreSQL as root on Debian; elsewhere leave it to the person."""
    missing = [name for name, found in (("chromium", chromium()), ("postgresql", postgres.programs())) if not found]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say(f"Installing {' and '.join(missing)}…")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", *command], env=environment, capture_output=True, text=True)
        if done.returncode:
            say(f"That did not work: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]}")
            return


def say(line):
    print(line, flush=True)


def main(words):
    install_missing()
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    pytest = [sys.executable, "-m", "pytest", "-q", "-n", "2", *words]

    say("Every test, with SQLite:")
    browser = []
    if not chromium() and not CI:
        say("The browser's tests are skipped: no Chromium was found (Debian's package is chromium).")
        browser = ["--ignore=tests/browser"]
    failed = subprocess.run([*pytest, *browser], env=environment).returncode
    if failed:
        return failed

    if not postgres.programs():
        say("PostgreSQL: no server program was found, so this part is skipped (Debian's package is postgresql).")
        return 1 if CI else 0
    # The browser and the supervisor see no difference between databases; a pure function asks none.
    say("Every test that asks a database, but those of the browser and the supervisor, with PostgreSQL:")
    left_out = ["--database-only", "--ignore=tests/browser", "--ignore=tests/clinic_site/test_serve.py"]
    command = [sys.executable, "-m", "tests.postgres", *pytest, *left_out]
    return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
