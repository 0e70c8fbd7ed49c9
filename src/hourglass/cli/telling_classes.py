"""A classifier and its scores, as lines and tables."""

from hourglass.cli.output import print_json, print_line, print_table
from hourglass.records import Classification, GroupRecord, to_json
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
