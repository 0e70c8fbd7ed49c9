"""The stories: train, evaluate, report; and a trained run at work on files."""

from hourglass.experiment.denoise import denoise_files
from hourglass.experiment.evaluate import evaluate_run
from hourglass.experiment.run import run_experiment

__all__ = ["denoise_files", "evaluate_run", "run_experiment"]
