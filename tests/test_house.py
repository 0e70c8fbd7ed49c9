"""The floors hold, and so do the habits that a tool can see."""

import subprocess
import sys
from pathlib import Path

from hourglass.records import (
    CLASSIFIER_DEFAULTS,
    CLASSIFIERS,
    CORRUPTIONS,
    DATA_SETS,
    LOSSES,
    NETWORK_DEFAULTS,
    NETWORKS,
    OPTIMIZERS,
    SCHEDULES,
    resolve,
)

ROOT = Path(__file__).parent.parent
TABLES = {
    "classifier": CLASSIFIERS,
    "corruption": CORRUPTIONS,
    "data set": DATA_SETS,
    "loss": LOSSES,
    "network": NETWORKS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_floors_hold() -> None:
    from importlinter.cli import lint_imports

    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_ruff_finds_nothing() -> None:
    done = run("ruff", "check", ".")
    assert done.returncode == 0, done.stdout


def test_the_format_is_ruffs() -> None:
    done = run("ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


def test_mypy_finds_nothing() -> None:
    done = run("mypy")
    assert done.returncode == 0, done.stdout


def test_every_name_that_users_type_resolves() -> None:
    for what, table in TABLES.items():
        assert list(table) == sorted(table)
        for name in table:
            assert callable(resolve(what, table, name))


def test_every_network_has_defaults() -> None:
    assert NETWORK_DEFAULTS.keys() == NETWORKS.keys()
    assert CLASSIFIER_DEFAULTS.keys() == CLASSIFIERS.keys()
