"""The small frozen things that travel between rooms."""

from hourglass.records.architecture import Architecture, LayerRecord
from hourglass.records.cross import CrossCell, CrossTable, TrainedByTested
from hourglass.records.embedding import MAPPED_IMAGES, Embedding, Maps, SpaceName, SpaceScores
from hourglass.records.experiment import DEMO, Experiment, read_toml, without_rivals
from hourglass.records.files import FileScores
from hourglass.records.gallery import gallery_names, gallery_path, read_entry
from hourglass.records.group import (
    GroupPlan,
    GroupRecord,
    LinearRow,
    Member,
    MemberResult,
    NoiseStudy,
    is_group,
)
from hourglass.records.health import LEAST_VARIANCE, Collapse, LatentHealth, Lookup
from hourglass.records.history import Epoch, History
from hourglass.records.linear import LEAST_SEPARATION, LinearComparison
from hourglass.records.names import (
    CORRUPTIONS,
    DATA_SETS,
    LOSSES,
    NETWORKS,
    OPTIMIZERS,
    SCHEDULES,
    resolve,
)
from hourglass.records.network import (
    LOCAL_NETWORKS,
    NETWORK_DEFAULTS,
    OBJECTIVES,
    ModelSpec,
    NetworkName,
    NetworkOptions,
)
from hourglass.records.plan import TrainingPlan
from hourglass.records.run import Environment, RunRecord
from hourglass.records.samples import Samples
from hourglass.records.scores import MethodScores, Scores
from hourglass.records.suite import SuiteRow, SuiteStudy
from hourglass.records.validation import checked, from_json, to_json

__all__ = [
    "CORRUPTIONS",
    "DATA_SETS",
    "DEMO",
    "LEAST_SEPARATION",
    "LEAST_VARIANCE",
    "LOCAL_NETWORKS",
    "LOSSES",
    "MAPPED_IMAGES",
    "NETWORKS",
    "NETWORK_DEFAULTS",
    "OBJECTIVES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Architecture",
    "Collapse",
    "CrossCell",
    "CrossTable",
    "Embedding",
    "Environment",
    "Epoch",
    "Experiment",
    "FileScores",
    "GroupPlan",
    "GroupRecord",
    "History",
    "LatentHealth",
    "LayerRecord",
    "LinearComparison",
    "LinearRow",
    "Lookup",
    "Maps",
    "Member",
    "MemberResult",
    "MethodScores",
    "ModelSpec",
    "NetworkName",
    "NetworkOptions",
    "NoiseStudy",
    "RunRecord",
    "Samples",
    "Scores",
    "SpaceName",
    "SpaceScores",
    "SuiteRow",
    "SuiteStudy",
    "TrainedByTested",
    "TrainingPlan",
    "checked",
    "from_json",
    "gallery_names",
    "gallery_path",
    "is_group",
    "read_entry",
    "read_toml",
    "resolve",
    "to_json",
    "without_rivals",
]
