"""The floors hold, and so do the habits that a tool can see."""

import ast
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


def test_one_place_prints_and_one_writes_tables() -> None:
    """Names of strangers are made printable there, so that no other place has to think of it."""
    allowed = {
        "print": {"cli/output.py"},
        "Console": {"cli/output.py"},
        "write": {"cli/__init__.py", "cli/output.py", "bundles/keras_child.py"},
        "writer": {"files.py"},
        "DictWriter": {"files.py"},
    }
    found = []
    source = ROOT / "src" / "hourglass"
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                text = ast.unparse(node.func)
                name = text.rpartition(".")[2]
                speaks = name != "write" or text in ("sys.stdout.write", "sys.stderr.write")
                place = path.relative_to(source).as_posix()
                if name in allowed and speaks and place not in allowed[name]:
                    found.append(f"{place}:{node.lineno}: {text}")
    assert found == []


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
