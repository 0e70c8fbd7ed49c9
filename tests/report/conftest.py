"""A small run that is finished, and what to read a page with."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hourglass.evaluation import describe_classifier, score_classifier
from hourglass.files import make_folder
from hourglass.records import (
    Architecture,
    Classification,
    ClassifierResult,
    Embedding,
    Environment,
    Epoch,
    Experiment,
    FewLabelsRow,
    FewLabelsStudy,
    GroupRecord,
    History,
    LayerRecord,
    Maps,
    MemberResult,
    MethodScores,
    NoiseStudy,
    RunRecord,
    Samples,
    Scores,
    SpaceScores,
    SuiteRow,
    SuiteStudy,
    TrainingPlan,
)
from hourglass.runs import GroupFolder, RunFolder

EXPERIMENT = Experiment(
    data="fashion-mnist", corruption="gaussian:0.2", plan=TrainingPlan(epochs=2, seed=7)
)
RECORD = RunRecord(
    status="finished",
    command="hourglass train --data fashion-mnist --noise 0.2 --epochs 2 --seed 7",
    started="2026-11-21T08:15:02+00:00",
    environment=Environment(
        versions={"python": "3.11.2", "keras": "3.15.1"},
        backend="tensorflow",
        system="Linux x86_64",
        processor="a processor",
        processor_features=("avx2",),
        threads=2,
    ),
    data_fingerprint="0a" * 32,
    split_hash="1b" * 32,
    image_shape=(8, 8, 1),
    images_by_split={"train": 9000, "validation": 1000, "test": 2000},
    seeds={"run": 7},
    parameters=12345,
    steps=140,
    images_per_second=3412.4,
    seconds={"training": 84.2},
)
HISTORY = History(
    epochs=tuple(
        Epoch(
            epoch=epoch,
            step=70 * epoch,
            loss=0.02 / epoch,
            val_loss=0.015 / epoch,
            val_mse=0.015 / epoch,
            learning_rate=1e-3,
            seconds=42.1,
            images_per_second=3412.4,
        )
        for epoch in (1, 2)
    ),
    best_epoch=2,
)
ARCHITECTURE = Architecture(
    layers=(
        LayerRecord(
            name="images", kind="InputLayer", part="network", output_shape=(8, 8, 1), parameters=0
        ),
        LayerRecord(
            name="convolution",
            kind="Conv2D",
            part="network",
            output_shape=(8, 8, 1),
            parameters=12345,
            inputs=("images",),
        ),
    )
)
ERRORS = {"noisy": 0.03911, "median": 0.01622, "lmmse": 0.00977, "model": 0.00431}


def method(key: str, label: str, kind: str, **changes: object) -> MethodScores:
    """Return the scores of one method, no two numbers of the table alike."""
    mse = ERRORS[key]
    psnr = float(-10 * np.log10(mse))
    values = {
        "mse": mse,
        "psnr": psnr,
        "psnr_per_image": psnr + 0.17,
        "ssim": 0.9 - 7 * mse,
        "gain": psnr - 14.08,
        "mse_by_class": {"Shirt": mse * 1.5, "Bag": mse / 2},
    }
    return MethodScores(method=key, label=label, kind=kind, **{**values, **changes})


SCORES = Scores(
    data="fashion-mnist",
    split="test",
    images=2000,
    corruption="gaussian:0.2",
    methods=(
        method("noisy", "noisy input", "input"),
        method("median", "median filter", "baseline", detail="3×3 window, chosen on validation"),
        method("lmmse", "affine LMMSE", "baseline"),
        method("model", "U-Net denoiser", "model"),
    ),
    left_out=("PCA: the images have different sizes",),
)


def samples() -> Samples:
    """Return six images as each method of ``SCORES`` shows them."""
    generator = np.random.default_rng(3)
    rows = np.arange(6)
    return Samples(
        groups={"best": rows[:2], "median": rows[2:4], "worst": rows[4:], "random": rows[::3]},
        positions=rows,
        images={key: generator.random((6, 8, 8, 1), np.float32) for key in ("clean", *ERRORS)},
        errors={
            key: (mse * generator.random(2000) * 2).astype(np.float32)
            for key, mse in ERRORS.items()
        },
    )


EMBEDDING = Embedding(
    run="a-run",
    data="fashion-mnist",
    model="convolutional autoencoder",
    split="test",
    images=2000,
    train_images=9000,
    fitted_images=8000,
    mapped_images=40,
    neighbors=10,
    perplexity=13.0,
    seed=0,
    class_names=("Shirt", "Bag"),
    spaces=tuple(
        SpaceScores(
            space=name,
            label=label,
            dimensions=dimensions,
            effective_dimension=7.53 + place,
            neighbors_accuracy=0.8011 + 0.0213 * place,
            probe_accuracy=0.7817 + 0.0217 * place,
            clustering_accuracy=0.4819 + 0.0219 * place,
            mutual_information=0.5121 + 0.0221 * place,
            adjusted_rand=0.3423 + 0.0223 * place,
            trustworthiness=0.9927 - 0.0027 * place,
            continuity=0.9929 - 0.0029 * place,
            map_trustworthiness=0.9731 - 0.0031 * place,
            map_neighbors_accuracy=0.7633 + 0.0233 * place,
        )
        for place, (name, label, dimensions) in enumerate(
            [("pixels", "raw pixels", 784), ("pca", "PCA", 16), ("latents", "latents", 16)]
        )
    ),
)


def maps() -> Maps:
    """Return forty images of two classes on the maps of ``EMBEDDING``."""
    generator = np.random.default_rng(5)
    return Maps(
        positions=np.arange(0, 80, 2),
        labels=np.arange(40) % 2,
        maps={
            space.space: generator.normal(size=(40, 2)).astype(np.float32)
            for space in EMBEDDING.spaces
        },
    )


@pytest.fixture
def records() -> SimpleNamespace:
    """Return the records of the finished run, and ``method`` to make other scores."""
    return SimpleNamespace(
        experiment=EXPERIMENT,
        record=RECORD,
        history=HISTORY,
        architecture=ARCHITECTURE,
        scores=SCORES,
        samples=samples(),
        embedding=EMBEDDING,
        maps=maps(),
        method=method,
    )


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """Return a finished run with every file that a report reads."""
    folder = RunFolder(make_folder(tmp_path / "a-run"))
    folder.write_experiment(EXPERIMENT)
    folder.write_record(RECORD)
    folder.write_history(HISTORY)
    folder.write_architecture(ARCHITECTURE)
    folder.write_scores(SCORES)
    folder.write_samples(samples())
    return folder


SPECTRA = {
    "published": (0.004, 0.003, 0.002, 0.001),
    "changed": (0.004, 0.001, 0.0015, 0.0005),
    "own-unet": (0.002, 0.001, 0.0008, 0.0002),
}
ROLES = {"published": "published", "changed": "changed", "own-unet": "own"}
STUDY = NoiseStudy(
    trained_on=(0.1, 0.25),
    tested_on=(0.1, 0.25, 0.4),
    gains=((5.11, 6.12, -1.13), (4.14, 8.15, 9.16)),
    mean_gains=(3.367, 7.151),
    clean_mse=(0.00123, 0.00234),
    test_mse=((0.00311, 0.00812, 0.02113), (0.00414, 0.00515, 0.00616)),
    chosen=0.25,
)


def result(name: str) -> MemberResult:
    """Return what a group found about one of its runs; the rings add up to the test error."""
    mse = sum(SPECTRA[name])
    return MemberResult(
        name=name,
        role=ROLES[name],
        about=f"about {name}",
        images_seen=18000,
        code_size=32,
        train_images=2000,
        train_mse=mse - 0.00031 * (1 + list(SPECTRA).index(name)),
        test_mse=mse,
        spectrum=SPECTRA[name],
    )


@pytest.fixture
def study() -> NoiseStudy:
    """Return a study of two noise factors on three."""
    return STUDY


@pytest.fixture
def group(tmp_path: Path, records: SimpleNamespace) -> GroupFolder:
    """Return the folder of a group whose three runs have every file."""
    folder = GroupFolder.create(tmp_path / "denoisers")
    shared = records.samples
    for number, name in enumerate(SPECTRA):
        run = RunFolder(make_folder(folder.path / name))
        model = records.method("model", "U-Net denoiser", "model", mse=sum(SPECTRA[name]))
        run.write_experiment(records.experiment)
        run.write_record(replace(records.record, parameters=1000 * (number + 1)))
        run.write_history(records.history)
        run.write_scores(replace(records.scores, methods=(*records.scores.methods[:-1], model)))
        rebuilt = np.full_like(shared.images["clean"], number / 4)
        run.write_samples(replace(shared, images={**shared.images, "model": rebuilt}))
    folder.write_record(
        GroupRecord(
            name="denoisers",
            about="Four ways to denoise",
            story="comparison",
            status="finished",
            members=tuple(map(result, SPECTRA)),
        )
    )
    return folder


@pytest.fixture
def suites(group: GroupFolder) -> GroupRecord:
    """Return the record of the same group as one of suites, the best of which is mapped."""
    best = group.run("changed")
    best.write_embedding(EMBEDDING)
    best.write_maps(maps())
    errors = {"own-unet": 0.00417, "changed": 0.00719, "published": 0.01023}
    study = SuiteStudy(
        rows=tuple(SuiteRow(run=name, validation_mse=error) for name, error in errors.items()),
        best="changed",
        least_good="published",
    )
    return replace(group.read_record(), story="suites", suite=study, beside="others")


class Page(HTMLParser):
    """What a page holds: its text, its elements, the rows of its tables.

    Attributes
    ----------
    elements
        Name and attributes of each element, in order.
    rows
        Texts of the cells of each table row.
    text
        All text outside of styles.
    """

    # SVG elements that stand alone are written as <path ... />, which never opens them.
    VOID = frozenset({"meta", "img", "br", "hr", "link", "input"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert not self._open, f"never closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, f"</{tag}> closes nothing that is open"

    def handle_data(self, data: str) -> None:
        if "style" in self._open:
            return
        self.text += data
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data


@pytest.fixture
def parse() -> Callable[[str], Page]:
    """Return what reads a page and finds elements that are never closed."""
    return Page


CLASSES = ("T-shirt/top", "Bag", "<script>alert(1)</script>")
CLASSIFIER = Experiment(data="fashion-mnist", objective="classify", plan=TrainingPlan(epochs=2))


def classification(seed: int = 0, split: str = "test") -> Classification:
    """Return a table in which no two figures are alike."""
    chance = np.random.default_rng(seed)
    labels = np.arange(300) % 3
    tables = {
        "logistic": chance.dirichlet(np.ones(3), 300) + 0.3 * np.eye(3)[labels],
        "model": chance.dirichlet(np.ones(3), 300) + 0.6 * np.eye(3)[labels],
    }
    tables = {name: table / table.sum(axis=1, keepdims=True) for name, table in tables.items()}
    methods = [
        score_classifier(
            name,
            "a map of pixels" if name == "logistic" else "dense classifier",
            "model" if name == "model" else "baseline",
            probabilities=table,
            labels=labels,
            detail="C = 0.01, chosen on validation" if name == "logistic" else "",
        )
        for name, table in tables.items()
    ]
    return describe_classifier(
        methods,
        data="fashion-mnist",
        split=split,
        probabilities=tables["model"],
        labels=labels,
        class_names=CLASSES,
    )


CLASSIFIER_HISTORY = History(
    epochs=tuple(
        Epoch(
            epoch=epoch,
            step=epoch,
            loss=1.0 / epoch,
            val_loss=1.1 / epoch,
            learning_rate=1e-3,
            seconds=1.0,
            images_per_second=1.0,
            accuracy=0.4 * epoch,
            val_accuracy=0.41 * epoch,
        )
        for epoch in (1, 2)
    ),
    best_epoch=2,
)


def make_classifier(folder: RunFolder, found: Classification) -> RunFolder:
    """Write every file of a classifier that a report reads."""
    folder.write_experiment(CLASSIFIER)
    folder.write_record(RECORD)
    folder.write_history(CLASSIFIER_HISTORY)
    folder.write_architecture(ARCHITECTURE)
    folder.write_classification(found)
    shown = np.array([mistake.position for mistake in found.mistakes])
    images = np.random.default_rng(1).random((len(shown), 8, 8, 1), np.float32)
    folder.write_samples(
        Samples(
            groups={"mistakes": shown},
            positions=np.unique(shown),
            images={"clean": images},
            errors={},
        )
    )
    return folder


@pytest.fixture
def classified(tmp_path: Path) -> RunFolder:
    """Return a finished run of a classifier with every file that a report reads."""
    return make_classifier(RunFolder(make_folder(tmp_path / "a-classifier")), classification())


@pytest.fixture
def other_classification() -> Classification:
    """Return a table that shares no figure with that of ``classified``."""
    return classification(seed=9)


@pytest.fixture
def classifiers(tmp_path: Path) -> GroupFolder:
    """Return the folder of a group of two classifiers, with a study of few labels."""
    folder = GroupFolder.create(tmp_path / "classes")
    results = []
    for number, name in enumerate(("sgd", "own-choice")):
        found = classification(seed=number)
        make_classifier(RunFolder(make_folder(folder.path / name)), found)
        results.append(
            ClassifierResult(
                name=name,
                role="own" if number else "published",
                about=f"about {name}",
                images_seen=600,
                train_images=300,
                train_accuracy=0.91234,
                validation_accuracy=0.71111 + number / 9,
                test_accuracy=found.model.accuracy,
            )
        )
    rows = tuple(
        FewLabelsRow(
            features=features,
            method=method,
            share=share,
            labels=round(300 * share),
            validation_accuracies=(0.5,),
            test_accuracies=(0.5 + 0.101 * share + 0.0123 * len(method) + 0.07 * (features > "m"),),
        )
        for features in ("pixels", "latents")
        for method in ("logistic", "dense")
        for share in (0.01, 1.0)
    )
    folder.write_record(
        GroupRecord(
            name="classes",
            about="Two classifiers",
            story="classification",
            status="finished",
            members=(),
            classifiers=tuple(results),
            few_labels=FewLabelsStudy(run="some", latent_dim=8, units=(4, 2), rows=rows),
        )
    )
    return folder
