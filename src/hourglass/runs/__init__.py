"""The folder of a run: every file but the model, read and written without Keras."""

from hourglass.runs.environment import environment_changes, read_environment
from hourglass.runs.finding import find_run, list_runs, new_run_path
from hourglass.runs.folder import RunFolder
from hourglass.runs.group import GroupFolder, find_group
from hourglass.runs.latents_file import (
    LATENTS_FORMATS,
    latents_format,
    read_latents,
    read_latents_facts,
)
from hourglass.runs.latents_map import map_path, read_latents_map, write_latents_map
from hourglass.runs.latents_parts import LatentsPart, LatentsParts, PartsPlan, parts_folder
from hourglass.runs.trained import TrainedModel

__all__ = [
    "LATENTS_FORMATS",
    "GroupFolder",
    "LatentsPart",
    "LatentsParts",
    "PartsPlan",
    "RunFolder",
    "TrainedModel",
    "environment_changes",
    "find_group",
    "find_run",
    "latents_format",
    "list_runs",
    "map_path",
    "new_run_path",
    "parts_folder",
    "read_environment",
    "read_latents",
    "read_latents_facts",
    "read_latents_map",
    "write_latents_map",
]
