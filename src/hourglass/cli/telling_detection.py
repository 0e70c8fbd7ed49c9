"""Which files are anomalies, as lines and a table."""

from collections.abc import Iterator
from pathlib import Path

from hourglass.cli.output import print_json, print_left_out, print_line, print_table
from hourglass.records import Calibration, Detection, DetectionScores, ObservedRate, to_json


def tell_detection(found: Detection, output: Path, *, json: bool) -> None:
    """Print how many files are anomalies, and what the threshold is worth."""
    if json:
        print_json(to_json(found))
        return
    labeled = bool(found.normal_labels)
    print_table(
        f"{found.model} ({found.run}), at most {_percent(found.calibration.false_alarms)} false "
        "alarms",
        (
            "method",
            "threshold",
            "false alarms",
            "flagged",
            *(("AUROC", "anomalies found", "normal flagged") if labeled else ()),
        ),
        [tuple(_row(method, labeled=labeled)) for method in found.methods],
    )
    print_line(_measured(found))
    print_line(_calibration(found.calibration))
    for note in found.notes:
        print_line(note)
    print_left_out(found.not_listed)
    if labeled:
        print_line(_by_label(found))
    print_line(
        f"{found.deciding.flagged:,} of {found.files - found.failed:,} files are anomalies by "
        f"{found.deciding.label}: {output / 'anomalies.csv'}"
    )
    if found.worst:
        print_line(f"The worst: {output / 'worst.png'}")


def _row(method: DetectionScores, *, labeled: bool) -> Iterator[str]:
    yield method.label
    yield f"{method.threshold:.4g}"
    yield _observed(method.false_alarms)
    yield f"{method.flagged:,}"
    if labeled:
        yield "" if method.auroc is None else f"{method.auroc:.4f}"
        # Their intervals are printed with --json.
        yield "" if method.detected is None else _percent(method.detected.rate)
        yield "" if method.flagged_normal is None else _percent(method.flagged_normal.rate)


def _by_label(found: Detection) -> str:
    missing = "" if found.deciding.auroc is not None else " It takes one of each."
    return (
        f"AUROC: on the given files, {found.normal_files:,} of them normal "
        f"({', '.join(found.normal_labels)}) and {found.anomalous_files:,} not.{missing}"
    )


def _measured(found: Detection) -> str:
    files = f"Flagged: of {found.files - found.failed:,} given files."
    observed = found.deciding.false_alarms
    if observed is None:
        return f"{files} False alarms are not measured: no normal image was left for it."
    return (
        f"False alarms: measured on {observed.images:,} other normal images "
        f"({found.calibration.data}, {observed.measured_on}). {files}"
    )


def _observed(observed: ObservedRate | None) -> str:
    if observed is None:
        return ""
    interval = f"{100 * observed.low:.2f}–{100 * observed.high:.2f}"
    return f"{_percent(observed.rate)} [{interval}]"


def _calibration(calibration: Calibration) -> str:
    return (
        f"Thresholds: rank {calibration.rank:,} among the scores of {calibration.images:,} normal "
        f"images ({calibration.data}, {calibration.split}). So many leave the true rate between "
        f"{_percent(calibration.low)} and {_percent(calibration.high)}; all intervals 95 %."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
