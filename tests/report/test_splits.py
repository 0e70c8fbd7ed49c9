"""Every figure of a report carries its split, and it is the split it was measured on."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from hourglass.records import (
    CodeSpace,
    CodeSpread,
    Collapse,
    CrossCell,
    CrossTable,
    ImportanceBound,
    LatentHealth,
    Lookup,
    RandomCodes,
    VariationalScores,
)
from hourglass.report import write_group_report, write_report

FIGURE = re.compile(r"\d\.\d{2,}")
SPLIT = re.compile(r"\b(test|validation|train|training)\b", re.IGNORECASE)
# The command and the experiment repeat what was asked for; facts and settings are no
# measures of quality.
NOT_MEASURED = {"pre", "code", "style", "svg", "title"}


class Figures(HTMLParser):
    """Collect every number with decimals, and what says its split."""

    def __init__(self, page):
        super().__init__()
        self.marked, self.bare = [], []
        self._open = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "img", "br", "link"):
            self._open.append((tag, dict(attributes)))

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text):
        tags = [tag for tag, _ in self._open]
        classes = {attributes.get("class") for _, attributes in self._open}
        if NOT_MEASURED & set(tags) or {"facts", "setting"} & classes:
            return
        tag, attributes = self._open[-1] if self._open else ("", {})
        if tag == "data":
            self.marked.append((float(attributes["value"]), text, attributes["data-split"]))
        elif FIGURE.search(text) and not SPLIT.search(text):
            self.bare.append(text.strip())


VARIATIONAL = VariationalScores(
    split="test",
    images=2000,
    loss="mse",
    beta=1.0,
    log_likelihood=-812.345,
    divergence_by_unit=(3.21, 0.004),
    variance_by_unit=(0.91, 0.0003),
    bound=ImportanceBound(images=1000, draws=50, elbo=-815.678, bound=-811.123),
)
SPACE = CodeSpace(
    data="fashion-mnist",
    latent_dim=2,
    images=1000,
    ends=("test image 0 (Bag)", "test image 3 (Shirt)"),
    spreads=(
        CodeSpread(
            run="published",
            kind="autoencoder",
            least_deviation=3.141,
            greatest_deviation=27.182,
            plane=((-61.803, 5.772), (0.123, 14.142)),
        ),
        CodeSpread(
            run="changed",
            kind="variational",
            least_deviation=0.913,
            greatest_deviation=1.087,
            plane=((-1.834, 1.834), (-1.834, 1.834)),
        ),
    ),
    random=(
        RandomCodes(maker="published", source="standard normal", precision=0.111, recall=0.022),
        RandomCodes(maker="published", source="fitted Gaussian", precision=0.333, recall=0.244),
        RandomCodes(maker="changed", source="standard normal", precision=0.777, recall=0.555),
        RandomCodes(maker="PCA", source="fitted Gaussian", precision=0.066, recall=0.888),
        RandomCodes(maker="changed", source="training images", precision=0.801, recall=0.802),
    ),
)


@pytest.fixture
def measured(run, records):
    """Return a run in whose report every kind of figure appears."""
    scores = replace(
        records.scores,
        collapse=Collapse(split="validation", skill=0.912, variance=0.843),
        latent=LatentHealth(split="test", units=32, dead=1, constant=2, effective_dimension=7.31),
        lookup=Lookup(split="test", images=1000, mse=0.0183, model_mse=0.0044, copies=0),
        variational=VARIATIONAL,
    )
    run.write_scores(scores)
    run.write_embedding(records.embedding)
    run.write_maps(records.maps)
    run.write_cross(
        CrossTable(
            run="a-run",
            data="fashion-mnist",
            model="U-Net denoiser",
            trained_on="gaussian:0.2",
            cells=(
                CrossCell(
                    tested_on="gaussian:0.2",
                    images=2000,
                    mse=0.00431,
                    input_mse=0.03911,
                    lmmse=0.00977,
                    train_images=2000,
                    train_mse=0.00412,
                ),
                CrossCell(tested_on="blur:1", images=2000, mse=0.00911, input_mse=0.0123),
            ),
        )
    )
    return run, scores


def true_figures(run, scores):
    """Return every figure of the records by its split."""
    cross, errors = run.read_cross(), run.read_samples().errors["model"]
    of_methods = {
        value
        for method in scores.methods
        for value in (method.mse, method.psnr, method.psnr_per_image, method.ssim, method.gain)
    }
    best = min(method.mse for method in scores.methods if method.kind == "baseline")
    lead = scores.model.psnr - next(m.psnr for m in scores.methods if m.mse == best)
    tested = {
        value for cell in cross.cells for value in (cell.mse, cell.psnr, cell.input_mse, cell.lmmse)
    }
    return {
        "test": of_methods
        | tested
        | measures(run.read_embedding())
        | set(errors.tolist())
        | {lead, scores.latent.effective_dimension}
        | prices(scores.variational),
        "validation": {scores.collapse.skill, scores.collapse.variance},
        "train": {cell.train_mse for cell in cross.cells},
        "test less train": {cell.gap for cell in cross.cells},
    }


def prices(found):
    """Return the figures of a variational code, all of them of its split."""
    bound = found.bound
    return {found.log_likelihood, found.divergence, found.elbo, bound.elbo, bound.bound}


def measures(embedding):
    """Return every figure of the spaces that a page tells outside of a chart."""
    return {
        value
        for space in embedding.spaces
        for value in (
            space.effective_dimension,
            space.neighbors_accuracy,
            space.probe_accuracy,
            space.clustering_accuracy,
            space.mutual_information,
            space.adjusted_rand,
            space.trustworthiness,
            space.continuity,
        )
    }


def misplaced(page, truth):
    """Return the figures of a page that the records do not have for the split they carry."""
    known = {split: [v for v in values if v is not None] for split, values in truth.items()}
    return [
        (text, split)
        for value, text, split in Figures(page).marked
        if not any(abs(value - right) <= 1e-9 for right in known.get(split, ()))
    ]


def test_every_figure_carries_its_split(measured):
    run, _ = measured
    figures = Figures(write_report(run).read_text(encoding="utf-8"))
    assert figures.bare == []
    assert len(figures.marked) > 20
    assert {split for _, _, split in figures.marked} == {
        "test",
        "validation",
        "train",
        "test less train",
    }


def test_every_figure_is_of_the_split_it_carries(measured):
    run, scores = measured
    page = write_report(run).read_text(encoding="utf-8")
    assert misplaced(page, true_figures(run, scores)) == []


def test_a_validation_figure_labelled_test_is_caught(measured):
    run, scores = measured
    truth = true_figures(run, scores)
    # What a careless program would do: measure on validation and keep the label.
    validation = run.read_history().epochs[-1].val_mse
    model = replace(scores.model, mse=validation)
    run.write_scores(replace(scores, methods=(*scores.methods[:-1], model)))
    found = misplaced(write_report(run).read_text(encoding="utf-8"), truth)
    assert (f"{validation:.5f}", "test") in found


def test_a_figure_without_a_split_is_caught(measured):
    run, _ = measured
    page = write_report(run).read_text(encoding="utf-8")
    planted = page.replace("</main>", "<p>It reaches 0.00431.</p></main>")
    assert Figures(planted).bare == ["It reaches 0.00431."]


def true_figures_of_group(group, record):
    """Return every figure of a group's records by its split."""
    tables = [group.run(member.name).read_scores() for member in record.members]
    methods = [method for table in tables for method in table.methods]
    study = record.noise
    return {
        "test": {value for method in methods for value in (method.mse, method.psnr, method.ssim)}
        | {member.test_mse for member in record.members}
        | {error for row in study.test_mse for error in row},
        "train": {member.train_mse for member in record.members},
        "test less train": {member.gap for member in record.members},
        "validation": {*study.mean_gains, *study.clean_mse},
    }


