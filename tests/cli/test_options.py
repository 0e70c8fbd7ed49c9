from dataclasses import fields

from hourglass.cli.options import ExperimentOptions
from hourglass.records import Experiment, FolderOptions, TrainingPlan


def test_every_key_of_an_experiment_file_is_an_option() -> None:
    kinds = (Experiment, FolderOptions, TrainingPlan)
    keys = {field.name for kind in kinds for field in fields(kind)}
    options = {field.name for field in fields(ExperimentOptions)}
    # `data` is an argument of its own, parts are not seen by users, `noise` is a short form.
    assert options == (keys - {"data", "folder", "plan"}) | {"noise"}
    assert ExperimentOptions().given() == {}
