"""Questions asked of arrays; answers are frozen records."""

from hourglass.evaluation.health import judge_collapse, judge_latents
from hourglass.evaluation.measures import (
    mean_squared_errors,
    peak_signal_to_noise,
    structural_similarity,
)
from hourglass.evaluation.reconstruction import Rebuild, pick_samples, score_method

__all__ = [
    "Rebuild",
    "judge_collapse",
    "judge_latents",
    "mean_squared_errors",
    "peak_signal_to_noise",
    "pick_samples",
    "score_method",
    "structural_similarity",
]
