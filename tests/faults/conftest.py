"""How long to test, and where the figures of a run are gathered."""

import pytest

FIGURES = pytest.StashKey()


@pytest.fixture
def is_long(request):
    """Tell whether this is the long run."""
    return request.config.getoption("--long")


@pytest.fixture
def figures(request):
    """Return a function that keeps figures for the table at the end of the run."""

    def keep(name, values):
        request.config.stash.setdefault(FIGURES, []).append((name, values))

    return keep


def pytest_terminal_summary(terminalreporter, config):
    for name, values in config.stash.get(FIGURES, []):
        told = ", ".join(f"{key} {value}" for key, value in values.items())
        terminalreporter.write_line(f"{name}: {told}")
