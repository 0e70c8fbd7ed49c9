"""The report of a group: its runs beside each other, and why one is better; and one of many."""

from collections.abc import Sequence
from pathlib import Path

from hourglass.files import write_text
from hourglass.records import LONGER_RUNS, GroupRecord
from hourglass.report import classifier_words, code_words, group_words, suite_words, words
from hourglass.report.code_pictures import save_code_pictures
from hourglass.report.group_charts import save_group_charts
from hourglass.report.group_contents import read_group_contents
from hourglass.report.group_strips import save_group_strips
from hourglass.report.mapped import spaces_of
from hourglass.report.mistakes import save_mistakes
from hourglass.report.pages import render
from hourglass.runs import GroupFolder


def write_group_report(group: GroupFolder, *, record: GroupRecord | None = None) -> Path:
    """Write the report of a group and its pictures; return the path of the report.

    An unfinished group is told as far as it came. The same group gives the same bytes.

    Parameters
    ----------
    group
        A folder with ``group.json`` and a folder for each finished run.
    record
        What the report says of the group in place of the record on disk.

    Raises
    ------
    DataError
        If a file of the group or of a run is missing or damaged.
    WriteError
        If report or pictures cannot be written.
    """
    contents = read_group_contents(group, record or group.read_record())
    best = contents.best_classifier
    page = render(
        "group.html",
        group=contents,
        words=words,
        group_words=group_words,
        longer_runs=LONGER_RUNS,
        classifier_words=classifier_words,
        mistakes=save_mistakes(best.classification, best.samples, group.figures) if best else [],
        suite_words=suite_words,
        spaces=list(spaces_of(contents.mapped)) if contents.mapped else [],
        charts=save_group_charts(contents, group.figures),
        strips=save_group_strips(contents, group.figures),
        code_words=code_words,
        code_pictures=save_code_pictures(contents, group.figures),
    )
    write_text(group.report, page)
    return group.report


def write_gallery_report(
    groups: Sequence[GroupFolder], path: Path, *, notes: Sequence[str] = ()
) -> Path:
    """Write one page that compares the runs of several groups; return its path.

    Parameters
    ----------
    groups
        Finished groups in the folder of the page: it links to their reports.
    path
        Where the page goes.
    notes
        Lines for the reader, such as what a first look cannot show.

    Raises
    ------
    DataError
        If a file of a group or of a run is missing or damaged.
    WriteError
        If the page cannot be written.
    """
    contents = [
        (group.path.name, read_group_contents(group, group.read_record())) for group in groups
    ]
    write_text(
        path,
        render(
            "gallery.html",
            groups=contents,
            notes=notes,
            words=words,
            group_words=group_words,
            classifier_words=classifier_words,
        ),
    )
    return path
