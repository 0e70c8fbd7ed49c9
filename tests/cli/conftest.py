import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hourglass.cli import main
from hourglass.records import Experiment, TrainingPlan
from hourglass.runs import RunFolder


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def _ended(words: Sequence[str | Path]) -> int:
    """Run a command and return its exit code."""
    with pytest.raises(SystemExit) as end:
        main([str(word) for word in words])
    return int(end.value.code or 0)


@pytest.fixture
def hourglass(capsys, monkeypatch, tmp_path) -> Callable[..., Done]:
    """Return a function that runs a command in an empty folder and gives how it ended."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Done:
        capsys.readouterr()
        code = _ended(words)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def hourglass_in() -> Callable[..., Done]:
    """Return ``hourglass`` for what several tests share: the folder comes before the words."""

    def run(folder: Path, *words: str | Path) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = _ended(words)
        return Done(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture(scope="session")
def a_run(made_once: Callable[[str, Experiment], RunFolder]) -> Path:
    """Return a finished run that can denoise."""
    asked = Experiment(
        data="digits", corruption="gaussian:0.2", units=(8, 8), plan=TrainingPlan(epochs=2)
    )
    return made_once("cli/run", asked).path
