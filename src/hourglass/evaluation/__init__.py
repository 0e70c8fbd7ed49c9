"""Questions asked of arrays; answers are frozen records."""

from hourglass.evaluation.classification import (
    accuracy_of,
    calibration_bins,
    calibration_error,
    describe_classifier,
    roc_curves,
    score_classifier,
)
from hourglass.evaluation.codes import (
    GaussianCodes,
    fit_codes,
    interpolate,
    normal_quantiles,
    plane_codes,
    standard_codes,
)
from hourglass.evaluation.embedding import (
    Classes,
    adjusted_rand,
    clustering_accuracy,
    continuity,
    effective_dimension,
    find_clusters,
    mutual_information,
    neighbors_accuracy,
    neighbors_accuracy_among,
    neighbors_within,
    probe_accuracy,
    score_space,
    trustworthiness,
)
from hourglass.evaluation.generation import precision_and_recall
from hourglass.evaluation.health import judge_collapse, judge_latents
from hourglass.evaluation.linear import (
    LinearWeights,
    Moments,
    centered_weights,
    compare_with_pca,
    decoder_directions,
    linear_mse,
    match_directions,
    moments_of,
)
from hourglass.evaluation.maps import perplexity_within, tsne_map
from hourglass.evaluation.measures import (
    mean_squared_errors,
    peak_signal_to_noise,
    structural_similarity,
)
from hourglass.evaluation.noise_level import estimate_noise_level
from hourglass.evaluation.reconstruction import Rebuild, pick_samples, score_method
from hourglass.evaluation.spectrum import error_by_frequency
from hourglass.evaluation.variational import (
    divergences,
    importance_bound,
    log_likelihoods,
    measure_variational,
)

__all__ = [
    "Classes",
    "GaussianCodes",
    "LinearWeights",
    "Moments",
    "Rebuild",
    "accuracy_of",
    "adjusted_rand",
    "calibration_bins",
    "calibration_error",
    "centered_weights",
    "clustering_accuracy",
    "compare_with_pca",
    "continuity",
    "decoder_directions",
    "describe_classifier",
    "divergences",
    "effective_dimension",
    "error_by_frequency",
    "estimate_noise_level",
    "find_clusters",
    "fit_codes",
    "importance_bound",
    "interpolate",
    "judge_collapse",
    "judge_latents",
    "linear_mse",
    "log_likelihoods",
    "match_directions",
    "mean_squared_errors",
    "measure_variational",
    "moments_of",
    "mutual_information",
    "neighbors_accuracy",
    "neighbors_accuracy_among",
    "neighbors_within",
    "normal_quantiles",
    "peak_signal_to_noise",
    "perplexity_within",
    "pick_samples",
    "plane_codes",
    "precision_and_recall",
    "probe_accuracy",
    "roc_curves",
    "score_classifier",
    "score_method",
    "score_space",
    "standard_codes",
    "structural_similarity",
    "trustworthiness",
    "tsne_map",
]
