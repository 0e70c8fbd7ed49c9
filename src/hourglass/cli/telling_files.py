"""What became of a user's files, as lines and tables."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
from rich.progress import Progress

from hourglass.cli.output import errors, print_json, print_left_out, print_line, print_table
from hourglass.records import FILES, DenoisedFile, DenoisedFiles, FileScores, to_json

# A longer table is not read; the figures of every file are printed with --json.
_MOST_ROWS: Final = 24


@contextlib.contextmanager
def progress_of_files(quiet: bool) -> Iterator[Callable[[float, int], None]]:
    """Give a function that shows how many files are done, while someone looks on."""
    with Progress(
        *Progress.get_default_columns(),
        console=errors(),
        disable=quiet or not errors().is_terminal,
        transient=True,
    ) as bars:
        bar = bars.add_task("files", total=None)
        yield lambda done, files: bars.update(bar, completed=done, total=files)


def tell_denoised(
    done: DenoisedFiles, output: Path, *, json: bool, tell: Callable[[str], None]
) -> None:
    """Print what became of files that were denoised, and how noisy they are by estimate."""
    if done.advice is not None:
        tell(done.advice)
    if json:
        print_json(to_json(done))
        return
    written = [file for file in done.files if file.status == "written"]
    print_line(f"{len(written):,} files written to {output}.")
    if before := done.count("done before"):
        print_line(f"{before:,} were done already and are left alone.")
    print_left_out(done.not_listed)
    if written:
        _tell_levels(written)
    if done.sheet is not None:
        print_line(f"Before and after: {done.sheet}")


def tell_file_scores(scores: FileScores, output: Path, *, json: bool) -> None:
    """Print what became of a user's files, and how near the rebuilt ones are to them."""
    if json:
        print_json(to_json(scores))
        return
    print_line(f"{scores.measured:,} files written to {output}.")
    if scores.done_before:
        print_line(f"{scores.done_before:,} were done already and are not measured.")
    print_left_out(scores.not_listed)
    if scores.mse is None:
        print_line("Nothing was rebuilt, so nothing is measured.")
        return
    print_line(
        f"Measured on {scores.measured:,} of {scores.files:,} given files, each against its "
        f"reconstruction: MSE {scores.mse:.5f}, PSNR {scores.psnr:.2f} dB, mean PSNR "
        f"{scores.psnr_per_image:.2f} dB."
    )
    print_line("PSNR is that of the mean MSE; mean PSNR is the mean over files.")
    if scores.corruption:
        undone = "the noise of files" if scores.corruption == FILES else scores.corruption
        print_line(f"The run was trained to undo {undone}: what it takes away counts as error.")


def _tell_levels(written: list[DenoisedFile]) -> None:
    """Print the estimated noise: a row for each of a few files, or their spread."""
    levels = [file.estimated_noise_level or 0.0 for file in written]
    if len(written) <= _MOST_ROWS:
        rows = [(file.file, f"{level:.3f}") for file, level in zip(written, levels, strict=True)]
        print_table("Noise in the files, estimated", ("file", "standard deviation"), rows)
    else:
        low, middle, high = np.quantile(levels, (0.0, 0.5, 1.0))
        print_line(f"Estimated noise in the files: {middle:.3f} ({low:.3f} to {high:.3f}).")
    print_line("Standard deviation of the noise; the distance from black to white is 1.")
