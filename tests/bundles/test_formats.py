"""Every form in which a model is kept gives the same model, and tells the same of it."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import (
    BundleFile,
    export_model,
    find_model,
    load_model,
    save_bundle,
    save_model,
)
from hourglass.errors import ConfigurationError, MissingPathError, ModelFileError, OutputExistsError
from hourglass.models import build_model
from hourglass.records import (
    Environment,
    Experiment,
    MethodScores,
    ModelSpec,
    NetworkOptions,
    RunRecord,
    Scores,
    TrainingPlan,
)
from hourglass.runs import RunFolder, TrainedModel

KEPT = Path(__file__).parent / "random_weights.hourglass"
SECRET = "/home/somebody/secret project"
SPEC = ModelSpec(
    network="dense",
    image_shape=(8, 8, 1),
    options=NetworkOptions(units=(8,), latent_dim=3, activation="relu"),
    corruption="gaussian:0.2",
)
ASKED = Experiment(
    data=f"{SECRET}/photos",
    network="dense",
    units=(8,),
    latent_dim=3,
    corruption="gaussian:0.2",
    plan=TrainingPlan(epochs=3, seed=4),
)
RECORD = RunRecord(
    status="finished",
    command=ASKED.command(),
    started="2026-11-22T10:00:00+00:00",
    environment=Environment(
        versions={"keras": "3.15.1"},
        backend="tensorflow",
        system="Linux x86_64",
        processor="a processor",
        processor_features=("avx",),
        threads=2,
        settings={"XLA_FLAGS": "--xla_dump_to=/home/somebody/dump --x=C:\\Users\\somebody\\y"},
    ),
    data_fingerprint="a" * 64,
    split_hash="b" * 64,
    image_shape=(8, 8, 1),
    images_by_split={"train": 80, "validation": 10, "test": 10},
    seeds={"run": 4},
    parameters=1155,
    steps=6,
    drift=(f"XLA_FLAGS was ~/dump and is {SECRET}/photos",),
)
MEASURED = {"mse": 0.1, "psnr": 10.0, "psnr_per_image": 10.1, "ssim": 0.5}
SCORES = Scores(
    data=f"{SECRET}/photos",
    split="test",
    images=10,
    corruption="gaussian:0.2",
    methods=(
        MethodScores(
            method="model",
            label="dense denoiser",
            kind="model",
            mse_by_class={"cat": 0.1, "dog": 0.1},
            **MEASURED,
        ),
    ),
)


def rebuilt(path: Path) -> np.ndarray:
    model, spec = load_model(path)
    assert spec == SPEC
    return np.asarray(model.reconstruct(ramp()))


def ramp() -> np.ndarray:
    return (np.arange(64, dtype=np.float32) / 63).reshape(1, 8, 8, 1)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = RunFolder(tmp_path_factory.mktemp("formats") / "run")
    folder.write_experiment(ASKED)
    folder.write_record(RECORD)
    folder.write_scores(SCORES)
    save_model(build_model(SPEC, seed=4), SPEC, folder.model)
    return folder


@pytest.fixture(scope="module")
def bundle(run: RunFolder) -> BundleFile:
    path = run.path.parent / "model.hourglass"
    export_model(run, path)
    return BundleFile(path)


FORMS: dict[str, Callable[[RunFolder, BundleFile], TrainedModel]] = {
    "run": lambda run, bundle: run,
    "bundle": lambda run, bundle: bundle,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_keeps_its_promise(form: str, run: RunFolder, bundle: BundleFile) -> None:
    trained = FORMS[form](run, bundle)
    assert np.array_equal(rebuilt(trained.model), rebuilt(run.path))
    found = find_model(str(trained.path), run.path.parent)
    assert (type(found), found.path) == (type(trained), trained.path)
    asked, record = trained.read_experiment(), trained.read_record()
    assert replace(asked, data=ASKED.data) == ASKED
    for name in ("data_fingerprint", "split_hash", "image_shape", "seeds", "steps", "started"):
        assert getattr(record, name) == getattr(RECORD, name)
    assert (trained.measured, trained.classified) == (True, False)
    assert trained.read_scores().model.mse == 0.1


def test_a_card_tells_no_place_of_the_machine(bundle: BundleFile) -> None:
    content = bundle.path.read_bytes()
    for word in (b"home", b"somebody", b"secret", b"Users"):
        assert word not in content
    card = bundle.description.card
    assert (card.data.name, card.data.class_names) == ("photos", ("cat", "dog"))
    assert card.scores.data == bundle.read_experiment().data == "photos"
    settings = card.training.environment.settings
    assert settings == {"XLA_FLAGS": "--xla_dump_to=dump --x=y"}
    assert bundle.read_record().command.startswith("hourglass train --data photos ")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (".", "images"),
        ("/", "images"),
        ("../photos", "photos"),
        ("~/photos", "photos"),
        ("C:\\Users\\me\\photos", "photos"),
        ("digits", "digits"),
        ("a\nb", "a\ufffdb"),
    ],
)
def test_the_last_part_of_what_was_trained_on(data, name, run, tmp_path) -> None:
    other = RunFolder(Path(shutil.copytree(run.path, tmp_path / "run")))
    other.write_experiment(replace(ASKED, data=data))
    export_model(other, tmp_path / "model.hourglass")
    card = BundleFile(tmp_path / "model.hourglass").description.card
    assert card.data.name == card.training.experiment.data == card.scores.data == name
    assert card.training.environment.versions == RECORD.environment.versions


def test_equal_models_give_equal_bytes(run: RunFolder, bundle: BundleFile, tmp_path: Path) -> None:
    for number, found in enumerate((run, bundle)):
        export_model(found, tmp_path / f"{number}.hourglass")
        assert (tmp_path / f"{number}.hourglass").read_bytes() == bundle.path.read_bytes()


def test_the_file_of_2026_is_read_for_ever() -> None:
    assert KEPT.stat().st_size <= 50_000
    model, spec = load_model(KEPT)
    assert (spec.network, spec.options.units, spec.options.latent_dim) == ("dense", (8,), 3)
    assert spec.corruption == "gaussian:0.2"
    expected = np.load(KEPT.with_suffix(".npy"))
    assert np.abs(np.asarray(model.reconstruct(ramp()))[0] - expected).max() < 1e-6
    record = BundleFile(KEPT).read_record()
    assert record.images_by_split == {"train": 1437, "validation": 180, "test": 180}


def test_a_model_of_the_first_schema_is_read(run: RunFolder, tmp_path: Path) -> None:
    told = json.loads((run.model / "model.json").read_text())
    first = {key: told[key] for key in ("spec", "weights_sha256")} | {"schema_version": 1}
    (tmp_path / "model.json").write_text(json.dumps(first))
    weights = (run.model / "weights.safetensors").read_bytes()
    (tmp_path / "weights.safetensors").write_bytes(weights)
    assert np.array_equal(rebuilt(tmp_path), rebuilt(run.path))


def test_a_bundle_of_a_model_alone(tmp_path: Path) -> None:
    path = save_bundle(build_model(SPEC), SPEC, tmp_path / "alone.hourglass")
    alone = BundleFile(path)
    assert alone.read_experiment().model_name == "dense denoiser"
    assert not (alone.measured or alone.classified or alone.estimated)
    with pytest.raises(ConfigurationError, match="tells nothing of its training"):
        alone.read_record()
    with pytest.raises(OutputExistsError):
        save_bundle(build_model(SPEC), SPEC, path)
    with pytest.raises(ConfigurationError, match=r"ends in \.hourglass"):
        save_bundle(build_model(SPEC), SPEC, tmp_path / "alone.zip")


def test_what_a_bundle_does_not_hold(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "own.hourglass"
    own = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Lambda(lambda images: images)])
    with pytest.raises(ConfigurationError, match=r'model\.save\("model\.keras"\)'):
        save_bundle(own, SPEC, path)
    other = replace(SPEC, options=replace(SPEC.options, latent_dim=4))
    with pytest.raises(ConfigurationError, match="not built from this specification"):
        save_bundle(build_model(SPEC), other, path)
    diverged = build_model(SPEC)
    diverged.set_weights([np.full(weight.shape, np.nan) for weight in diverged.get_weights()])
    with pytest.raises(ModelFileError, match="infinite or not a number"):
        save_bundle(diverged, SPEC, path)
    assert not path.exists()


def test_a_training_that_is_not_over_is_not_handed_on(run: RunFolder, tmp_path: Path) -> None:
    begun = RunFolder(tmp_path / "begun")
    begun.write_experiment(ASKED)
    begun.write_record(replace(RECORD, status="unfinished"))
    for suffix in (".hourglass", ".keras"):
        with pytest.raises(ConfigurationError, match=r"not over.*hourglass resume"):
            export_model(begun, tmp_path / f"model{suffix}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match="no model file"):
        find_model(str(tmp_path / "none.hourglass"), tmp_path)
