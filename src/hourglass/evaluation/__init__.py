"""Questions asked of arrays; answers are frozen records."""

from hourglass.evaluation.measures import (
    mean_squared_errors,
    peak_signal_to_noise,
    structural_similarity,
)
from hourglass.evaluation.reconstruction import pick_samples, score_method

__all__ = [
    "mean_squared_errors",
    "peak_signal_to_noise",
    "pick_samples",
    "score_method",
    "structural_similarity",
]
