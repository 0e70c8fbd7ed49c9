"""A classifier and its scores, as lines and tables."""

from collections.abc import Iterator

from hourglass.cli.output import (
    print_json,
    print_left_out,
    print_line,
    print_table,
)
from hourglass.records import (
    Classification,
    FlagRates,
    GroupRecord,
    LabeledFiles,
    ObservedRate,
    PredictedFiles,
    Temperature,
    TemperatureEffect,
    to_json,
)
from hourglass.runs import GroupFolder


def tell_classification(classification: Classification, *, json: bool) -> None:
    """Print the tables of a classifier: every method, every class, and on which split."""
    if json:
        print_json(to_json(classification))
        return
    measured_on = f"{classification.data}, {classification.images:,} {classification.split} images"
    print_table(
        measured_on,
        ("method", "accuracy", "precision", "recall", "F1", "macro AUC", "micro AUC"),
        [
            (
                method.label,
                *map(
                    _share,
                    (
                        method.accuracy,
                        method.precision,
                        method.recall,
                        method.f1,
                        method.macro_auc,
                        method.micro_auc,
                    ),
                ),
            )
            for method in classification.methods
        ],
    )
    print_line("Precision, recall, F1: macro means over classes. AUC: one class against the rest.")
    if classification.classes:
        _tell_classes(classification, measured_on)
    for line in (*_baseline_details(classification), *classification.left_out):
        print_line(line)
    print_line(
        f"Expected calibration error {classification.calibration_error:.4f}, cross-entropy "
        f"{classification.cross_entropy:.4f} nats ({classification.split} split)."
    )
    print_line(_classifier_verdict(classification))


def _tell_classes(classification: Classification, measured_on: str) -> None:
    print_table(
        f"{classification.model.label}, class by class: {measured_on}",
        ("class", "images", "precision", "recall", "F1", "AUC"),
        [
            (
                entry.name,
                f"{entry.images:,}",
                *map(_share, (entry.precision, entry.recall, entry.f1, entry.auc)),
            )
            for entry in classification.classes
        ],
    )


def tell_classifiers(record: GroupRecord, group: GroupFolder) -> None:
    """Print the classifiers of a group beside each other, and what latents are worth."""
    rows = []
    for result in record.classifiers:
        found = group.run(result.name).read_classification()
        rows.append(
            (
                f"{result.name}{' (own choice)' if result.role == 'own' else ''}",
                f"{group.run(result.name).read_record().parameters:,}",
                _share(result.test_accuracy),
                _share(found.model.f1),
                _share(found.model.macro_auc),
                _share(result.validation_accuracy),
                f"{found.best_baseline.accuracy:.4f} {found.best_baseline.label}",
            )
        )
    columns = ("run", "parameters", "accuracy", "F1", "macro AUC", "validation", "best baseline")
    print_table(f"{record.name}: {record.about}", columns, rows)
    print_line("Test split but for the column of validation accuracy, which choices are made by.")
    if record.few_labels is None:
        return
    print_table(
        f"With few labels: pixels, and {record.few_labels.latent_dim} latents of "
        f"{record.few_labels.run}, which saw none",
        ("classifier", *(f"{100 * share:g} %" for share in record.few_labels.shares)),
        [
            (f"{method} on {features}", *(_share(row.test_accuracy) for row in rows_of_way))
            for (features, method), rows_of_way in record.few_labels.ways.items()
        ],
    )
    print_line("Test accuracy by the share of labels, the mean over draws of labels.")


def tell_predictions(done: PredictedFiles, *, json: bool) -> None:
    """Print how many files have which class, which are least sure, and what that is worth."""
    if json:
        print_json(to_json(done))
        return
    good = done.files - done.failed
    if done.least_sure:
        few = f"the {len(done.least_sure)} least sure of {good:,} files"
        every = f"{good:,} files, the least sure first"
        print_table(
            f"{done.model} ({done.run}): {every if len(done.least_sure) == good else few}",
            ("file", "class", "probability", "flag"),
            [
                (file.file, file.class_name, f"{file.probability:.4f}", file.flag)
                for file in done.least_sure
            ],
        )
    print_line(
        f"{good:,} files: "
        + ", ".join(f"{count:,} {name}" for name, count in done.classes.items() if count)
        + "."
    )
    if done.rates is not None:
        _tell_flags(done, done.rates, good)
    if done.labeled is not None:
        for line in _of_labeled(done.labeled):
            print_line(line)
    for note in done.notes:
        print_line(note)
    print_left_out(done.not_listed)
    left = " It was done before and is left alone." if done.done_before else ""
    print_line(f"Table: {done.output}.{left}")
    if done.sheet is not None:
        print_line(f"The least sure: {done.sheet}")


