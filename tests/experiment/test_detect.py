"""Files against normal images: what is flagged, what it says, and what a stop costs."""

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hourglass.errors import (
    ConfigurationError,
    DataError,
    MissingPathError,
    OutputExistsError,
)
from hourglass.experiment import detect_files
from hourglass.experiment.detector import Detector
from hourglass.images import read_image_file, write_image_file
from hourglass.runs import RunFolder
from hourglass.seeds import generator

METHODS = {"combined": "score", "pixels": "pixels", "latents": "latents"}
METHODS |= {"pca": "pca_32", "neighbors": "knn_5"}


@pytest.fixture(scope="module")
def run(finished, tmp_path_factory):
    """Return a run that keeps what it was fitted to."""
    copy = tmp_path_factory.mktemp("detect") / "run"
    shutil.copytree(finished("autoencoder").path, copy)
    return RunFolder(copy)


@pytest.fixture(scope="module")
def given(tmp_path_factory, digits):
    """Return a folder with twenty digits in `good` and five odd images in `odd`."""
    folder = tmp_path_factory.mktemp("given")
    for number, image in enumerate(digits[:20]):
        write_image_file(folder / "good" / f"{number:02}.png", image)
    shape = (8, 8, 1)
    odd = {"black": np.zeros(shape), "white": np.ones(shape), "gray": np.full(shape, 0.5)}
    odd |= {f"noise-{n}": generator(n).random(shape) for n in range(2)}
    for name, image in odd.items():
        write_image_file(folder / "odd" / f"{name}.png", image.astype(np.float32))
    return folder


