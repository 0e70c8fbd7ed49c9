"""The small frozen things that travel between rooms."""

from hourglass.records.architecture import Architecture, LayerRecord
from hourglass.records.checkpoint import CheckpointTiming, Progress
from hourglass.records.classification import (
    CalibrationBin,
    Classification,
    ClassifierResult,
    ClassifierScores,
    ClassScores,
    Mistake,
    RocCurve,
)
from hourglass.records.classifier_keys import CROSS_ENTROPY
from hourglass.records.codes import CodeSource, CodeSpace, CodeSpread, RandomCodes
from hourglass.records.cross import CrossCell, CrossTable, TrainedByTested
from hourglass.records.embedding import MAPPED_IMAGES, Embedding, Maps, SpaceName, SpaceScores
from hourglass.records.experiment import DEMO, Experiment
from hourglass.records.few_labels import FewLabelsRow, FewLabelsStudy
from hourglass.records.files import DenoisedFile, DenoisedFiles, FileScores, FileStatus
from hourglass.records.flat import read_toml, without_rivals
from hourglass.records.folder import (
    DEFAULT_PATCH_SIZE,
    LARGEST_WHOLE_SIDE,
    ColorName,
    FolderOptions,
    FolderRecord,
    LabelSource,
    Sides,
)
from hourglass.records.gallery import LONGER_RUNS, gallery_names, gallery_path, read_entry
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
from hourglass.records.latents_file import (
    DIGEST_BYTES,
    LATENTS_SCHEMA,
    EmbeddedImages,
    LatentRows,
    LatentsFacts,
    LatentsRequest,
    MapName,
)
from hourglass.records.latents_map import LatentsMap, MapFacts
from hourglass.records.linear import LEAST_SEPARATION, LinearComparison
from hourglass.records.names import (
    CLASSIFIERS,
    CORRUPTIONS,
    DATA_SETS,
    LOSSES,
    NETWORKS,
    OPTIMIZERS,
    SCHEDULES,
    resolve,
)
from hourglass.records.network import (
    CLASSIFIER_DEFAULTS,
    FILES,
    LOCAL_NETWORKS,
    NETWORK_DEFAULTS,
    OBJECTIVES,
    ModelSpec,
    NetworkName,
    NetworkOptions,
)
from hourglass.records.no_reference import (
    Estimates,
    MethodEstimates,
    NoisyTarget,
    clipping_warning,
)
from hourglass.records.plan import Precision, TrainingPlan
from hourglass.records.run import Engine, Environment, RunRecord
from hourglass.records.samples import Samples
from hourglass.records.scores import MethodScores, Scores
from hourglass.records.similar import (
    DuplicatePair,
    Duplicates,
    LikenessKind,
    MetricName,
    SimilarImage,
    SimilarImages,
)
from hourglass.records.suite import SuiteRow, SuiteStudy
from hourglass.records.validation import checked, from_json, to_json
from hourglass.records.variational import (
    GAUSSIAN_DEVIATION,
    LEAST_ACTIVITY,
    LEAST_DIVERGENCE,
    LIKELIHOODS,
    ImportanceBound,
    Likelihood,
    LossOfLikelihood,
    VariationalScores,
)

__all__ = [
    "CLASSIFIERS",
    "CLASSIFIER_DEFAULTS",
    "CORRUPTIONS",
    "CROSS_ENTROPY",
    "DATA_SETS",
    "DEFAULT_PATCH_SIZE",
    "DEMO",
    "DIGEST_BYTES",
    "FILES",
    "GAUSSIAN_DEVIATION",
    "LARGEST_WHOLE_SIDE",
    "LATENTS_SCHEMA",
    "LEAST_ACTIVITY",
    "LEAST_DIVERGENCE",
    "LEAST_SEPARATION",
    "LEAST_VARIANCE",
    "LIKELIHOODS",
    "LOCAL_NETWORKS",
    "LONGER_RUNS",
    "LOSSES",
    "MAPPED_IMAGES",
    "NETWORKS",
    "NETWORK_DEFAULTS",
    "OBJECTIVES",
    "OPTIMIZERS",
    "SCHEDULES",
    "Architecture",
    "CalibrationBin",
    "CheckpointTiming",
    "ClassScores",
    "Classification",
    "ClassifierResult",
    "ClassifierScores",
    "CodeSource",
    "CodeSpace",
    "CodeSpread",
    "Collapse",
    "ColorName",
    "CrossCell",
    "CrossTable",
    "DenoisedFile",
    "DenoisedFiles",
    "DuplicatePair",
    "Duplicates",
    "EmbeddedImages",
    "Embedding",
    "Engine",
    "Environment",
    "Epoch",
    "Estimates",
    "Experiment",
    "FewLabelsRow",
    "FewLabelsStudy",
    "FileScores",
    "FileStatus",
    "FolderOptions",
    "FolderRecord",
    "GroupPlan",
    "GroupRecord",
    "History",
    "ImportanceBound",
    "LabelSource",
    "LatentHealth",
    "LatentRows",
    "LatentsFacts",
    "LatentsMap",
    "LatentsRequest",
    "LayerRecord",
    "Likelihood",
    "LikenessKind",
    "LinearComparison",
    "LinearRow",
    "Lookup",
    "LossOfLikelihood",
    "MapFacts",
    "MapName",
    "Maps",
    "Member",
    "MemberResult",
    "MethodEstimates",
    "MethodScores",
    "MetricName",
    "Mistake",
    "ModelSpec",
    "NetworkName",
    "NetworkOptions",
    "NoiseStudy",
    "NoisyTarget",
    "Precision",
    "Progress",
    "RandomCodes",
    "RocCurve",
    "RunRecord",
    "Samples",
    "Scores",
    "Sides",
    "SimilarImage",
    "SimilarImages",
    "SpaceName",
    "SpaceScores",
    "SuiteRow",
    "SuiteStudy",
    "TrainedByTested",
    "TrainingPlan",
    "VariationalScores",
    "checked",
    "clipping_warning",
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