def _tell_flags(done: PredictedFiles, rates: FlagRates, good: int) -> None:
    """Print how many files are flagged, and how the same is on the run's own images."""
    print_line(
        f"Flagged: {done.unknown:,} unknown and {done.unsure:,} unsure of {good:,} files. Of the "
        f"run's own test images {_rate(rates.unknown_flagged)} are flagged unknown (at most "
        f"{100 * rates.unknown:g} % asked) and {_rate(rates.unsure)} unsure; for "
        f"{_rate(rates.missed)} the set lacks the class (at most {100 * rates.error:g} % asked)."
    )
    print_line(
        f"Rates: measured on {rates.flagged.images:,} test images. Thresholds: from "
        f"{rates.validation_images:,} validation images, which leave the true rate of the first "
        f"between {_percent(rates.unknown_range[0])} and {_percent(rates.unknown_range[1])}, of "
        f"the last between {_percent(rates.error_range[0])} and {_percent(rates.error_range[1])}; "
        "all intervals 95 %."
    )
    if done.scaling is not None:
        tell_temperature(done.scaling)


def tell_temperature(scaling: Temperature) -> None:
    """Print what logits are divided by, and what that does on both splits."""
    print_line(
        f"Temperature {scaling.temperature:.3f}. {_effect(scaling.fitted, 'fitted')} "
        f"{_effect(scaling.measured, 'measured')}"
    )


def _effect(effect: TemperatureEffect, how: str) -> str:
    return (
        f"{effect.split.capitalize()} ({how}): cross-entropy {effect.cross_entropy:.4f} → "
        f"{effect.calibrated_cross_entropy:.4f} nats, expected calibration error "
        f"{effect.calibration_error:.4f} → {effect.calibrated_error:.4f}."
    )


def _of_labeled(labeled: LabeledFiles) -> Iterator[str]:
    yield (
        f"Accuracy {labeled.accuracy:.4f} [{labeled.low:.4f}–{labeled.high:.4f}]: measured on "
        f"{labeled.files:,} of the given files, by the sub-folders they lie in. Always "
        f"naming {labeled.commonest}, their commonest class, would have "
        f"{labeled.commonest_share:.4f}."
    )
    if labeled.missed is not None and labeled.unflagged:
        yield (
            f"Without the flagged files: {labeled.unflagged_right / labeled.unflagged:.4f} on "
            f"{labeled.unflagged:,} files. The set lacks the class of {labeled.missed:,} of "
            f"{labeled.files:,}."
        )
    if labeled.other_files:
        yield (
            f"{labeled.other_files:,} files lie in no sub-folder that is called like a class and "
            f"are not counted ({', '.join(name or 'none' for name in labeled.other_folders)})."
        )


def _rate(observed: ObservedRate) -> str:
    low, high = 100 * observed.low, 100 * observed.high
    return f"{_percent(observed.rate)} [{low:.1f}–{high:.1f}]"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _share(value: float) -> str:
    return f"{value:.4f}"


def _baseline_details(classification: Classification) -> list[str]:
    return [
        f"{method.label}: {method.detail}."
        for method in classification.methods
        if method.kind == "baseline" and method.detail
    ]


def _classifier_verdict(classification: Classification) -> str:
    model, baseline = classification.model, classification.best_baseline
    points = 100 * (model.accuracy - baseline.accuracy)
    if points > 0:
        return (
            f"The {model.label} names {points:.2f} points more of the images rightly than "
            f"{baseline.label}, the next best."
        )
    return (
        f"The {model.label} names {-points:.2f} points FEWER of the images rightly than "
        f"{baseline.label}, which needs no network. Train longer (--minutes), or choose another "
        "network."
    )