def test_every_figure_of_a_group_carries_its_split_and_is_of_it(group, study):
    record = replace(group.read_record(), noise=study)
    page = write_group_report(group, record=record).read_text(encoding="utf-8")
    truth = true_figures_of_group(group, record)
    assert Figures(page).bare == []
    assert {split for _, _, split in Figures(page).marked} == set(truth)
    assert misplaced(page, truth) == []


@pytest.fixture
def compared(group):
    """Return a group whose codes were compared, and what its page may say."""
    run = group.run("changed")
    run.write_scores(replace(run.read_scores(), variational=VARIATIONAL))
    images = np.random.default_rng(0).random((10, 8, 8, 1), np.float32)
    labels = [f"0/random/{made.maker}, {made.source}" for made in SPACE.random[:4]]
    between = ["0/between/mix of pixels", "0/between/published", "0/between/changed"]
    planes = {
        f"0/plane/{run}": np.repeat(images[:9], 25, axis=0) for run in ("published", "changed")
    }
    group.write_pictures(dict.fromkeys([*labels, *between], images) | planes)
    record = replace(group.read_record(), codes=(SPACE,))
    truth = {
        "test": {
            value
            for member in record.members
            for method in group.run(member.name).read_scores().methods
            for value in (method.mse, method.psnr, method.ssim)
        }
        | {member.test_mse for member in record.members}
        | {value for made in SPACE.random for value in (made.precision, made.recall)}
        | prices(VARIATIONAL),
        "train": {member.train_mse for member in record.members}
        | {s.least_deviation for s in SPACE.spreads}
        | {s.greatest_deviation for s in SPACE.spreads},
        "test less train": {member.gap for member in record.members},
    }
    return group, record, truth


