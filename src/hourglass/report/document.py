"""The report of a run: its pictures saved, its sections put together."""

from pathlib import Path

from hourglass.files import write_text
from hourglass.records import RunRecord
from hourglass.report import classifier_words, noise_words, words
from hourglass.report.charts import save_charts
from hourglass.report.contents import read_contents
from hourglass.report.mistakes import save_mistakes
from hourglass.report.pages import render
from hourglass.report.strips import save_strips
from hourglass.runs import RunFolder


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
    contents = read_contents(run, record or run.read_record())
    page = render(
        "report.html",
        contents=contents,
        words=words,
        classifier_words=classifier_words,
        noise_words=noise_words,
        charts=save_charts(contents, run.figures),
        strips=save_strips(contents, run.figures),
        mistakes=save_mistakes(contents.classification, contents.samples, run.figures),
    )
    write_text(run.report, page)
    return run.report
