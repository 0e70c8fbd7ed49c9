"""Questions asked of arrays; answers are frozen records."""

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
from hourglass.evaluation.reconstruction import Rebuild, pick_samples, score_method
from hourglass.evaluation.spectrum import error_by_frequency

__all__ = [
    "Classes",
    "LinearWeights",
    "Moments",
    "Rebuild",
    "adjusted_rand",
    "centered_weights",
    "clustering_accuracy",
    "compare_with_pca",
    "continuity",
    "decoder_directions",
    "effective_dimension",
    "error_by_frequency",
    "find_clusters",
    "judge_collapse",
    "judge_latents",
    "linear_mse",
    "match_directions",
    "mean_squared_errors",
    "moments_of",
    "mutual_information",
    "neighbors_accuracy",
    "neighbors_accuracy_among",
    "neighbors_within",
    "peak_signal_to_noise",
    "perplexity_within",
    "pick_samples",
    "probe_accuracy",
    "score_method",
    "score_space",
    "structural_similarity",
    "trustworthiness",
    "tsne_map",
]
