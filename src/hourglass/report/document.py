"""The report of a run: its pictures saved, its sections put together."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined

from hourglass.figures import color_of
from hourglass.figures.text import (
    format_count,
    format_decibel,
    format_gain,
    format_mse,
    format_seconds,
    format_shape,
    format_ssim,
)
from hourglass.files import write_text
from hourglass.records import RunRecord
from hourglass.report import words
from hourglass.report.charts import save_charts
from hourglass.report.contents import Contents
from hourglass.report.strips import save_strips
from hourglass.runs import RunFolder

Record = TypeVar("Record")

_FILTERS: Final[dict[str, Callable[..., str]]] = {
    "color": color_of,
    "count": format_count,
    "decibel": format_decibel,
    "gain": format_gain,
    "mse": format_mse,
    "seconds": format_seconds,
    "shape": format_shape,
    "ssim": format_ssim,
}


def write_report(run: RunFolder, *, record: RunRecord | None = None) -> Path:
    """Write the report of a run and its pictures; return the path of the report.

    An unfinished run is told as far as it came. The same run gives the same bytes.

    Parameters
    ----------
    run
        A folder with at least an experiment and a record.
    record
        What the report says of the run in place of the record on disk: a run is marked as
        finished only when its report is there too.

    Raises
    ------
    DataError
        If a file of the run is damaged.
    WriteError
        If report or pictures cannot be written.
    """
    contents = _read(run, record or run.read_record())
    page = (
        _environment()
        .get_template("report.html")
        .render(
            contents=contents,
            words=words,
            charts=save_charts(contents, run.figures),
            strips=save_strips(contents, run.figures),
        )
    )
    write_text(run.report, page)
    return run.report


def _read(run: RunFolder, record: RunRecord) -> Contents:
    return Contents(
        name=run.path.resolve().name,
        experiment=run.read_experiment(),
        record=record,
        history=_if_there(run, "history.csv", run.read_history),
        architecture=_if_there(run, "architecture.json", run.read_architecture),
        scores=_if_there(run, "scores.json", run.read_scores),
        samples=_if_there(run, "samples.npz", run.read_samples),
        cross=_if_there(run, "cross.json", run.read_cross),
    )


def _if_there(run: RunFolder, name: str, read: Callable[[], Record]) -> Record | None:
    # A file that is missing was not reached yet; one that is damaged is an error.
    return read() if (run.path / name).is_file() else None


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("hourglass.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(_FILTERS)
    return environment