def test_every_figure_of_codes_carries_its_split_and_is_of_it(compared):
    group, record, truth = compared
    page = write_group_report(group, record=record).read_text(encoding="utf-8")
    assert Figures(page).bare == []
    assert misplaced(page, truth) == []
    assert "−811.12" in page and "0.913" in page


def test_a_page_of_codes_shows_pixels_as_they_are(compared, parse):
    group, record, _ = compared
    page = parse(write_group_report(group, record=record).read_text(encoding="utf-8"))
    planes = [found for tag, found in page.elements if found.get("class") == "plane"]
    # 15 × 15 images of 8 pixels four times as large, and 14 gaps.
    assert [plane["width"] for plane in planes] == ["522", "522"]
    assert all("225 images on a grid" in plane["alt"] for plane in planes)
    assert (group.figures / "between-1.png").is_file() and (
        group.figures / "plane-1-1.png"
    ).is_file()
    for row in ("mix of pixels", "published, fitted Gaussian", "PCA, fitted Gaussian"):
        assert row in page.text
    assert "Posterior collapse of 1 of 2 units" in page.text


def test_codes_without_a_partner_are_told_alone(compared):
    group, record, _ = compared
    for spread in SPACE.spreads:
        alone = replace(record, codes=(replace(SPACE, spreads=(spread,)),))
        page = write_group_report(group, record=alone).read_text(encoding="utf-8")
        assert ("changed pays" in page) == (spread.run == "changed")
        assert ("Nothing tells the codes" in page) == (spread.run == "published")


def test_a_group_figure_of_another_split_is_caught(group, study):
    record = replace(group.read_record(), noise=study)
    truth = true_figures_of_group(group, record)
    first, *others = record.members
    # The train error in the column of the test error.
    planted = replace(record, members=(replace(first, test_mse=first.train_mse), *others))
    page = write_group_report(group, record=planted).read_text(encoding="utf-8")
    assert (f"{first.train_mse:.5f}", "test") in misplaced(page, truth)


def true_figures_of_classifier(found):
    of_methods = {
        value
        for method in found.methods
        for value in (
            method.accuracy,
            method.precision,
            method.recall,
            method.f1,
            method.macro_auc,
            method.micro_auc,
        )
    }
    of_classes = {
        value
        for entry in found.classes
        for value in (entry.precision, entry.recall, entry.f1, entry.auc)
    }
    lead = 100 * (found.model.accuracy - found.best_baseline.accuracy)
    sure = {mistake.confidence for mistake in found.mistakes}
    whole = {lead, found.calibration_error, found.cross_entropy}
    return of_methods | of_classes | sure | whole


def test_every_figure_of_a_classifier_carries_its_split_and_is_of_it(classified):
    page = write_report(classified).read_text(encoding="utf-8")
    found = Figures(page)
    assert found.bare == []
    assert {split for _, _, split in found.marked} == {"test"}
    assert len(found.marked) > 30
    truth = {"test": true_figures_of_classifier(classified.read_classification())}
    assert misplaced(page, truth) == []


def test_a_table_of_other_images_is_caught(classified, other_classification):
    truth = {"test": true_figures_of_classifier(classified.read_classification())}
    classified.write_classification(other_classification)
    assert misplaced(write_report(classified).read_text(encoding="utf-8"), truth)


def test_every_figure_of_classifiers_carries_its_split_and_is_of_it(classifiers):
    record = classifiers.read_record()
    page = write_group_report(classifiers).read_text(encoding="utf-8")
    tables = [classifiers.run(one.name).read_classification() for one in record.classifiers]
    truth = {
        "test": set().union(*map(true_figures_of_classifier, tables))
        | {row.test_accuracy for row in record.few_labels.rows},
        "train": {one.train_accuracy for one in record.classifiers},
        "validation": {one.validation_accuracy for one in record.classifiers},
    }
    assert Figures(page).bare == []
    assert {split for _, _, split in Figures(page).marked} == set(truth)
    assert misplaced(page, truth) == []


def test_every_figure_of_suites_carries_its_split_and_is_of_it(group, suites, records):
    page = write_group_report(group, record=suites).read_text(encoding="utf-8")
    # The study of noise is no part of this page, so that no figure of it may appear.
    tables = [group.run(member.name).read_scores() for member in suites.members]
    methods = [method for table in tables for method in table.methods]
    truth = {
        "test": {value for method in methods for value in (method.mse, method.psnr, method.ssim)}
        | {member.test_mse for member in suites.members}
        | measures(records.embedding),
        "train": {member.train_mse for member in suites.members},
        "test less train": {member.gap for member in suites.members},
        "validation": {row.validation_mse for row in suites.suite.rows},
    }
    assert Figures(page).bare == []
    assert {split for _, _, split in Figures(page).marked} == set(truth)
    assert misplaced(page, truth) == []
