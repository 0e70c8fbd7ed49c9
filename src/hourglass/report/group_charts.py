"""The charts of a group."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hourglass.figures import (
    FEW_LABELS_SIZE,
    classifiers_size,
    components_size,
    draw_classifiers,
    draw_components,
    draw_few_labels,
    draw_group_accuracies,
    draw_group_curves,
    draw_members,
    draw_noise_matrix,
    draw_spectra,
    group_curves_size,
    members_size,
    noise_matrix_size,
    spectra_size,
)
from hourglass.report import classifier_words, group_words
from hourglass.report.charts import sketches_of_classes
from hourglass.report.group_contents import GroupContents
from hourglass.report.mapped import sketch_of_suites
from hourglass.report.svg import Chart, Sketch, save_sketches


def save_group_charts(group: GroupContents, folder: Path) -> dict[str, Chart]:
    """Save every chart that the group has records for as SVG and return them by name."""
    return save_sketches(_sketches(group), folder)


def _sketches(group: GroupContents) -> Iterator[Sketch]:
    yield from _classifiers(group)
    if group.members:
        yield _members(group)
    yield from _spectra(group)
    yield from _curves(group)
    study = group.record.noise
    if study is not None:
        yield Sketch(
            "noise-matrix",
            partial(draw_noise_matrix, study),
            noise_matrix_size(study),
            group_words.alternative_of_noise(study),
        )
    if group.mapped:
        yield sketch_of_suites(group.mapped)
    rows = {group_words.LINEAR_METHODS.get(key, key): a for key, a in group.components.items()}
    if rows:
        yield Sketch(
            "components",
            partial(draw_components, rows),
            components_size(rows),
            group_words.alternative_of_components(list(rows)),
        )


def _classifiers(group: GroupContents) -> Iterator[Sketch]:
    best, marks = group.best_classifier, group.marks
    if best is None:
        return
    results = [one.result for one in group.classifiers]
    baselines = {one.name: one.baseline for one in group.classifiers if one.baseline is not None}
    yield Sketch(
        "classifiers",
        partial(draw_classifiers, results, baselines, marks),
        classifiers_size(results),
        classifier_words.alternative_of_classifiers(group),
    )
    histories = {one.name: one.history for one in group.classifiers if one.history is not None}
    if histories:
        size = group_curves_size(histories)
        words = classifier_words.alternative_of_group_curves(group)
        draw = partial(draw_group_curves, histories, marks, loss="cross-entropy")
        yield Sketch("classifier-losses", draw, size, words)
        yield Sketch(
            "classifier-accuracies", partial(draw_group_accuracies, histories, marks), size, words
        )
    yield from sketches_of_classes(best.classification)
    if group.record.few_labels is not None:
        yield Sketch(
            "few-labels",
            partial(draw_few_labels, group.record.few_labels),
            FEW_LABELS_SIZE,
            classifier_words.alternative_of_few_labels(group.record.few_labels),
        )


def _members(group: GroupContents) -> Sketch:
    results = [member.result for member in group.members]
    baselines = {
        member.name: member.baseline for member in group.members if member.baseline is not None
    }
    return Sketch(
        "members",
        partial(draw_members, results, baselines, group.marks),
        members_size(results),
        group_words.alternative_of_members(group),
    )


def _spectra(group: GroupContents) -> Iterator[Sketch]:
    known = [member.result for member in group.members if member.result.spectrum]
    if known:
        spectra = {result.name: result.spectrum for result in known}
        yield Sketch(
            "spectra",
            partial(draw_spectra, spectra, group.marks),
            spectra_size(spectra),
            group_words.alternative_of_spectra(known),
        )


def _curves(group: GroupContents) -> Iterator[Sketch]:
    histories = {
        member.name: member.history for member in group.members if member.history is not None
    }
    if histories:
        loss = group_words.shared_loss(group)
        yield Sketch(
            "curves",
            partial(draw_group_curves, histories, group.marks, loss=loss),
            group_curves_size(histories),
            group_words.alternative_of_curves(group.members),
        )
