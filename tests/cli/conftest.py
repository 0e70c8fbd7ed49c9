from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hourglass.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@pytest.fixture
def hourglass(capsys, monkeypatch, tmp_path) -> Callable[..., Done]:
    """Return a function that runs a command in an empty folder and gives how it ended."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        captured = capsys.readouterr()
        return Done(int(end.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def a_run(tmp_path_factory) -> Path:
    """Return a finished run that can denoise."""
    from hourglass.experiment import run_experiment
    from hourglass.records import Experiment, TrainingPlan

    asked = Experiment(
        data="digits", corruption="gaussian:0.2", units=(8, 8), plan=TrainingPlan(epochs=2)
    )
    return run_experiment(asked, tmp_path_factory.mktemp("cli") / "run").path
