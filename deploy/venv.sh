#!/bin/sh
# Make .venv as a requirements file says, or leave it alone when it is so already.
# Usage: deploy/venv.sh requirements.txt       PYTHON=/path/to/python3.12 names the Python to take.
set -eu
cd "$(dirname "$0")/.."
requirements=$1
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore

stop() {
    echo "$*" >&2
    exit 1
}

# What is wrong with a Python, in words; nothing when it will do. Runs on any Python, however old.
judge() {
    "$1" -c '
import sys
version = "%d.%d" % sys.version_info[:2]
if version not in ("3.11", "3.12", "3.13"):
    sys.stdout.write("is Python " + version)
else:
    try:
        import ensurepip, venv
    except ImportError:
        sys.stdout.write("has no venv (on Debian: apt-get install python%s-venv)" % version)
' 2>/dev/null || echo "does not run"
}

find_python() {
    seen=""
    for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if command -v "$candidate" >/dev/null 2>&1; then
            problem=$(judge "$candidate")
            [ -n "$problem" ] || return 0
        else
            problem="is not there"
        fi
        [ -z "${PYTHON:-}" ] || stop "PYTHON=$PYTHON $problem; this site needs Python 3.11, 3.12 or 3.13 with venv."
        [ "$problem" = "is not there" ] || [ "$problem" = "does not run" ] || seen="$seen; $candidate $problem"
    done
    stop "This site needs Python 3.11, 3.12 or 3.13 with venv${seen:-; no python3 was found}. PYTHON= names one elsewhere."
}

version_of() {
    "$1" -c 'import sys; sys.stdout.write("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo none
}

# The stamp is a copy of the file that was installed, so "the same" is a plain comparison.
stamp=.venv/installed-$requirements
usable=
if [ -x .venv/bin/python ]; then
    case $(version_of .venv/bin/python) in
    3.11 | 3.12 | 3.13) usable=yes ;;
    esac
    if [ -n "${PYTHON:-}" ] && [ "$(version_of "$PYTHON")" != "$(version_of .venv/bin/python)" ]; then
        usable=
    fi
fi
if [ -n "$usable" ] && cmp -s "$requirements" "$stamp"; then
    exit 0
fi

problem=$( (: >.write-test && rm .write-test) 2>&1) || stop "This folder cannot be written: $(pwd). Copy the site to one that can."
if [ -z "$usable" ] || [ -f "$stamp" ]; then
    find_python
    echo "Making .venv with $candidate…"
    "$candidate" -m venv --clear .venv || stop "$candidate could not make .venv."
fi
echo "Installing $requirements…"
.venv/bin/python -m pip install -qq --require-hashes -r "$requirements" ||
    stop "The packages in $requirements could not be installed; the lines above say why. The next try starts over."
cp "$requirements" "$stamp"
# The packages for tests hold those of the site, at the same versions.
[ "$requirements" != requirements-dev.txt ] || cp requirements.txt .venv/installed-requirements.txt
