"""All commands, and how each of them ends."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final, NoReturn

import cyclopts

from hourglass import __version__
from hourglass.cli.environment import EnvironmentOptions
from hourglass.cli.exits import exit_code
from hourglass.cli.interruption import interruptible
from hourglass.cli.output import prepare_streams, print_error

app = cyclopts.App(
    name="hourglass",
    help="Train, compare and use autoencoders on images.",
    version=__version__,
    config=EnvironmentOptions(),
    help_on_error=False,
    suppress_keyboard_interrupt=False,
)
app["--help"].group = "Options"
app["--version"].group = "Options"

# Each command lives in a module that is imported when the command is asked for.
_COMMANDS: Final = {
    "demo": ("hourglass.cli.demo:demo", "Train a denoiser in a minute and show what it does."),
    "train": ("hourglass.cli.train:train", "Train a model and compare it with its baselines."),
    "resume": ("hourglass.cli.resume:resume", "Go on with a run that was broken off."),
    "evaluate": ("hourglass.cli.evaluate:evaluate", "Measure a run again from its model file."),
    "reconstruct": (
        "hourglass.cli.reconstruct:reconstruct",
        "Rebuild image files with a run, and say how well.",
    ),
    "denoise": ("hourglass.cli.denoise:denoise", "Denoise image files with a run."),
    "classify": ("hourglass.cli.classify:classify", "Name the classes of image files."),
    "detect": ("hourglass.cli.detect:detect", "Tell which image files are anomalies."),
    "embed": ("hourglass.cli.embed:embed", "Write the latents of images to one file."),
    "similar": ("hourglass.cli.similar:similar", "Find images that are like one, or copies."),
    "sample": ("hourglass.cli.sample:sample", "Decode random codes to a sheet of images."),
    "interpolate": (
        "hourglass.cli.interpolate:interpolate",
        "Decode what lies between two images.",
    ),
    "export": ("hourglass.cli.export:export", "Write a model as one file to hand on."),
    "gallery": ("hourglass.cli.gallery:app", "Run the experiments that come with Hourglass."),
    "report": (
        "hourglass.cli.report:report",
        "Write the report of a run or a group again from its files.",
    ),
    "data": ("hourglass.cli.data:app", "List, show, fetch and find data sets."),
    "runs": ("hourglass.cli.runs:app", "List, show and find runs."),
}
_YES: Final = ("1", "true", "yes")
for _name, (_place, _help) in _COMMANDS.items():
    app.command(_place, name=_name, help=_help)


def run_command(words: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code.

    Parameters
    ----------
    words
        The command line without the program's name; by default that of the process.
    """
    words = sys.argv[1:] if words is None else list(words)
    prepare_streams()
    try:
        with interruptible():
            app(words, exit_on_error=False, print_error=False, result_action="return_value")
            sys.stdout.flush()
    except (BrokenPipeError, SystemExit):
        # Whoever reads has read enough, as `head` does (rich then asks for the exit); the rest
        # goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (Exception, KeyboardInterrupt) as error:
        if "--debug" in words or os.environ.get("HOURGLASS_DEBUG", "").lower() in _YES:
            for piece in traceback.format_exc().rstrip().split("\n"):
                print_error(piece)
        code, line = exit_code(error)
        print_error(line)
        sys.exit(code)
    sys.exit(0)
