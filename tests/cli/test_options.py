import shlex
from dataclasses import fields

import pytest

from hourglass.cli.app import app
from hourglass.cli.options import ExperimentOptions
from hourglass.records import Experiment, FolderOptions, TrainingPlan


def test_every_key_of_an_experiment_file_is_an_option() -> None:
    kinds = (Experiment, FolderOptions, TrainingPlan)
    keys = {field.name for kind in kinds for field in fields(kind)}
    options = {field.name for field in fields(ExperimentOptions)}
    # `data` is an argument of its own, parts are not seen by users, `noise` is a short form.
    assert options == (keys - {"data", "folder", "plan"}) | {"noise"}
    assert ExperimentOptions().given() == {}


@pytest.mark.parametrize("command", ["train", "denoise", "reconstruct", "embed", "detect"])
def test_a_range_may_begin_with_a_minus_sign(command: str) -> None:
    words = ["--output", "OUT", "--range", "-1000..3000"]
    given = ["--data", "x"] if command == "train" else ["RUN", "IN"]
    _, bound, _ = app.parse_args([command, *given, *words])
    options = bound.arguments.get("file_options") or bound.arguments.get("experiment")
    found = bound.arguments.get("range") or options.range
    assert found == "-1000..3000"


def test_the_command_of_a_run_says_its_range() -> None:
    asked = Experiment(data="x", folder=FolderOptions(range="-1000..3000"))
    words = shlex.split(asked.command())
    _, bound, _ = app.parse_args(words[1:])
    assert bound.arguments["experiment"].range == "-1000..3000"
