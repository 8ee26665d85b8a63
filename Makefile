# Two commands do all the set-up: `make run` and `make test`. README.md says more.
# HOST, PORT, DATA_DIR and every variable in .env.example may stand before or after: `make run PORT=9000`.

.PHONY: help run test faults
.SILENT:

help:
	echo 'make run    the site at http://127.0.0.1:8000'
	echo 'make test   every test, in SQLite and PostgreSQL, with a real browser'
	echo 'make faults the long fault tests: kill, lock, full disk, mail, floods (about 10 minutes, as root)'

run:
	deploy/venv.sh requirements.txt
	exec .venv/bin/python -m clinic_site

test:
	deploy/venv.sh requirements-dev.txt
	exec .venv/bin/python -m tests

faults:
	deploy/venv.sh requirements-dev.txt
	exec .venv/bin/python -m pytest -q tests/faults --long
