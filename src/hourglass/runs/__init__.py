"""The folder of a run: every file but the model, read and written without Keras."""

from hourglass.runs.environment import environment_changes, read_environment
from hourglass.runs.finding import find_run, list_runs, new_run_path
from hourglass.runs.folder import RunFolder
from hourglass.runs.group import GroupFolder, find_group
from hourglass.runs.trained import TrainedModel

__all__ = [
    "GroupFolder",
    "RunFolder",
    "TrainedModel",
    "environment_changes",
    "find_group",
    "find_run",
    "list_runs",
    "new_run_path",
    "read_environment",
]