def rows_of(output):
    with (output / "anomalies.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def content_of(output):
    return {
        str(path.relative_to(output)): path.read_bytes()
        for path in sorted(output.rglob("*"))
        if path.is_file() and ".hourglass-parts" not in path.parts
    }


@pytest.fixture(scope="module")
def found(run, given, tmp_path_factory):
    output = tmp_path_factory.mktemp("found") / "out"
    told = []
    detection = detect_files(run, [given], output, normal_labels=["good"], tell=told.append)
    return detection, output, told


def test_odd_images_are_flagged_and_most_normal_ones_are_not(found):
    detection, output, _ = found
    decisions = {row["path"].rsplit("/", 2)[1:][1]: row["decision"] for row in rows_of(output)}
    odd = ("black.png", "white.png", "gray.png", "noise-0.png", "noise-1.png")
    assert {decisions[name] for name in odd} == {"anomaly"}
    assert sum(decision == "anomaly" for decision in decisions.values()) <= 7
    assert (detection.files, detection.failed, detection.deciding.detected.flagged) == (25, 0, 5)
    assert {file.file.rsplit("/", 1)[1] for file in detection.worst[:5]} == set(odd)


def test_the_threshold_says_where_it_comes_from_and_what_it_is_worth(found, run):
    detection, _, _ = found
    calibration = detection.calibration
    assert (calibration.split, calibration.images, calibration.rank) == ("validation", 180, 180)
    assert calibration.low < 0.01 < calibration.high < 0.03
    for method in detection.methods:
        seen = method.false_alarms
        assert (seen.measured_on, seen.images) == ("test", 180)
        assert seen.low <= seen.rate <= seen.high and seen.rate < 0.06
    assert detection.notes == ("The images have 10 classes; all of them count as normal.",)


def test_figures_by_label_are_those_of_the_table_of_files(found):
    detection, output, told = found
    rows = rows_of(output)
    labels = [row["label"] != "good" for row in rows]
    for method in detection.methods:
        scores = np.array([float(row[METHODS[method.method]]) for row in rows])
        assert method.auroc == roc_auc_score(labels, scores)
        assert method.flagged == (scores > method.threshold).sum()
        assert method.detected.flagged == (scores[labels] > method.threshold).sum()
    assert [row["decision"] == "anomaly" for row in rows] == [
        float(row["score"]) > detection.deciding.threshold for row in rows
    ]
    assert (detection.normal_files, detection.anomalous_files) == (20, 5)
    assert json.loads((output / "anomalies.json").read_bytes())["files"] == 25
    assert not any("--normal-label" in line for line in told)


def test_pictures_show_the_worst_and_where_they_are_odd(found):
    _, output, _ = found
    assert read_image_file(output / "worst.png").shape[1] > 3 * 256
    maps = sorted(path.name for path in (output / "heat-maps").rglob("*.png"))
    assert len(maps) == 12 and {"black.png.png", "white.png.png"} <= set(maps)
    # Ten times as large, each pixel a square.
    picture = read_image_file(output / "heat-maps" / "odd" / "white.png.png")
    assert picture.shape == (80, 80, 3)
    assert np.array_equal(picture, picture[::10, ::10].repeat(10, axis=0).repeat(10, axis=1))


def test_a_stopped_command_goes_on_and_ends_with_the_same_bytes(
    run, given, found, tmp_path, monkeypatch
):
    counted = {"files": 0}
    see = Detector.see
    monkeypatch.setattr("hourglass.experiment.detect_scores.images_at_a_time", lambda shape: 4)

    def watched(self, images, stop_after=None):
        if stop_after is not None and counted["files"] >= stop_after:
            raise KeyboardInterrupt
        counted["files"] += len(images)
        return see(self, images)

    whole = tmp_path / "whole"
    detect_files(run, [given], whole, heat_maps="all")
    monkeypatch.setattr(Detector, "see", lambda self, images: watched(self, images, 12))
    output = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        detect_files(run, [given], output, heat_maps="all")
    assert counted["files"] == 12 and not (output / "anomalies.csv").exists()
    monkeypatch.setattr(Detector, "see", watched)
    # What a kill can leave.
    for folder in (output / "heat-maps" / "good", output / ".hourglass-parts"):
        (folder / ".x.png.0123456789ab.part").write_bytes(b"half")
    detect_files(run, [given], output, heat_maps="all")
    assert not list(output.rglob("*.part"))
    # The twelve of the sheet are looked at once more.
    assert counted["files"] == 25 + 12
    assert content_of(output) == content_of(whole)
    detect_files(run, [given], output, heat_maps="all")
    assert counted["files"] == 25 + 12
    assert content_of(output) == content_of(whole)
    assert len([name for name in content_of(output) if name.startswith("heat-maps")]) == 25


def test_another_rate_needs_no_new_score(run, given, tmp_path, monkeypatch):
    first = detect_files(run, [given], tmp_path / "out", heat_maps="none")
    monkeypatch.setattr("hourglass.experiment.detect_scores.FileScorer.score", None)
    second = detect_files(run, [given], tmp_path / "out", heat_maps="none", false_alarms=0.2)
    assert second.deciding.threshold < first.deciding.threshold
    assert second.deciding.flagged >= first.deciding.flagged
    assert second.heat_maps is None and not (tmp_path / "out" / "heat-maps").exists()


def test_scores_of_other_normal_images_leave_no_heat_map_of_before(run, given, digits, tmp_path):
    np.savez(tmp_path / "normal.npz", images=np.rint(digits[:300] * 255).astype(np.uint8))
    output = tmp_path / "out"
    detect_files(run, [given], output, heat_maps="all")
    detect_files(run, [given], output)
    maps = output / "heat-maps"
    assert len(list(maps.rglob("*.png"))) == 25
    detect_files(run, [given], output, normal=str(tmp_path / "normal.npz"))
    assert len(list(maps.rglob("*.png"))) == 12


def test_the_second_command_needs_no_data(run, given, found, tmp_path, monkeypatch):
    def gone(*_, **__):
        raise DataError("gone")

    monkeypatch.setattr("hourglass.experiment.normal_images.load_splits_of", gone)
    again = detect_files(run, [given], tmp_path / "out", normal_labels=["good"])
    assert again == replace(found[0])
    assert content_of(tmp_path / "out") == content_of(found[1])
    (run.path / "detector.npz").rename(run.path / "away")
    with pytest.raises(DataError, match="gone"):
        detect_files(run, [given], tmp_path / "other")
    (run.path / "detector.npz").write_bytes((run.path / "away").read_bytes()[:1000])
    with pytest.raises(DataError, match="gone"):
        detect_files(run, [given], tmp_path / "other")
    (run.path / "away").rename(run.path / "detector.npz")


def test_bad_files_are_named_and_the_others_scored(run, given, digits, tmp_path):
    shutil.copytree(given / "odd", tmp_path / "in")
    (tmp_path / "in" / "text.png").write_text("no image")
    write_image_file(tmp_path / "in" / "wide.png", np.zeros((8, 9, 1), np.float32))
    write_image_file(tmp_path / "in" / "color.png", generator(1).random((8, 8, 3)))
    told = []
    found = detect_files(run, [tmp_path / "in"], tmp_path / "out", tell_failed=told.append)
    assert (found.files, found.failed) == (8, 3)
    failed = {row["path"]: row["reason"] for row in rows_of(tmp_path / "out") if row["reason"]}
    assert sorted(failed.values()) == sorted(told)
    assert [name.rsplit("/", 1)[1] for name in failed] == ["color.png", "text.png", "wide.png"]
    assert "(8, 8, 3)" in told[0] and "no PNG" in told[1] and "(8, 9, 1)" in told[2]
    for path in (tmp_path / "in").glob("*"):
        if path.name not in {"color.png", "text.png", "wide.png"}:
            path.unlink()
    write_image_file(tmp_path / "in" / "fine.png", digits[0])
    for heat_maps in ("all", "worst"):
        # Results inside the folder are no new files of it.
        inside = tmp_path / "in" / "out"
        found = detect_files(run, [tmp_path / "in"], inside, heat_maps=heat_maps)
        assert (found.files, found.failed, len(found.worst)) == (4, 3, 1)
    (tmp_path / "in" / "fine.png").unlink()
    found = detect_files(run, [tmp_path / "in"], inside)
    assert (found.failed, found.worst) == (3, ()) and not (inside / "worst.png").exists()


def test_other_normal_images_take_the_place_of_the_runs_own(run, given, digits, tmp_path):
    for number, image in enumerate(digits[400:660]):
        write_image_file(tmp_path / "normal" / f"{number}.png", image)
    found = detect_files(run, [given], tmp_path / "out", normal=str(tmp_path / "normal"))
    calibration = found.calibration
    assert (calibration.fitted_images, calibration.images, calibration.rank) == (104, 104, 104)
    assert found.deciding.false_alarms.images == 52
    assert (found.notes, calibration.split) == ((), "held-out part")
    with pytest.raises(ConfigurationError, match="at least 999 held-out"):
        detect_files(
            run, [given], tmp_path / "o", normal=str(tmp_path / "normal"), false_alarms=0.001
        )


def test_what_cannot_be_is_refused_before_anything_is_written(run, identity, given, tmp_path):
    output = tmp_path / "out"
    with pytest.raises(ConfigurationError, match=r"no code .* hourglass train"):
        detect_files(identity, [given], output)
    with pytest.raises(ConfigurationError, match="at least 1,999"):
        detect_files(run, [given], output, false_alarms=0.0005)
    with pytest.raises(ConfigurationError, match="folders are good, odd"):
        detect_files(run, [given], output, normal_labels=["fine"])
    with pytest.raises(ConfigurationError, match="heat maps"):
        detect_files(run, [given], output, heat_maps="some")
    with pytest.raises(ConfigurationError, match="would both be called"):
        detect_files(run, [given / "odd", given / "odd" / "black.png"], output)
    with pytest.raises(MissingPathError):
        detect_files(run, [given / "nothing"], output)
    assert not output.exists()
    output.mkdir()
    (output / "anomalies.csv").write_text("mine")
    with pytest.raises(OutputExistsError, match=r"anomalies\.csv exists"):
        detect_files(run, [given], output)
    assert (output / "anomalies.csv").read_text() == "mine"


def test_a_folder_that_is_called_normal_is_offered(run, given, tmp_path):
    told = []
    detect_files(run, [given], tmp_path / "out", tell=told.append)
    assert any("--normal-label good" in line for line in told)


def test_files_are_brought_to_the_form_of_the_training(run, digits, tmp_path):
    other = tmp_path / "run"
    shutil.copytree(run.path, other)
    folder = RunFolder(other)
    asked = folder.read_experiment()
    # As if it had been trained on a folder of larger images.
    folder.write_experiment(replace(asked, folder=replace(asked.folder, resize=8, color="gray")))
    write_image_file(tmp_path / "in" / "small.png", digits[3])
    large = np.repeat(digits[3].repeat(4, axis=0).repeat(4, axis=1), 3, axis=2)
    write_image_file(tmp_path / "in" / "large.png", large)
    found = detect_files(folder, [tmp_path / "in"], tmp_path / "out")
    assert found.failed == 0
    large, small = (float(row["knn_5"]) for row in rows_of(tmp_path / "out"))
    assert large == pytest.approx(small, rel=0.5)


@pytest.mark.parametrize(("normal", "rate"), [(20, 0.1112), (100, 0.0244), (300, 0.01)])
def test_without_a_rate_the_lowest_that_can_be_promised_is_taken(
    run, given, digits, tmp_path, normal, rate
):
    np.savez(tmp_path / "normal.npz", images=np.rint(digits[400:][:normal] * 255).astype(np.uint8))
    other = str(tmp_path / "normal.npz")
    found = detect_files(run, [given], tmp_path / "out", normal=other)
    assert found.calibration.false_alarms == rate
    assert any("cannot be promised" in note for note in found.notes) == (rate > 0.01)
    if rate > 0.01:
        assert found.calibration.rank == found.calibration.images
        with pytest.raises(ConfigurationError, match=f"Ask for {rate:g} or more"):
            detect_files(run, [given], tmp_path / "o", normal=other, false_alarms=0.01)


def test_masks_are_not_scored_and_what_is_left_out_is_recorded(run, given, digits, tmp_path):
    shutil.copytree(given, tmp_path / "test")
    write_image_file(tmp_path / "ground_truth" / "odd" / "black_mask.png", digits[0])
    (tmp_path / "test" / "odd" / "raw.heic").touch()
    output = tmp_path / "out"
    found = detect_files(run, [tmp_path], output, normal_labels=["good"])
    assert (found.files, found.normal_files, found.anomalous_files) == (25, 20, 5)
    assert found.not_listed == {"in ground_truth (masks)": 1, ".heic": 1}
    assert json.loads((output / "anomalies.json").read_bytes())["not_listed"] == found.not_listed
    (tmp_path / "test" / "odd" / "raw.heic").unlink()
    again = detect_files(run, [tmp_path], output, normal_labels=["good"])
    assert again.not_listed == {"in ground_truth (masks)": 1}


def test_files_that_the_model_was_trained_on_are_told(run, given, tmp_path):
    other = tmp_path / "run"
    shutil.copytree(run.path, other)
    folder = RunFolder(other)
    shutil.copytree(given, tmp_path / "data" / "test")
    shutil.copytree(given / "good", tmp_path / "data" / "train" / "good")
    folder.write_experiment(replace(folder.read_experiment(), data=str(tmp_path / "data")))
    words = "20 of the files lie in train, whose images the model was trained on"
    for inputs, told in ((tmp_path / "data", True), (tmp_path / "data" / "test", False)):
        found = detect_files(folder, [inputs], tmp_path / inputs.name, normal_labels=["good"])
        assert any(words in note for note in found.notes) is told
