"""The stories: train, evaluate, report; and a trained run at work on files."""

from hourglass.experiment.classify import classify_files
from hourglass.experiment.cross import CROSS_KINDS, cross_run, cross_two_runs
from hourglass.experiment.denoise import denoise_files
from hourglass.experiment.detect import detect_files
from hourglass.experiment.detector import Detector, fit_detector
from hourglass.experiment.device import device_in_use
from hourglass.experiment.duplicates import find_duplicates
from hourglass.experiment.embed import embed_images
from hourglass.experiment.embed_request import EmbedOptions
from hourglass.experiment.evaluate import estimate_run, evaluate_classifier, evaluate_run
from hourglass.experiment.file_jobs import require_all_done
from hourglass.experiment.group import run_group
from hourglass.experiment.latents import LatentStudy, evaluate_latents
from hourglass.experiment.reconstruct import reconstruct_files
from hourglass.experiment.run import resume_run, run_experiment
from hourglass.experiment.sampling import interpolate_images, sample_images
from hourglass.experiment.similar import similar_images

__all__ = [
    "CROSS_KINDS",
    "Detector",
    "EmbedOptions",
    "LatentStudy",
    "classify_files",
    "cross_run",
    "cross_two_runs",
    "denoise_files",
    "detect_files",
    "device_in_use",
    "embed_images",
    "estimate_run",
    "evaluate_classifier",
    "evaluate_latents",
    "evaluate_run",
    "find_duplicates",
    "fit_detector",
    "interpolate_images",
    "reconstruct_files",
    "require_all_done",
    "resume_run",
    "run_experiment",
    "run_group",
    "sample_images",
    "similar_images",
]
