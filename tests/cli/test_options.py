from dataclasses import fields

from hourglass.cli.options import ExperimentOptions
from hourglass.records import Experiment, TrainingPlan


def test_every_key_of_an_experiment_file_is_an_option() -> None:
    keys = {field.name for kind in (Experiment, TrainingPlan) for field in fields(kind)}
    options = {field.name for field in fields(ExperimentOptions)}
    # `data` is an argument of its own, `plan` is not seen by users, `noise` is a short form.
    assert options == (keys - {"data", "plan"}) | {"noise"}
    assert ExperimentOptions().given() == {}
