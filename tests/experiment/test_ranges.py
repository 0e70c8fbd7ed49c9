"""Black and white of a folder go with the model, and every command takes them from there."""

import json
from dataclasses import replace

import numpy as np
import pytest
import tifffile

from hourglass.bundles import BundleFile, export_model, load_model, save_model
from hourglass.bundles.reading import read_description
from hourglass.errors import ModelFileError
from hourglass.experiment import (
    EmbedOptions,
    denoise_files,
    detect_files,
    embed_images,
    run_experiment,
    similar_images,
)
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.material import load_material
from hourglass.experiment.table import model_spec
from hourglass.inference import encode
from hourglass.models import build_model
from hourglass.records import Experiment, FolderOptions, TrainingPlan, ValueRange
from hourglass.runs import RunFolder, read_latents
from hourglass.seeds import generator

LEARNED = ValueRange(-1000, 3000)


def slices(count: int, seed: int, low: float = -1000, high: float = 3000) -> np.ndarray:
    """Return scans of a body in Hounsfield units, shape (count, 8, 8), from ``low`` to ``high``."""
    shares = generator(seed).random((count, 8, 8))
    shares[:, 0, :2] = 0, 1
    return np.rint(low + shares * (high - low)).astype(np.int16)


def write(folder, images):
    folder.mkdir(parents=True)
    for number, image in enumerate(images):
        tifffile.imwrite(folder / f"{number:02}.tif", image, metadata=None)
    return folder


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Train on scans of int16; return the place, whose folders are `body` and `run`, and lines."""
    place = tmp_path_factory.mktemp("scans")
    write(place / "body", slices(40, 1))
    plan = TrainingPlan(epochs=1, batch_size=16)
    asked = Experiment(
        data=str(place / "body"), network="dense", units=(8,), latent_dim=3, plan=plan
    )
    lines: list[str] = []
    run_experiment(asked, place / "run", tell=lines.append)
    return place, lines


def test_a_run_keeps_what_black_and_white_were(scans):
    place, lines = scans
    run = RunFolder(place / "run")
    line = "Black and white of 40 files of int16 are their least and greatest value, -1000..3000."
    assert any(one.startswith(line) for one in lines)
    assert any(note.startswith(line) for note in run.read_record().folder.notes)
    assert line in (run.path / "report.html").read_text()
    assert run.read_record().ranges == {"int16": LEARNED}
    assert read_description(run.model).preprocessing.ranges == {"int16": LEARNED}
    assert load_splits_of(run, data_dir=None, offline=True).train.dtype == np.float32


def test_a_bundle_carries_them(scans, tmp_path):
    place, _ = scans
    export_model(RunFolder(place / "run"), tmp_path / "m.hourglass")
    bundle = BundleFile(tmp_path / "m.hourglass")
    assert bundle.description.preprocessing.ranges == {"int16": LEARNED}
    assert bundle.read_record().ranges == {"int16": LEARNED}
    splits = load_splits_of(bundle, data_dir=place, offline=True)
    assert splits.ranges == {"int16": LEARNED}


def test_latents_of_files_are_those_of_the_training_images(scans, tmp_path):
    place, _ = scans
    run, told = RunFolder(place / "run"), []
    done = embed_images(run, [place / "body"], tmp_path / "a.npz", tell=told.append)
    assert done.facts.request.ranges == {"int16": LEARNED} and "as the model learned" in told[0]
    _, rows = read_latents(tmp_path / "a.npz")
    model, _ = load_model(run.model)
    exact = ((slices(40, 1).astype(np.float64) + 1000) / 4000).astype(np.float32)[..., None]
    assert rows.latents == pytest.approx(encode(model, exact), abs=1e-5)
    # A part of these, darker than the whole, is not scaled otherwise.
    dark = write(tmp_path / "dark", slices(2, 7, -200, 90))
    embed_images(run, [dark], tmp_path / "dark.npz")
    _, rows = read_latents(tmp_path / "dark.npz")
    exact = ((slices(2, 7, -200, 90).astype(np.float64) + 1000) / 4000).astype(np.float32)
    assert rows.latents == pytest.approx(encode(model, exact[..., None]), abs=1e-5)


def test_values_beyond_what_was_learned_are_told(scans, tmp_path):
    run, told = RunFolder(scans[0] / "run"), []
    bright = write(tmp_path / "bright", slices(2, 3, -1000, 3500))
    embed_images(run, [bright], tmp_path / "b.npz", tell=told.append)
    assert "-1000..3000, as the model learned them" in told[0] and "to 3,500" in told[0]
    assert "of 2 files lie outside of -1000..3000" in told[1]
    told.clear()
    other = write(tmp_path / "other", slices(2, 3, 0, 30_000))
    embed_images(run, [other], tmp_path / "c.npz", tell=told.append)
    assert "0..30000" in told[0] and "results may be worse" in told[1]
    options = EmbedOptions(range="0..20000")
    embed_images(run, [other], tmp_path / "d.npz", options=options, tell=told.append)
    assert "of 2 files lie outside of 0..20000" in told[-1]


def test_an_image_is_compared_as_the_others_were_scaled(scans, tmp_path):
    place, _ = scans
    run = RunFolder(place / "run")
    embed_images(run, [place / "body"], tmp_path / "a.npz")
    found = similar_images(run, place / "body" / "07.tif", tmp_path / "a.npz", count=1)
    assert found.found[0].path == "07.tif" and found.found[0].distance < 1e-3
    assert "as the model learned" in found.notes[0]


def test_files_are_held_against_normal_ones_of_the_same_scale(scans, tmp_path):
    run = RunFolder(scans[0] / "run")
    files = write(tmp_path / "new", slices(3, 9, -900, 100))
    found = detect_files(run, [files], tmp_path / "out", heat_maps="none")
    assert found.failed == 0
    assert any("as the model learned" in note for note in found.notes)


def test_a_data_set_is_embedded_as_the_model_learned_it(scans, tmp_path):
    run = RunFolder(scans[0] / "run")
    dark = write(tmp_path / "dark", slices(10, 7, -200, 90))
    for data, values in ((str(dark), "folder"), (str(tmp_path / "dark.npy"), "array")):
        if values == "array":
            np.save(data, slices(10, 7, -200, 90))
        output = tmp_path / f"{values}.npz"
        done = embed_images(run, [], output, data=data, split="all")
        assert done.facts.request.ranges == {"int16": LEARNED}


def old_run(place, folder, **options):
    """Return a run of a version that took the ends of the type, whatever lay in the folder."""
    asked = Experiment(data=str(folder), network="dense", units=(8,), latent_dim=3, **options)
    as_then = replace(asked, folder=FolderOptions(range="dtype"))
    splits, run = load_material(as_then), RunFolder(place)
    spec = model_spec(asked, splits.train.shape)
    run.write_experiment(asked)
    save_model(build_model(spec), spec, run.model)
    for name, inside in (("model/model.json", "preprocessing"), ("record.json", None)):
        path = run.path / name
        if path.exists():
            told = json.loads(path.read_text())
            (told[inside] if inside else told).pop("ranges")
            path.write_text(json.dumps(told))
    return run, splits


def test_a_run_of_an_older_version_is_read_as_it_was_made(tmp_path, scans):
    deep = (generator(2).random((12, 8, 8)) * 4_095).astype(np.uint16)
    run, splits = old_run(tmp_path / "run", write(tmp_path / "twelve", deep))
    assert read_description(run.model).preprocessing.ranges == {}
    record = replace(
        RunFolder(scans[0] / "run").read_record(),
        data_fingerprint=splits.fingerprint,
        split_hash=splits.split_hash,
        ranges={},
    )
    run.write_record(record)
    told = json.loads((run.path / "record.json").read_text())
    assert told.pop("ranges") == {}
    (run.path / "record.json").write_text(json.dumps(told))
    found = load_splits_of(run, data_dir=None, offline=True)
    assert found.train.read_all().max() < 0.07


@pytest.mark.parametrize(
    "ranges",
    [
        {"int16": {"low": 3, "high": 3}},
        {"int16": {"low": 0, "high": float("inf")}},
        {"complex64": {"low": 0, "high": 1}},
        {"int16": {"low": 0, "high": 1, "more": 2}},
        {"int16": 4095},
    ],
)
def test_a_strangers_range_is_held_to_its_meaning(scans, tmp_path, ranges):
    description = scans[0] / "run" / "model" / "model.json"
    told = json.loads(description.read_text())
    told["preprocessing"]["ranges"] = ranges
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.json").write_text(json.dumps(told))
    weights = "weights.safetensors"
    (tmp_path / "model" / weights).write_bytes((description.parent / weights).read_bytes())
    with pytest.raises(ModelFileError, match=r"ranges|range goes|Infinity"):
        read_description(tmp_path / "model")


def test_values_outside_are_counted_and_keep_their_distance(identity, tmp_path):
    values = slices(1, 5)[0]
    folder = write(tmp_path / "in", [values, values])
    told = []
    done = denoise_files(
        identity, [folder], tmp_path / "out", value_range="0..1000", tell=told.append
    )
    outside = int(((values < 0) | (values > 1000)).sum())
    assert [file.outside for file in done.files] == [outside, outside]
    line = f"{2 * outside} values of 2 files lie outside of 0..1000"
    assert told[-1].startswith(line) and done.range_notes[-1].startswith(line)
    assert np.array_equal(tifffile.imread(tmp_path / "out" / "00.tif"), values)


@pytest.mark.parametrize("dtype", ["uint16", "int32", "float64"])
@pytest.mark.parametrize("option", ["data", "0..9", "-5..1e9", None])
def test_strength_0_gives_the_files_own_numbers(identity, tmp_path, dtype, option):
    values = (generator(3).random((9, 11)) * 60_000).astype(dtype)
    folder = write(tmp_path / "in", [values])
    denoise_files(identity, [folder], tmp_path / "out", strength=0.0, value_range=option)
    assert np.array_equal(tifffile.imread(tmp_path / "out" / "00.tif"), values)
