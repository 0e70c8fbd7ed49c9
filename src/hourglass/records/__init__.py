"""The small frozen things that travel between rooms."""

from hourglass.records.architecture import Architecture, LayerRecord
from hourglass.records.experiment import DEMO, Experiment, read_toml
from hourglass.records.health import LEAST_VARIANCE, Collapse, LatentHealth
from hourglass.records.history import Epoch, History
from hourglass.records.names import (
    CORRUPTIONS,
    DATA_SETS,
    LOSSES,
    NETWORKS,
    OPTIMIZERS,
    SCHEDULES,
    resolve,
)
from hourglass.records.network import NETWORK_DEFAULTS, ModelSpec, NetworkOptions
from hourglass.records.plan import TrainingPlan
from hourglass.records.run import Environment, RunRecord
from hourglass.records.samples import Samples
from hourglass.records.scores import MethodScores, Scores
from hourglass.records.validation import checked, from_json, to_json

__all__ = [
    "CORRUPTIONS",
    "DATA_SETS",
    "DEMO",
    "LEAST_VARIANCE",
    "LOSSES",
    "NETWORKS",
    "NETWORK_DEFAULTS",
    "OPTIMIZERS",
    "SCHEDULES",
    "Architecture",
    "Collapse",
    "Environment",
    "Epoch",
    "Experiment",
    "History",
    "LatentHealth",
    "LayerRecord",
    "MethodScores",
    "ModelSpec",
    "NetworkOptions",
    "RunRecord",
    "Samples",
    "Scores",
    "TrainingPlan",
    "checked",
    "from_json",
    "read_toml",
    "resolve",
    "to_json",
]
