"""Questions asked of arrays; answers are frozen records."""

from hourglass.evaluation.classification import (
    accuracy_of,
    calibration_bins,
    calibration_error,
    describe_classifier,
    roc_curves,
    score_classifier,
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
from hourglass.evaluation.measures import (
    mean_squared_errors,
    peak_signal_to_noise,
    structural_similarity,
)
from hourglass.evaluation.reconstruction import Rebuild, pick_samples, score_method
from hourglass.evaluation.spectrum import error_by_frequency

__all__ = [
    "LinearWeights",
    "Moments",
    "Rebuild",
    "accuracy_of",
    "calibration_bins",
    "calibration_error",
    "centered_weights",
    "compare_with_pca",
    "decoder_directions",
    "describe_classifier",
    "error_by_frequency",
    "judge_collapse",
    "judge_latents",
    "linear_mse",
    "match_directions",
    "mean_squared_errors",
    "moments_of",
    "peak_signal_to_noise",
    "pick_samples",
    "roc_curves",
    "score_classifier",
    "score_method",
    "structural_similarity",
]
