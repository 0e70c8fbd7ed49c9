"""A model that was handed on finds the data it was trained on, or says what is missing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import BundleFile, export_model, save_model
from hourglass.errors import DataError, MissingPathError
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.material import load_material
from hourglass.experiment.table import model_spec
from hourglass.models import build_model
from hourglass.records import Experiment, RunRecord
from hourglass.runs import RunFolder, read_environment


@pytest.fixture
def handed_on(tmp_path: Path, digits: np.ndarray) -> BundleFile:
    """Return a bundle whose data lie in ``place``, a folder that it does not tell."""
    (tmp_path / "place").mkdir()
    np.save(tmp_path / "place" / "pixels.npy", digits[:40])
    asked = Experiment(
        data=str(tmp_path / "place" / "pixels.npy"), network="dense", units=(8,), latent_dim=3
    )
    splits = load_material(asked)
    spec = model_spec(asked, splits.train.shape)
    run = RunFolder(tmp_path / "run")
    run.write_experiment(asked)
    run.write_record(
        RunRecord(
            status="trained",
            command=asked.command(),
            started="2026-11-22T10:00:00+00:00",
            environment=read_environment("tensorflow"),
            data_fingerprint=splits.fingerprint,
            split_hash=splits.split_hash,
            image_shape=splits.train.shape,
            images_by_split={name: len(images) for name, images in splits.parts.items()},
            seeds={"run": 0},
        )
    )
    save_model(build_model(spec), spec, run.model)
    export_model(run, tmp_path / "model.hourglass")
    return BundleFile(tmp_path / "model.hourglass")


def test_data_are_found_in_the_folder_that_is_named(handed_on, tmp_path, monkeypatch) -> None:
    found = load_splits_of(handed_on, data_dir=tmp_path / "place", offline=True)
    assert found.fingerprint == handed_on.read_record().data_fingerprint
    monkeypatch.chdir(tmp_path / "place")
    assert load_splits_of(handed_on, data_dir=None, offline=True).split_hash == found.split_hash


def test_data_that_are_not_there_or_others(handed_on, tmp_path) -> None:
    for folder in (None, tmp_path):
        with pytest.raises(MissingPathError, match=r"pixels\.npy, which is not here.*--data-dir"):
            load_splits_of(handed_on, data_dir=folder, offline=True)
    pixels = np.load(tmp_path / "place" / "pixels.npy")
    np.save(tmp_path / "place" / "pixels.npy", 1.0 - pixels)
    with pytest.raises(DataError, match=r"is not what .* was trained on"):
        load_splits_of(handed_on, data_dir=tmp_path / "place", offline=True)


def test_the_card_tells_the_run(handed_on) -> None:
    record = handed_on.read_record()
    assert replace(record, command="") == replace(
        RunFolder(handed_on.path.parent / "run").read_record(), command=""
    )
